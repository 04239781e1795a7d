"""What everyone sees of a learner, and that it is nothing but what she ticked."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import Traveller

from tests.factories import (
    NOW,
    make_curriculum,
    make_enrolment,
    make_milestone,
    make_module,
    make_skill,
)
from tests.tracker.profiles.desk import CARD, PAGE, SETTINGS, content, save, told
from tests.tracker.progress.pages import press, words, write
from tracker.accounts.models import User
from tracker.credentials.actions import add_certification
from tracker.credentials.models import HeldCertification
from tracker.curricula.models import Certification, RoleProfile
from tracker.profiles.models import PublicProfile, ShownItem
from tracker.progress.actions import set_state
from tracker.progress.models import AchievementEvent, Enrolment

pytestmark = pytest.mark.usefixtures("busy_ada")


EVERYTHING = {
    "paths": ["craft"],
    "roles": ["analyst"],
    "certificates": ["cka"],
    "projects": ["craft.shop"],
    "shows_proof_links": "on",
    "shows_skills": "on",
    "shows_activity": "on",
}
SIGNS = {
    "paths": "Craft 50%",
    "roles": "of 100 What it asks for : Analyst",
    "certificates": "Clusters CNCF Earned January 2026 Valid until January 2027",
    "projects": "A shop in tables at git.example.org",
    "shows_skills": "sql Guided 1 with work shown",
    "shows_activity": "1 active day in the last six months.",
}


@pytest.fixture
def shop(busy_ada: User, ada_browser: Client) -> None:
    """Ada's project, finished and with its link."""
    press(ada_browser, "craft.shop")
    write(ada_browser, "craft.shop", evidence_url="https://git.example.org/shop", note="Hush.")


@pytest.fixture
def bakery(busy_ada: User) -> None:
    """A path, a role, a certificate and a project of Ada's that she never ticks."""
    bakery = make_curriculum("bakery", title="Bakery")
    key = "bakery.bread"
    make_milestone(make_module(bakery), key, title="Bakery bread", kind="project")
    make_enrolment(busy_ada, bakery)
    RoleProfile.objects.create(key="baker", title="Bakery chief", kind="level", summary="Bakes.")
    exam = Certification.objects.create(key="dough", title="Bakery dough", provider="B")
    add_certification(learner=busy_ada, certification=exam, earned_on=date(2026, 1, 5), at=NOW)
    set_state(learner=busy_ada, milestone_key=key, state="done", at=NOW)
    busy_ada.achievements.update(evidence_url="https://git.example.org/bread")


def queries_of(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return [query["sql"] for query in captured]


def test_a_hidden_page_answers_like_one_that_never_was(client: Client, ada_browser: Client) -> None:
    unknown, asked = told(client.get(PAGE)), queries_of(client, PAGE)

    save(ada_browser, is_public=None)

    assert unknown[0] == 404
    assert told(client.get(PAGE)) == unknown
    assert queries_of(client, PAGE) == asked
    assert ada_browser.get(PAGE).status_code == 404


@pytest.mark.usefixtures("bakery", "shop")
@pytest.mark.parametrize("ticked", SIGNS)
def test_it_shows_what_is_ticked_and_nothing_else(
    client: Client, ada_browser: Client, ticked: str
) -> None:
    save(ada_browser, **{ticked: EVERYTHING[ticked]})

    page = words(client.get(PAGE))

    assert [name for name, sign in SIGNS.items() if sign in page] == [ticked]
    assert "Bakery" not in page


@pytest.mark.usefixtures("shop")
def test_what_is_nobodys_business_is_never_on_it(client: Client, ada_browser: Client) -> None:
    save(ada_browser, **EVERYTHING)

    shown = client.get(PAGE).content.decode() + client.get(f"{CARD}.svg").content.decode()

    assert "Ada L." in shown
    for secret in ("ada@example.org", "Augusta", "Berlin", "2031", "Hush", "09:00", "10:00"):
        assert secret not in shown


def test_with_nothing_ticked_it_says_so(client: Client, ada_browser: Client) -> None:
    save(ada_browser, name="")

    assert "ada-l shows nothing here for now." in words(client.get(PAGE))


@pytest.mark.usefixtures("shop")
def test_the_links_to_proof_are_ticked_by_themselves(client: Client, ada_browser: Client) -> None:
    save(ada_browser, certificates=["cka"])
    assert "badges.example.org" not in client.get(PAGE).content.decode()

    save(ada_browser, certificates=["cka"], shows_proof_links="on")
    assert 'href="https://badges.example.org/7"' in client.get(PAGE).content.decode()

    HeldCertification.objects.update(proof_url="http://192.168.0.7/badge")
    assert "192.168" not in client.get(PAGE).content.decode()


@pytest.mark.usefixtures("shop")
def test_the_preview_is_the_page(client: Client, ada_browser: Client) -> None:
    assert ada_browser.get(f"{SETTINGS}preview/").headers["Location"] == SETTINGS
    save(ada_browser, **EVERYTHING)

    preview = ada_browser.get(f"{SETTINGS}preview/")

    assert content(preview) == content(client.get(PAGE))
    assert "This is what others see" in words(preview)
    save(ada_browser, **EVERYTHING, is_public=None)
    assert content(ada_browser.get(f"{SETTINGS}preview/")) == content(preview)
    assert "nobody but you" in words(ada_browser.get(f"{SETTINGS}preview/"))


def test_it_can_be_hidden_at_any_time(client: Client, ada_browser: Client) -> None:
    save(ada_browser, **{"paths": ["craft"]})
    assert "no-cache" in client.get(PAGE).headers["Cache-Control"]

    ada_browser.post(f"{SETTINGS}hide/")

    for address in (PAGE, f"{CARD}.svg", f"{CARD}.png"):
        assert client.get(address).status_code == 404
    # What was chosen is there when she comes back to it.
    assert ShownItem.objects.get().key == "craft"


def test_search_engines_keep_out_unless_asked_in(client: Client, ada_browser: Client) -> None:
    save(ada_browser)
    for address in (PAGE, f"{CARD}.svg"):
        assert client.get(address).headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in client.get(PAGE).content.decode()

    save(ada_browser, may_be_indexed="on")
    assert "X-Robots-Tag" not in client.get(PAGE).headers
    assert "noindex" not in client.get(PAGE).content.decode()


def test_a_closed_account_shows_nothing(client: Client, ada_browser: Client, ada: User) -> None:
    save(ada_browser)
    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert client.get(PAGE).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_it_goes_with_the_account(client: Client, ada_browser: Client, ada: User) -> None:
    save(ada_browser, **{"paths": ["craft"]})

    ada.delete()

    assert client.get(PAGE).status_code == 404
    assert not PublicProfile.objects.exists()
    assert not ShownItem.objects.exists()


@pytest.mark.usefixtures("shop")
def test_what_is_gone_or_over_is_shown_no_more(
    clock: Traveller, client: Client, ada_browser: Client
) -> None:
    save(ada_browser, **EVERYTHING)
    Enrolment.objects.update(state=Enrolment.State.LEFT)
    HeldCertification.objects.update(expires_on=date(2026, 3, 1))
    write(ada_browser, "craft.shop", evidence_url="")

    page = words(client.get(PAGE))

    for gone in ("Craft", "Clusters", "A shop in tables", "Skills shown"):
        assert gone not in page


def test_of_a_renewed_certificate_the_newest_is_shown(
    client: Client, ada_browser: Client, ada: User
) -> None:
    exam = Certification.objects.get()
    add_certification(
        learner=ada,
        certification=exam,
        earned_on=date(2026, 2, 2),
        expires_on=date(2029, 2, 2),
        at=NOW,
    )
    save(ada_browser, certificates=["cka"])

    page = words(client.get(PAGE))

    assert "Valid until February 2029" in page
    assert "January 2027" not in page


def test_a_check_off_taken_back_is_no_activity(client: Client, ada_browser: Client) -> None:
    save(ada_browser, shows_activity="on")
    press(ada_browser, "craft.lesson")
    assert "2 Mar: 1" in words(client.get(PAGE))

    event = AchievementEvent.objects.get()
    ada_browser.post(f"/progress/events/{event.pk}/undo/")

    assert "No active days" in words(client.get(PAGE))
    assert "2 Mar: 0" in words(client.get(PAGE))


def test_a_link_into_a_private_network_is_no_project(client: Client, ada_browser: Client) -> None:
    press(ada_browser, "craft.shop")
    write(ada_browser, "craft.shop", evidence_url="https://git.example.org/shop")
    save(ada_browser, projects=["craft.shop"])

    ada = User.objects.get(email="ada@example.org")
    ada.achievements.update(evidence_url="http://10.0.0.7/shop")

    assert "10.0.0.7" not in client.get(PAGE).content.decode()
    assert 'value="craft.shop"' not in ada_browser.get(SETTINGS).content.decode()


def test_who_embeds_it_finds_its_card(
    client: Client, ada_browser: Client, settings: Settings
) -> None:
    settings.SITE_URL = "https://milepost.example"
    save(ada_browser, name='"Ada" <L>', paths=["craft"])

    page = client.get(PAGE).content.decode()

    told = "&quot;Ada&quot; &lt;L&gt; on Milepost. Craft: 0%."
    for tag in (
        '<link rel="canonical" href="https://milepost.example/u/ada-l/">',
        '<meta property="og:url" content="https://milepost.example/u/ada-l/">',
        '<meta property="og:image" content="https://milepost.example/u/ada-l/card-light.png">',
        f'<meta property="og:image:alt" content="{told}">',
        f'<meta property="og:description" content="{told}">',
        '<meta name="twitter:card" content="summary_large_image">',
    ):
        assert tag in page


def test_the_address_is_found_in_any_case(client: Client, ada_browser: Client) -> None:
    save(ada_browser, slug="Ada-L")

    assert client.get("/u/ADA-l/").status_code == 200
    assert '/u/ada-l/">' in client.get("/u/ADA-l/").content.decode()


@pytest.mark.usefixtures("shop")
def test_more_to_show_costs_no_more_queries(client: Client, ada_browser: Client, ada: User) -> None:
    save(ada_browser, **EVERYTHING)
    few = queries_of(client, PAGE)

    save(ada_browser, **with_more(ada, ada_browser))
    many = queries_of(client, PAGE)

    assert "Subject 3" in words(client.get(PAGE))
    assert len(many) == len(few) <= 26


def with_more(ada: User, browser: Client) -> dict[str, Any]:
    """Give Ada four more of each kind, and tick them."""
    chosen: dict[str, Any] = {name: list(value) for name, value in EVERYTHING.items()}
    for number in range(4):
        subject = make_curriculum(f"s{number}", title=f"Subject {number}")
        key = f"s{number}.work"
        make_milestone(
            make_module(subject), key, kind="project", skill=make_skill(f"skill{number}")
        )
        make_enrolment(ada, subject)
        press(browser, key)
        write(browser, key, evidence_url="https://git.example.org/more")
        exam = Certification.objects.create(key=f"e{number}", title="E", provider="P")
        add_certification(learner=ada, certification=exam, earned_on=date(2026, 2, 2), at=NOW)
        for name, item in (("paths", subject.slug), ("projects", key), ("certificates", exam.key)):
            chosen[name].append(item)
    return chosen
