import pytest
from django.contrib.messages import get_messages
from django.test import Client

from tests.tracker.progress.pages import press, told, words, write
from tracker.accounts.models import User
from tracker.progress.models import Achievement, AchievementEvent

pytestmark = pytest.mark.usefixtures("maths")


def undo(client: Client, event: AchievementEvent, **form: str) -> str:
    response = client.post(f"/progress/events/{event.pk}/undo/", form)
    assert response.status_code == 302
    return told(response)[-1]


def test_a_change_can_be_undone(ada_browser: Client, ada: User) -> None:
    press(ada_browser, "math.vec")

    assert undo(ada_browser, AchievementEvent.objects.get()) == "Undone."
    assert Achievement.objects.get(learner=ada).state == "open"


def test_the_message_offers_the_undo_and_leads_back_to_the_same_page(ada_browser: Client) -> None:
    response = press(ada_browser, "math.vec", next="/paths/maths/")
    offered = next(message.extra_tags for message in get_messages(response.wsgi_request))

    answer = ada_browser.post(offered.removeprefix("undo:"))

    assert answer.headers["Location"] == "/paths/maths/"
    assert Achievement.objects.get().state == "open"


def test_undoing_twice_changes_nothing_more(ada_browser: Client) -> None:
    press(ada_browser, "math.vec")
    event = AchievementEvent.objects.get()

    undo(ada_browser, event)

    assert undo(ada_browser, event) == "Undone."
    assert AchievementEvent.objects.count() == 2


def test_what_changed_again_since_cannot_be_undone_past_it(ada_browser: Client) -> None:
    press(ada_browser, "math.vec", "learning")
    first = AchievementEvent.objects.get()
    press(ada_browser, "math.vec", "done")

    assert undo(ada_browser, first) == "It has changed again since. Undo the later change first."
    assert Achievement.objects.get().state == "done"


def test_only_what_still_stands_is_offered_for_undoing(ada_browser: Client) -> None:
    press(ada_browser, "math.vec", "learning")
    press(ada_browser, "math.vec", "done")
    write(ada_browser, "math.vec", note="Norms need practice.")

    page = ada_browser.get("/milestones/math.vec/").content.decode()

    assert page.count('aria-label="Undo: Vectors"') == 2


def test_undoing_a_note_keeps_the_tick(ada_browser: Client) -> None:
    press(ada_browser, "math.vec")
    write(ada_browser, "math.vec", note="Norms need practice.")

    undo(ada_browser, AchievementEvent.objects.latest("pk"))

    achievement = Achievement.objects.get()
    assert (achievement.state, achievement.note) == ("done", "")


def test_cleo_cannot_undo_what_ada_did(ada_browser: Client, cleo_browser: Client) -> None:
    press(ada_browser, "math.vec")
    event = AchievementEvent.objects.get()

    assert cleo_browser.post(f"/progress/events/{event.pk}/undo/").status_code == 404
    assert Achievement.objects.get().state == "done"


def test_a_visitor_is_led_to_the_log_in(ada_browser: Client, client: Client) -> None:
    press(ada_browser, "math.vec")
    event = AchievementEvent.objects.get()

    response = client.post(f"/progress/events/{event.pk}/undo/", {"next": "/progress/"})

    assert response.headers["Location"] == "/accounts/login/?next=/progress/"


def test_a_link_undoes_nothing(ada_browser: Client) -> None:
    press(ada_browser, "math.vec")
    event = AchievementEvent.objects.get()

    assert ada_browser.get(f"/progress/events/{event.pk}/undo/").status_code == 405


def test_the_history_tells_the_change_and_its_undoing(ada_browser: Client) -> None:
    press(ada_browser, "math.vec")
    undo(ada_browser, AchievementEvent.objects.get())

    page = words(ada_browser.get("/progress/"))

    assert "Undone, so To do" in page
    assert "Undone since" in page
