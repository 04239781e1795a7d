"""More milestones and questions cost more rows, never more queries."""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_curriculum, make_learner, make_milestone, make_module
from tests.tracker.assessments.desk import make_questions
from tests.tracker.conftest import signed_in

BUDGETS = {
    "/milestones/m0/check/": 12,
    "/milestones/m0/work/": 12,
    "/paths/maths/modules/la/known/": 16,
    "attempt": 8,
}


def queries_of(page: str, *, size: int) -> int:
    with transaction.atomic():
        module = make_module(make_curriculum("maths"), "la")
        for number in range(size):
            make_milestone(module, f"m{number}", rubric=["It runs."] * size)
            make_questions(f"m{number}", 3 * size)
        browser = signed_in(make_learner())
        browser.post("/milestones/m0/work/", {"url": "https://example.org"} | marks(size))
        page = begun(browser) if page == "attempt" else page
        browser.get(page)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(page).status_code == 200
        transaction.set_rollback(True)
    return len(captured)


def marks(size: int) -> dict[str, str]:
    return {f"mark_{number}": "yes" for number in range(size)}


def begun(browser: Client) -> str:
    return browser.post("/paths/maths/modules/la/known/check/").headers["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize("page", BUDGETS)
def test_a_page_keeps_its_budget(page: str) -> None:
    small, big = queries_of(page, size=2), queries_of(page, size=6)

    assert small == big <= BUDGETS[page]
