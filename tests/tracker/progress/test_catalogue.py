import pytest
from django.test import Client

from tests.factories import (
    make_curriculum,
    make_enrolment,
    make_milestone,
    make_module,
    make_skill,
)
from tests.tracker.progress.pages import press, words
from tracker.accounts.models import User
from tracker.curricula.models import Background, Curriculum, RoleProfile


@pytest.fixture
def library(maths: Curriculum) -> None:
    """Beside maths: a path of 50 hours, a certification, a draft and a retired subject."""
    path = make_curriculum(
        "to-mle",
        title="Road to engineer",
        kind="path",
        position=1,
        weeks=12,
        hours_per_week=5,
        background=Background.objects.create(key="coder", title="Coder"),
        role=RoleProfile.objects.create(key="mle", title="ML engineer", kind="level"),
    )
    module = make_module(path)
    skill = make_skill("python", area="prog")
    make_milestone(module, "prog.loops", title="Loops", effort_minutes=3000, skill=skill)
    exam = make_curriculum("exam", title="Cloud exam", kind="certification")
    make_milestone(make_module(exam), "exam.sit", title="Sit it", kind="exam")
    make_curriculum("secret", title="Unfinished draft", status="draft")
    make_curriculum("old", title="Old subject", status="retired")


def titles(client: Client, query: str = "") -> list[str]:
    groups = client.get(f"/paths/{query}").context["groups"]
    return [card.curriculum.title for group in groups for card in group.cards]


@pytest.mark.usefixtures("library")
def test_it_shows_what_is_published_paths_first(client: Client) -> None:
    assert titles(client) == ["Road to engineer", "Maths", "Cloud exam"]


def test_the_authors_order_is_kept(client: Client, db: None) -> None:
    for slug, position in (("a", 3), ("b", 1), ("c", 2)):
        make_curriculum(slug, kind="path", position=position)

    assert titles(client) == ["B", "C", "A"]


@pytest.mark.usefixtures("library")
def test_a_card_says_what_a_path_takes_and_where_it_leads(client: Client) -> None:
    page = words(client.get("/paths/"))

    assert "For Coder Leads to ML engineer" in page
    assert "50 h 1 milestone 12 weeks \u00d7 5 h" in page


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=path", ["Road to engineer"]),
        ("?area=prog", ["Road to engineer"]),
        ("?length=medium", ["Road to engineer"]),
        ("?length=short", ["Maths", "Cloud exam"]),
        ("?length=long", []),
        ("?q=exam", ["Cloud exam"]),
        ("?q=VECTORS", ["Maths"]),
        ("?q=road+loops", ["Road to engineer"]),
        ("?q=loops&kind=subject", []),
    ],
)
def test_filters_work_by_address(client: Client, query: str, found: list[str]) -> None:
    assert titles(client, query) == found


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?kind=nonsense", "Select a valid choice."),
        ("?area=nowhere", "Select a valid choice."),
        ("?length=endless", "Select a valid choice."),
        ("?q=%00", "Null characters are not allowed."),
        (f"?q={'a' * 101}", "Ensure this value has at most 100 characters"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named_and_left_out(
    client: Client, query: str, said: str
) -> None:
    assert len(titles(client, query)) == 3
    assert said in words(client.get(f"/paths/{query}"))


@pytest.mark.usefixtures("library")
def test_a_search_finds_milestones_by_name(client: Client) -> None:
    page = client.get("/paths/?q=vectors").content.decode()

    assert 'href="/milestones/math.vec/?in=maths"' in page


@pytest.mark.usefixtures("library")
def test_no_match_offers_to_clear_the_filters(client: Client) -> None:
    page = words(client.get("/paths/?q=zzz"))

    assert "No path matches" in page
    assert "Clear filters" in page


def test_an_empty_library_says_so(client: Client, db: None) -> None:
    assert "The library is empty" in words(client.get("/paths/"))


def test_a_card_shows_the_readers_own_progress(
    ada_browser: Client, cleo_browser: Client, ada: User, maths: Curriculum
) -> None:
    make_enrolment(ada, maths)
    press(ada_browser, "math.vec")

    assert "Your progress 50%" in words(ada_browser.get("/paths/"))
    assert "Your progress" not in words(cleo_browser.get("/paths/"))


def test_the_landing_page_counts_the_library(client: Client, library: None) -> None:
    page = words(client.get("/"))

    assert "2 curricula 1 path 4 milestones" in page
    assert "Road to engineer" in page


def test_a_learner_lands_on_today(ada_browser: Client) -> None:
    assert ada_browser.get("/").headers["Location"] == "/today/"
