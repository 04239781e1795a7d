"""Where Ada chooses what others see."""

import pytest
from django.test import Client

from tests.factories import make_curriculum, make_enrolment
from tests.tracker.profiles.desk import PAGE, SETTINGS, save
from tests.tracker.progress.pages import told, words
from tracker.accounts.models import User
from tracker.profiles.models import PublicProfile, ShownItem

pytestmark = pytest.mark.usefixtures("busy_ada")


def test_nothing_is_ticked_before_she_ticks_it(ada_browser: Client) -> None:
    page = ada_browser.get(SETTINGS).content.decode()

    assert "There is none yet" in page
    assert page.count(" checked") == 1  # the switch of the shortcuts
    assert "Augusta" not in page  # the name of the account is not proposed


def test_what_she_ticked_stays_ticked(ada_browser: Client) -> None:
    save(ada_browser, paths=["craft"], shows_skills="on")

    page = ada_browser.get(SETTINGS).content.decode()

    assert page.count(" checked") == 1 + 3
    assert 'value="ada-l"' in page
    assert f"http://localhost:8000{PAGE}" in page


def test_saving_says_who_can_see_it(ada_browser: Client) -> None:
    assert told(save(ada_browser)) == ["Saved. Everyone can see your profile now."]
    assert told(save(ada_browser, is_public=None))[-1] == "Saved. Only you can see it."
    assert PublicProfile.objects.count() == 1


def test_what_is_not_ticked_any_more_is_gone(ada_browser: Client) -> None:
    save(ada_browser, paths=["craft"], roles=["analyst"])
    save(ada_browser, roles=["analyst"])

    assert [item.key for item in ShownItem.objects.all()] == ["analyst"]


@pytest.mark.parametrize(
    "slug", ["ab", "a" * 41, "ada_l", "-ada", "ada-", "a--da", "ada.l", "adä", "\u0430da", "ada l"]
)
def test_an_address_has_letters_digits_and_hyphens(ada_browser: Client, slug: str) -> None:
    response = save(ada_browser, slug=slug)

    assert response.status_code == 422
    assert not PublicProfile.objects.exists()


def test_taken_and_reserved_sound_the_same(ada_browser: Client, cleo_browser: Client) -> None:
    save(ada_browser, is_public=None)

    answers = [words(save(cleo_browser, slug=slug)) for slug in ("ada-l", "ADA-L", "admin")]

    assert all("That address is taken. Choose another." in answer for answer in answers)
    assert len(set(answers)) == 1
    assert PublicProfile.objects.get().name == "Ada L."


def test_an_address_given_up_is_free_again(ada_browser: Client, cleo_browser: Client) -> None:
    save(ada_browser)
    save(ada_browser, slug="countess")

    assert save(cleo_browser).status_code == 302
    assert ada_browser.get("/u/countess/").status_code == 200


def test_only_her_own_can_be_shown(ada_browser: Client) -> None:
    others = make_curriculum("others")
    make_enrolment(User.objects.create_user("ben@example.org"), others)

    for wrong in ({"paths": ["others"]}, {"certificates": ["pmle"]}, {"projects": ["craft.shop"]}):
        save(ada_browser, **wrong)

    assert not ShownItem.objects.exists()


def test_a_path_of_her_own_is_not_offered(ada_browser: Client, ada: User) -> None:
    make_enrolment(ada, make_curriculum("my-job", status="personal", owner=ada, title="That job"))

    save(ada_browser, paths=["my-job"])

    assert "That job" not in ada_browser.get(SETTINGS).content.decode()
    assert not ShownItem.objects.exists()


def test_what_cannot_be_seen_is_left_out_of_the_name(ada_browser: Client) -> None:
    save(ada_browser, name="Ada\u202e\u0007  L.\u200b")

    assert PublicProfile.objects.get().name == "Ada L."


def test_strangers_and_others_change_nothing(
    client: Client, ada_browser: Client, cleo_browser: Client
) -> None:
    save(ada_browser)

    for address in (SETTINGS, f"{SETTINGS}preview/", f"{SETTINGS}card-light.svg"):
        assert client.get(address).headers["Location"] == f"/accounts/login/?next={address}"
    assert cleo_browser.post(f"{SETTINGS}hide/").status_code == 404
    assert cleo_browser.get(f"{SETTINGS}card-light.svg").status_code == 404
    assert ada_browser.get(f"{SETTINGS}hide/").status_code == 405
    assert client.get(PAGE).status_code == 200


def test_an_operator_can_hide_a_page(client: Client, ada_browser: Client) -> None:
    save(ada_browser)
    operator = User.objects.create_user("op@example.org", is_staff=True, is_superuser=True)
    client.force_login(operator)
    chosen = {"action": "hide", "_selected_action": PublicProfile.objects.get().pk}

    response = client.post("/admin/profiles/publicprofile/", chosen)

    assert told(response) == ["They are hidden."]
    assert client.get(PAGE).status_code == 404
    assert client.get("/admin/profiles/publicprofile/add/").status_code == 403
