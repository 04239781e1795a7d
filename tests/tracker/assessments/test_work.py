"""Showing work, judging it oneself, and a mentor who sees this one piece."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from tests.factories import make_learner, make_milestone
from tests.tracker.assessments.desk import standing
from tests.tracker.conftest import signed_in
from tests.tracker.progress.pages import words
from tracker.accounts.models import User
from tracker.assessments.models import Invitation, Work
from tracker.curricula.models import Curriculum

pytestmark = pytest.mark.usefixtures("maths")

WORK = "/milestones/math.fit/work/"
LINK = "https://example.org/fit"
Letters = list[EmailMultiAlternatives]


def show(browser: Client, **changes: str) -> Any:
    sent = {"url": LINK, "text": "Begin with fit.py.", "mark_0": "yes", "mark_1": "partly"}
    return browser.post(WORK, sent | changes, follow=True)


@pytest.fixture
def mail(django_capture_on_commit_callbacks: Any, mailoutbox: Letters) -> Any:
    """Invite someone to Ada's work; return the address of the page they are led to."""

    def invite(browser: Client, email: str = "ben@example.org") -> str:
        with django_capture_on_commit_callbacks(execute=True):
            browser.post(f"{WORK}invite/", {"email": email})
        return link_in(mailoutbox[-1])

    return invite


def link_in(letter: EmailMultiAlternatives) -> str:
    found = re.search(r"http://\S+(/shown/\S+)", str(letter.body))
    assert found
    return found[1]


# --- one's own work ---------------------------------------------------------------------------


def test_a_milestone_leads_there(ada_browser: Client) -> None:
    assert f'href="{WORK}"' in ada_browser.get("/milestones/math.fit/").content.decode()


def test_an_exam_is_shown_by_its_certificate(ada_browser: Client, maths: Curriculum) -> None:
    make_milestone(maths.modules.get(), "math.cert", kind="exam")

    assert "/work/" not in ada_browser.get("/milestones/math.cert/").content.decode()


def test_without_a_rubric_it_is_judged_by_what_it_is_done_when(
    ada: User, ada_browser: Client, maths: Curriculum
) -> None:
    milestone = maths.milestones.get(key="math.vec")

    page = words(ada_browser.get("/milestones/math.vec/work/"))
    sent = {"url": LINK, "mark_0": "yes"}
    ada_browser.post("/milestones/math.vec/work/", sent)

    assert page.count(milestone.done_when) == 2
    assert Work.objects.get().marks == [{"criterion": milestone.done_when, "mark": "yes"}]


def test_work_is_kept_with_its_marks_and_becomes_the_evidence(
    ada: User, ada_browser: Client
) -> None:
    page = show(ada_browser)

    work = Work.objects.get()
    assert "Saved. It is the milestone's evidence now." in words(page)
    assert [mark["mark"] for mark in work.marks] == ["yes", "partly"]
    assert standing(ada, "math.fit") == ("open", None)
    assert f'href="{LINK}"' in ada_browser.get("/milestones/math.fit/").content.decode()


def test_finished_work_checks_the_milestone_off_with_evidence(
    ada: User, ada_browser: Client
) -> None:
    show(ada_browser, is_finished="on")

    assert standing(ada, "math.fit") == ("done", "evidenced")


def test_a_criterion_left_out_is_asked_for(ada_browser: Client) -> None:
    response = ada_browser.post(WORK, {"url": LINK, "mark_0": "yes"})

    assert response.status_code == 422
    assert "This field is required." in words(response)
    assert not Work.objects.exists()


def test_saving_again_changes_the_same_work(ada_browser: Client) -> None:
    show(ada_browser)
    show(ada_browser, url="https://example.org/better", mark_1="yes")

    work = Work.objects.get()
    assert (work.url, work.marks[1]["mark"]) == ("https://example.org/better", "yes")


def test_cleo_sees_nothing_of_adas_work(ada_browser: Client, cleo_browser: Client) -> None:
    show(ada_browser)

    assert LINK not in cleo_browser.get(WORK).content.decode()
    assert cleo_browser.post(f"{WORK}invite/", {"email": "x@example.org"}).status_code == 404


# --- a mentor ---------------------------------------------------------------------------------


def test_a_mentor_gets_one_letter_with_the_link(
    ada_browser: Client, mail: Any, mailoutbox: Letters
) -> None:
    show(ada_browser)

    mail(ada_browser)

    [letter] = mailoutbox
    assert letter.to == ["ben@example.org"]
    assert "A fit" in str(letter.body)
    assert "ada@example.org" not in letter.message().as_string()


def test_ben_sees_the_one_piece_without_an_account(
    ada_browser: Client, client: Client, mail: Any
) -> None:
    show(ada_browser)

    response = client.get(mail(ada_browser))

    page = words(response)
    assert "Begin with fit.py." in page
    assert "It runs. Yes It fits. Partly" in page
    assert "ada@example.org" not in page
    assert "Vectors" not in page
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_looking_confirms_nothing(ada_browser: Client, client: Client, mail: Any) -> None:
    show(ada_browser)

    client.get(mail(ada_browser))

    assert Invitation.objects.get().verdict == ""


def test_ben_confirms_and_ada_reads_it(ada_browser: Client, client: Client, mail: Any) -> None:
    show(ada_browser)

    sent = {"verdict": "confirmed", "comment": "Clean and clear."}
    thanks = client.post(mail(ada_browser), sent, follow=True)

    page = words(ada_browser.get(WORK))
    assert "Thank you. They can read it now." in words(thanks)
    assert "ben@example.org Confirmed" in page
    assert "Clean and clear." in page


def test_a_confirmation_says_when_the_work_has_changed_since(
    ada_browser: Client, client: Client, mail: Any, clock: time_machine.Traveller
) -> None:
    show(ada_browser)
    client.post(mail(ada_browser), {"verdict": "confirmed"})
    clock.shift(timedelta(hours=1))

    show(ada_browser, url="https://example.org/other")

    assert "about an earlier version" in words(ada_browser.get(WORK))


def test_a_closed_link_shows_nothing_and_keeps_what_was_said(
    ada_browser: Client, client: Client, mail: Any
) -> None:
    show(ada_browser)
    address = mail(ada_browser)
    client.post(address, {"verdict": "confirmed"})

    ada_browser.post(f"/invitations/{Invitation.objects.get().pk}/revoke/")

    refused = client.get(address)
    assert refused.status_code == client.post(address, {"verdict": "not-yet"}).status_code == 404
    assert LINK not in refused.content.decode()
    assert Invitation.objects.get().is_confirmed


def test_a_link_expires(
    ada_browser: Client, client: Client, mail: Any, clock: time_machine.Traveller
) -> None:
    show(ada_browser)
    address = mail(ada_browser)

    clock.shift(timedelta(days=14))

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["1", "1:abc", "MQ:1abc:forged"])
def test_a_made_up_link_shows_nothing(ada_browser: Client, client: Client, token: str) -> None:
    show(ada_browser)

    response = client.get(f"/shown/{token}/")

    assert response.status_code == 404
    assert "This link is not open" in words(response)


def test_cleo_cannot_close_adas_link(ada_browser: Client, cleo_browser: Client, mail: Any) -> None:
    show(ada_browser)
    mail(ada_browser)

    answer = cleo_browser.post(f"/invitations/{Invitation.objects.get().pk}/revoke/")

    assert answer.status_code == 404
    assert Invitation.objects.get().revoked_at is None


def test_ben_with_an_account_sees_no_more_of_ada(ada_browser: Client, mail: Any) -> None:
    show(ada_browser)
    ben = signed_in(make_learner("ben@example.org"))

    seen = ben.get(mail(ada_browser))

    assert seen.status_code == 200
    assert LINK not in ben.get(WORK).content.decode()


def test_ada_cannot_confirm_her_own_work(
    ada: User, ada_browser: Client, mail: Any, mailoutbox: Letters
) -> None:
    show(ada_browser)
    answer = ada_browser.post(f"{WORK}invite/", {"email": "ADA@example.org"})
    assert answer.status_code == 422
    assert "A confirmation comes from somebody else." in words(answer)
    assert not mailoutbox

    answer = ada_browser.post(mail(ada_browser), {"verdict": "confirmed"}, follow=True)

    assert "Somebody else has to judge it." in words(answer)
    assert Invitation.objects.get().answered_at is None


def test_inviting_twice_is_one_invitation(ada_browser: Client, mail: Any) -> None:
    show(ada_browser)

    first, second = mail(ada_browser), mail(ada_browser, "Ben@example.org")

    assert Invitation.objects.count() == 1
    assert first == second


def test_nobody_can_mail_the_world(ada_browser: Client, mail: Any, mailoutbox: Letters) -> None:
    show(ada_browser)
    for number in range(4):
        mail(ada_browser, f"m{number}@example.org")

    assert len(mailoutbox) == 3


def test_a_name_cannot_be_a_letter(
    ada: User, ada_browser: Client, mail: Any, mailoutbox: Letters
) -> None:
    ada.name = "Win money\nBcc: all@example.org " + "now " * 10
    ada.save()
    show(ada_browser)

    mail(ada_browser)

    assert "\n" not in mailoutbox[0].subject
    assert len(mailoutbox[0].subject) < 80


def test_a_mail_that_cannot_be_sent_is_said(
    ada_browser: Client, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(mail: object) -> int:
        raise OSError

    show(ada_browser)
    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        ada_browser.post(f"{WORK}invite/", {"email": "ben@example.org"})

    assert "The mail could not be sent." in words(ada_browser.get(WORK))
