"""A link that is dead, what a learner proposes instead, and what an author makes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW, make_curriculum, make_learner, make_milestone, make_module
from tests.tracker.conftest import signed_in
from tests.tracker.progress.pages import told, words
from tracker.accounts.models import User
from tracker.curricula.authors import make_author
from tracker.curricula.models import (
    Curriculum,
    LinkCheck,
    Milestone,
    Resource,
    ResourceProposal,
)

PAGE = "/milestones/math.vec/"
FORM = "/resources/book/propose/"
REVIEW = "/admin/curricula/resourceproposal/"
DEAD_SINCE = datetime(2026, 5, 3, 23, 30, tzinfo=UTC)


@pytest.fixture
def book(maths: Curriculum) -> Resource:
    """A book that Vectors names, and whose link is dead."""
    book = Resource.objects.create(
        key="book", title="A book", url="https://www.example.org/b", format="book"
    )
    Milestone.objects.get(key="math.vec").resources.add(book)
    LinkCheck.objects.create(
        resource=book, url=book.url, last_checked_at=NOW, dead_since=DEAD_SINCE
    )
    return book


@pytest.fixture
def author_browser(db: None) -> Client:
    author = make_learner("ben@example.org")
    make_author(author)
    return signed_in(author)


def propose(client: Client, **given: str) -> Any:
    form = {"title": "Another book", "url": "https://example.com/a", "note": "", **given}
    return client.post(FORM, form)


def decide(client: Client, action: str, *proposals: ResourceProposal) -> Any:
    chosen = {"action": action, "_selected_action": [each.pk for each in proposals]}
    return client.post(f"{REVIEW}?state=all", chosen)


def a_proposal(learner: User, book: Resource, number: int = 1, **more: Any) -> ResourceProposal:
    facts = {"title": f"Book {number}", "url": f"https://example.com/{number}", "created_at": NOW}
    return ResourceProposal.objects.create(learner=learner, resource=book, **{**facts, **more})


# --- the milestone's page -------------------------------------------------------------------------


def test_a_dead_link_is_marked_and_stays_a_link(ada_browser: Client, book: Resource) -> None:
    page = ada_browser.get(PAGE)

    # Half past eleven at night in UTC is the next day where Ada lives.
    assert "example.org Book Free Not reachable since 4 May 2026" in words(page)
    assert 'href="https://www.example.org/b"' in page.content.decode()
    assert f'href="{FORM}?next=/milestones/math.vec/%3Fin%3Dmaths"' in page.content.decode()


def test_a_visitor_sees_it_too_and_is_asked_nothing(client: Client, book: Resource) -> None:
    page = words(client.get(PAGE))

    assert "Not reachable since 3 May 2026" in page
    assert "Propose a replacement" not in page


def test_a_link_that_failed_once_is_not_marked(client: Client, book: Resource) -> None:
    LinkCheck.objects.update(dead_since=None, failing_since=NOW, failing_days=1)

    assert "Not reachable" not in words(client.get(PAGE))


def test_a_check_of_an_earlier_address_marks_nothing(client: Client, book: Resource) -> None:
    Resource.objects.update(url="https://example.org/new")

    assert "Not reachable" not in words(client.get(PAGE))


@pytest.mark.parametrize(
    ("moved_to", "hint"),
    [
        ("https://docs.example.com/b", "It has moved to docs.example.com. The link still leads"),
        ("https://example.org/books/b", ""),
        ("", ""),
    ],
)
def test_a_link_that_moved_to_another_site_says_so(
    client: Client, book: Resource, moved_to: str, hint: str
) -> None:
    LinkCheck.objects.update(dead_since=None, moved_to=moved_to)

    page = words(client.get(PAGE))

    assert hint in page
    assert ("has moved" in page) == bool(hint)


def test_more_links_cost_no_more_queries(ada_browser: Client, book: Resource) -> None:
    few = queries_of(ada_browser)
    for number in range(20):
        more = Resource.objects.create(
            key=f"more-{number}", title="More", url="https://example.org/m", format="book"
        )
        Milestone.objects.get(key="math.vec").resources.add(more)
        if number % 2:
            LinkCheck.objects.create(
                resource=more, url=more.url, last_checked_at=NOW, dead_since=NOW
            )

    assert queries_of(ada_browser) == few


def queries_of(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(PAGE).status_code == 200
    return len(captured)


# --- proposing ------------------------------------------------------------------------------------


def test_a_learner_proposes_and_sees_it_waiting(
    ada: User, ada_browser: Client, book: Resource
) -> None:
    assert "A book" in words(ada_browser.get(FORM))

    answer = propose(ada_browser, note="It has exercises.")

    assert (answer.status_code, answer.headers["Location"]) == (302, FORM)
    assert told(answer) == ["Thank you. An author will look at it."]
    proposal = ResourceProposal.objects.get()
    assert (proposal.learner, proposal.resource, proposal.state) == (ada, book, "open")
    assert (proposal.title, proposal.url, proposal.note) == (
        "Another book",
        "https://example.com/a",
        "It has exercises.",
    )
    page = words(ada_browser.get(FORM))
    assert "Your proposals Another book (opens in a new tab) Waiting for an author" in page
    book.refresh_from_db()
    assert (book.title, book.url) == ("A book", "https://www.example.org/b")


def test_the_form_leads_back_to_the_milestone(ada_browser: Client, book: Resource) -> None:
    page = ada_browser.get(f"{FORM}?next={PAGE}").content.decode()
    outside = ada_browser.get(f"{FORM}?next=https://evil.example/").content.decode()

    assert f'href="{PAGE}"' in page
    assert "evil.example" not in outside


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.com/a",
        "data:text/html,x",
        "https://example.org@evil.example/",
        "not an address",
        "https://",
        "https://[example/",
        f"https://example.com/{'a' * 500}",
        "",
    ],
)
def test_what_is_no_link_is_refused(ada_browser: Client, book: Resource, url: str) -> None:
    answer = propose(ada_browser, url=url)

    assert answer.status_code == 422
    assert answer.context["form"].errors["url"]
    assert not ResourceProposal.objects.exists()


@pytest.mark.parametrize(
    "given", [{"title": ""}, {"title": " \n"}, {"title": "t" * 201}, {"note": "n" * 1001}]
)
def test_what_does_not_fit_is_refused(
    ada_browser: Client, book: Resource, given: dict[str, str]
) -> None:
    answer = propose(ada_browser, **given)

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == given.keys()
    assert not ResourceProposal.objects.exists()


def test_an_address_without_https_gets_it(ada_browser: Client, book: Resource) -> None:
    propose(ada_browser, url="example.com/a", title=" Another\tbook ")

    proposal = ResourceProposal.objects.get()
    assert (proposal.url, proposal.title) == ("https://example.com/a", "Another book")


def test_the_same_link_twice_is_said_kindly(
    ada: User, ada_browser: Client, cleo_browser: Client, book: Resource
) -> None:
    propose(ada_browser)

    assert "You proposed this link already. An author will look" in words(propose(ada_browser))
    ResourceProposal.objects.update(state="declined", decided_at=NOW)
    assert "an author decided against it" in words(propose(ada_browser))
    assert ResourceProposal.objects.count() == 1
    # Somebody else may come to the same idea.
    assert propose(cleo_browser).status_code == 302


def test_the_link_it_has_is_no_replacement(ada_browser: Client, book: Resource) -> None:
    answer = propose(ada_browser, url=book.url)

    assert answer.status_code == 422
    assert "That is the link it has now" in words(answer)


def test_ten_a_day_are_enough(
    ada_browser: Client, cleo_browser: Client, book: Resource, clock: Any
) -> None:
    for number in range(10):
        assert propose(ada_browser, url=f"https://example.com/{number}").status_code == 302

    eleventh = propose(ada_browser)
    assert eleventh.status_code == 422
    assert "come back tomorrow" in words(eleventh)
    assert propose(cleo_browser).status_code == 302
    clock.shift(timedelta(days=1, seconds=1))
    assert propose(ada_browser).status_code == 302


def test_nobody_sees_the_proposals_of_another(
    ada: User, cleo_browser: Client, book: Resource
) -> None:
    a_proposal(ada, book)

    page = words(cleo_browser.get(FORM))

    assert "Book 1" not in page
    assert "Your proposals" not in page


def test_a_visitor_logs_in_first(client: Client, book: Resource) -> None:
    for answer in (client.get(FORM), propose(client)):
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/accounts/login/?next={FORM}"
    assert not ResourceProposal.objects.exists()


def test_what_only_drafts_use_is_not_there_yet(ada_browser: Client, book: Resource) -> None:
    assert ada_browser.get("/resources/unknown/propose/").status_code == 404
    Curriculum.objects.update(status=Curriculum.Status.DRAFT)

    assert ada_browser.get(FORM).status_code == 404
    assert propose(ada_browser).status_code == 404


def test_what_two_curricula_share_is_found_once(ada_browser: Client, book: Resource) -> None:
    other = make_milestone(make_module(make_curriculum("other")), "other")
    other.resources.add(book)

    assert ada_browser.get(FORM).status_code == 200


# --- the author's review --------------------------------------------------------------------------


def listed(client: Client, **query: str) -> list[str]:
    return [each.title for each in client.get(REVIEW, query).context["cl"].result_list]


def test_the_review_list_shows_what_waits_and_not_who_asked(
    ada: User, author_browser: Client, book: Resource
) -> None:
    ada.name = "Ada Lovelace"
    ada.save()
    waiting = a_proposal(ada, book, 1, note="<b>It has exercises.</b>")
    a_proposal(ada, book, 2, state="declined", decided_at=NOW)

    assert listed(author_browser) == ["Book 1"]
    assert listed(author_browser, state="declined") == ["Book 2"]
    assert set(listed(author_browser, state="all")) == {"Book 1", "Book 2"}
    for page in (REVIEW, f"{REVIEW}{waiting.pk}/change/"):
        shown = author_browser.get(page).content.decode()
        assert "&lt;b&gt;It has exercises.&lt;/b&gt;" in shown
        assert "(dead)" in shown
        assert "Lovelace" not in shown
        assert "ada@example.org" not in shown


def test_accepting_changes_the_resource_and_forgets_what_we_knew(
    ada: User, ada_browser: Client, author_browser: Client, book: Resource
) -> None:
    proposal = a_proposal(ada, book)

    answer = decide(author_browser, "accept", proposal)

    assert told(answer) == ["Accepted: book is now “Book 1”."]
    book.refresh_from_db()
    assert (book.key, book.title, book.url) == ("book", "Book 1", "https://example.com/1")
    assert not LinkCheck.objects.exists()
    proposal.refresh_from_db()
    assert (proposal.state, str(proposal.decided_by)) == ("accepted", "ben@example.org")
    assert proposal.decided_at
    assert "Accepted the link https://example.com/1." in LogEntry.objects.get().change_message
    assert "Not reachable" not in words(ada_browser.get(PAGE))
    assert "Book 1 (opens in a new tab) Accepted" in words(ada_browser.get(FORM))


def test_an_author_is_told_to_change_the_file_too(
    ada: User, author_browser: Client, book: Resource
) -> None:
    Resource.objects.update(source_digest="d")

    answer = decide(author_browser, "accept", a_proposal(ada, book))

    assert "Change the entry book in resources.yaml too" in told(answer)[1]


def test_declining_leaves_the_resource(
    ada: User, ada_browser: Client, author_browser: Client, book: Resource
) -> None:
    answer = decide(author_browser, "decline", a_proposal(ada, book))

    assert told(answer) == ["Declined: Book 1."]
    book.refresh_from_db()
    assert book.url == "https://www.example.org/b"
    assert LinkCheck.objects.exists()
    assert "Book 1 (opens in a new tab) Declined" in words(ada_browser.get(FORM))


def test_what_was_decided_stays_decided(ada: User, author_browser: Client, book: Resource) -> None:
    declined = a_proposal(ada, book, state="declined", decided_at=NOW)

    decide(author_browser, "accept", declined)

    declined.refresh_from_db()
    book.refresh_from_db()
    assert (declined.state, declined.decided_at) == ("declined", NOW)
    assert book.title == "A book"


def test_one_resource_takes_one_proposal(ada: User, author_browser: Client, book: Resource) -> None:
    answer = decide(author_browser, "accept", a_proposal(ada, book, 1), a_proposal(ada, book, 2))

    assert told(answer) == ["Choose one proposal for book. Nothing has changed."]
    assert ResourceProposal.objects.to_review().count() == 2


def test_learners_and_other_staff_never_review(
    ada: User, ada_browser: Client, cleo_browser: Client, book: Resource
) -> None:
    proposal = a_proposal(ada, book)
    staff = signed_in(make_learner("staff@example.org", is_staff=True))

    for browser in (ada_browser, cleo_browser, staff):
        for page in (REVIEW, f"{REVIEW}{proposal.pk}/change/"):
            assert browser.get(page, follow=True).status_code == 403
        for action in ("accept", "decline"):
            assert decide(browser, action, proposal).status_code in (302, 403)
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_a_proposal_is_not_edited_at_the_desk(
    ada: User, author_browser: Client, book: Resource
) -> None:
    proposal = a_proposal(ada, book)

    author_browser.post(f"{REVIEW}{proposal.pk}/change/", {"title": "Mine", "state": "accepted"})
    author_browser.post(f"{REVIEW}{proposal.pk}/delete/", {"post": "yes"})

    assert author_browser.get(f"{REVIEW}add/").status_code == 403
    proposal.refresh_from_db()
    assert (proposal.title, proposal.state) == ("Book 1", "open")


def test_a_longer_review_list_costs_no_more_queries(
    ada: User, author_browser: Client, book: Resource
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            author_browser.get(REVIEW)
        return len(captured)

    a_proposal(ada, book)
    few = queries()
    for number in range(2, 20):
        other = Resource.objects.create(
            key=f"r{number}", title="R", url="https://example.org/", format="book"
        )
        a_proposal(ada, other, number)

    assert queries() == few


@pytest.mark.parametrize(
    ("state", "found"),
    [("dead", ["book"]), ("failing", []), ("moved", ["gone-elsewhere"]), ("what", None)],
)
def test_an_author_finds_dead_resources(
    author_browser: Client, book: Resource, state: str, found: list[str] | None
) -> None:
    url = "https://example.org/old"
    moved = Resource.objects.create(key="gone-elsewhere", title="Old", url=url, format="book")
    LinkCheck.objects.create(
        resource=moved, url=url, last_checked_at=NOW, moved_to="https://example.com/new"
    )
    Resource.objects.create(key="new", title="New", url="https://example.org", format="book")

    answer = author_browser.get("/admin/curricula/resource/", {"link": state})

    keys = [resource.key for resource in answer.context["cl"].result_list]
    assert keys == (found if found is not None else ["book", "new", "gone-elsewhere"])


def test_a_resource_says_how_its_link_is(author_browser: Client, book: Resource) -> None:
    LinkCheck.objects.update(reason="It answers 404.")

    page = words(author_browser.get(f"/admin/curricula/resource/{book.pk}/change/"))

    assert "dead since 4 May 2026. It answers 404." in page
    assert "not checked yet" not in page
    Resource.objects.update(url="https://example.org/new")
    page = words(author_browser.get("/admin/curricula/resource/"))
    assert "not checked yet" in page
    assert author_browser.get("/admin/curricula/resource/add/").status_code == 200
