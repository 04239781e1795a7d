"""The pages of job advertisements, through the browser's door."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from tests.factories import make_curriculum, make_milestone, make_module, make_skill
from tests.tracker.progress.pages import press, told, words
from tracker.accounts.models import User
from tracker.adverts.models import Advert
from tracker.curricula.models import Milestone, SkillLevel

ADVERTS = "/adverts/"
TEXT = """Junior ML Engineer

Requirements
- You write Python and SQL in your sleep
- No Kubernetes needed

Nice to have
- Docker
"""


@pytest.fixture
def milestones(db: None) -> dict[str, Milestone]:
    """Python in two steps, then SQL beside them; Docker is not taught."""
    for key in ("kubernetes", "containers"):
        make_skill(key, area="cloud")
    basics = make_module(make_curriculum("programming", kind="subject"))
    python, sql = make_skill("python", area="prog"), make_skill("sql", area="data")
    first = make_milestone(basics, "prog.py.first", effort_minutes=120)
    second = make_milestone(basics, "prog.py.second", requires=(first,), skill=python)
    third = make_milestone(basics, "data.sql", skill=sql)
    return {each.key: each for each in (first, second, third)}


def paste(browser: Client, text: str = TEXT, **form: Any) -> Any:
    return browser.post(ADVERTS, {"title": "", "text": text, **form})


def upload(browser: Client, *files: tuple[str, bytes], text: str = "") -> Any:
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return paste(browser, text, uploads=uploads)


def saved(browser: Client, text: str = TEXT) -> str:
    """Save an advertisement and return the address of its page."""
    location: str = paste(browser, text).headers["Location"]
    return location


def test_a_pasted_advertisement_is_saved_and_read(
    clock: Traveller, ada_browser: Client, milestones: dict[str, Milestone]
) -> None:
    response = ada_browser.get(saved(ada_browser))

    page = words(response)
    assert "Entry level, because its title says “Junior”." in page
    assert "python Required 0 of 2 “Python”" in page
    assert "containers Nice to have 0 of 1 “Docker”" in page
    assert "not needed: kubernetes." in page
    assert "Saved on 2 March 2026" in words(ada_browser.get(ADVERTS))


def test_the_words_are_marked_in_the_text(
    ada_browser: Client, milestones: dict[str, Milestone]
) -> None:
    page = ada_browser.get(saved(ada_browser)).content.decode()

    assert '<mark class="found-words found-words--required" title="python">Python</mark>' in page
    assert '<mark class="found-words found-words--nice" title="containers">Docker</mark>' in page
    assert "found-words--negated" in page


def test_the_way_brings_what_must_come_first(
    ada_browser: Client, milestones: dict[str, Milestone]
) -> None:
    page = words(ada_browser.get(saved(ada_browser)))

    assert "3 milestones, about 4 h, with all that must come first" in page
    assert page.index("Learn prog.py.first") < page.index("Learn prog.py.second")
    assert "No milestone leads all the way in: containers." in page
    assert (
        'href="/paths/programming/enrol/"'
        in ada_browser.get(f"/adverts/{Advert.objects.get().pk}/").content.decode()
    )


def test_it_is_scored_again_as_one_learns(
    ada_browser: Client, milestones: dict[str, Milestone]
) -> None:
    page = saved(ada_browser)
    assert "You have of what it asks for 0 %" in words(ada_browser.get(page))

    press(ada_browser, "prog.py.first")
    press(ada_browser, "prog.py.second")

    # Python counts 3 of 3 + 3 + 1.
    assert "You have of what it asks for 42 %" in words(ada_browser.get(page))
    assert "1 milestone, about 1 h" in words(ada_browser.get(page))


def test_the_same_text_is_saved_once(ada_browser: Client, milestones: object) -> None:
    assert saved(ada_browser) == saved(ada_browser)

    assert Advert.objects.count() == 1


def test_several_files_are_saved_at_once(ada_browser: Client, milestones: object) -> None:
    html = b"<h1>Data Engineer</h1><p>You build pipelines with Python and SQL for us all day.</p>"

    response = upload(ada_browser, ("one.txt", TEXT.encode()), ("two.html", html))

    assert response.headers["Location"] == ADVERTS
    assert set(Advert.objects.values_list("title", flat=True)) == {
        "Junior ML Engineer",
        "Data Engineer",
    }


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cv.pdf", b"%PDF-1.7", "Only .txt, .md and .html files can be read."),
        ("ad.txt", b"%PDF-1.7 python", "This is a PDF, whatever its name says."),
        ("ad.html", b"PK\x03\x04\0\0", "This is a Word document or an archive"),
        ("ad.md", b"python\0\x01\x02", "This is not a text file."),
        ("ad.txt", b"  \n ", "There is no text in it."),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_kept(
    ada_browser: Client, milestones: object, name: str, content: bytes, said: str
) -> None:
    response = upload(ada_browser, (name, content), ("good.txt", TEXT.encode()))

    assert response.status_code == 422
    assert f"{name}: {said}" in words(response)
    assert told(response) == ["“Junior ML Engineer” is saved."]


def test_an_old_windows_file_is_read(ada_browser: Client, milestones: object) -> None:
    text = "Café engineer: you write Python and SQL all day."

    upload(ada_browser, ("ad.txt", text.encode("cp1252")))

    assert Advert.objects.get().title.startswith("Café")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste an advertisement, or choose a file."),
        ("Python", "It is too short to be an advertisement."),
        ("blorp zint quax " * 20, "It does not read like an advertisement"),
        ("The cat sat on the mat and was very happy to be there. " * 3, "No skill that we know"),
        (
            "Wir suchen für unser Team in der Stadt eine Person, die mit uns und für dich kocht. "
            * 3,
            "It reads like German, and only English ones are understood so far.",
        ),
        ("python sql " * 10_000, "109,999 characters long"),
        ("python sql " * 100_000, "That is more than 1 MB"),
    ],
    ids=["nothing", "short", "nonsense", "no skill", "German", "long", "a megabyte"],
)
def test_what_is_no_advertisement_is_answered_and_not_lost(
    ada_browser: Client, text: str, said: str
) -> None:
    make_skill("python")
    response = paste(ada_browser, text)

    assert response.status_code == 422
    assert said in words(response)
    assert response.context["form"]["text"].value() == text
    assert not Advert.objects.exists()


def test_a_foreign_one_with_known_names_is_read_with_a_warning(
    ada_browser: Client, milestones: object
) -> None:
    text = "Du arbeitest mit Python, SQL und Docker, und wir sind für dich da in der Stadt."

    assert "It reads like German. Only names" in words(ada_browser.get(saved(ada_browser, text)))


def test_markup_does_no_harm(ada_browser: Client, milestones: object) -> None:
    text = TEXT + '<img src=x onerror="alert(1)"><script>alert(1)</script> &lt;b&gt;bold&lt;/b&gt;'

    page = ada_browser.get(saved(ada_browser, text)).content.decode()

    assert "alert(1)" not in page
    assert "&lt;b&gt;bold" in page


def test_they_stand_side_by_side(ada_browser: Client, milestones: object) -> None:
    saved(ada_browser)
    saved(ada_browser, "Senior engineer\nYou write Python every day with us and for you.")

    page = words(ada_browser.get("/adverts/compare/"))

    assert "python 0 Required, level 3 Required, level 2" in page
    assert "sql 0 Not named Required, level 2" in page


def test_only_the_chosen_are_compared(ada_browser: Client, milestones: object) -> None:
    saved(ada_browser)
    other = saved(ada_browser, "Senior engineer\nYou write Python every day with us and for you.")

    ada_browser.get(ADVERTS)  # takes away the messages, which name both

    page = words(ada_browser.get("/adverts/compare/", {"advert": other.strip("/").split("/")[-1]}))

    assert "Senior engineer" in page
    assert "Junior" not in page


def test_one_is_archived_and_brought_back(ada_browser: Client, milestones: object) -> None:
    page = saved(ada_browser)
    ada_browser.get(ADVERTS)  # takes away the messages, which name it

    archived = ada_browser.post(f"{page}archive/")

    assert told(archived) == ["“Junior ML Engineer” is archived."]
    ada_browser.get(ADVERTS)
    assert "Junior ML Engineer" not in words(ada_browser.get(ADVERTS))
    assert "Archived (1)" in words(ada_browser.get(ADVERTS))
    assert "Junior ML Engineer" not in words(ada_browser.get("/adverts/compare/"))
    assert "Junior ML Engineer" in words(ada_browser.get(f"{ADVERTS}?archived=yes"))

    ada_browser.post(f"{page}back/")
    ada_browser.get(ADVERTS)
    assert "Junior ML Engineer" in words(ada_browser.get(ADVERTS))


def test_saving_an_archived_one_again_brings_it_back(
    ada_browser: Client, milestones: object
) -> None:
    ada_browser.post(f"{saved(ada_browser)}archive/")

    saved(ada_browser)

    assert Advert.objects.get().archived_at is None


def test_one_is_deleted_after_a_question(ada_browser: Client, milestones: object) -> None:
    page = saved(ada_browser)
    assert "Delete Junior ML Engineer?" in words(ada_browser.get(f"{page}delete/"))
    assert Advert.objects.exists()

    response = ada_browser.post(f"{page}delete/")

    assert told(response) == ["“Junior ML Engineer” is deleted."]
    assert not Advert.objects.exists()


def test_cleo_sees_nothing_of_it(
    ada_browser: Client, cleo_browser: Client, milestones: object
) -> None:
    page = saved(ada_browser)
    number = page.strip("/").split("/")[-1]

    assert cleo_browser.get(page).status_code == 404
    assert cleo_browser.get(f"{page}delete/").status_code == 404
    assert cleo_browser.post(f"{page}delete/").status_code == 404
    assert cleo_browser.post(f"{page}archive/").status_code == 404
    assert cleo_browser.post(f"{page}back/").status_code == 404
    assert "Junior" not in words(cleo_browser.get(ADVERTS))
    assert "Junior" not in words(cleo_browser.get("/adverts/compare/", {"advert": number}))
    assert Advert.objects.exists()


@pytest.mark.parametrize("page", [ADVERTS, "/adverts/compare/", "/adverts/1/"])
def test_a_stranger_is_asked_to_log_in(client: Client, db: None, page: str) -> None:
    assert client.get(page).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("page", [ADVERTS, "/adverts/compare/"])
def test_more_advertisements_take_no_more_queries(
    ada_browser: Client, milestones: object, page: str
) -> None:
    saved(ada_browser)
    saved(ada_browser, f"{TEXT} one more")
    few = _queries(ada_browser, page)

    for number in range(5):
        saved(ada_browser, f"{TEXT} {number}")

    assert _queries(ada_browser, page) == few


def test_more_milestones_take_no_more_queries(
    ada: User, ada_browser: Client, milestones: dict[str, Milestone]
) -> None:
    page = saved(ada_browser)
    few = _queries(ada_browser, page)

    level = SkillLevel.objects.get(milestone=milestones["data.sql"])
    for number in range(5):
        make_milestone(milestones["data.sql"].module, f"extra.n{number}", skill=level.skill)

    assert _queries(ada_browser, page) == few


def _queries(browser: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        browser.get(page)
    return len(captured)
