"""Optional milestones: planned where the learner wants them, and left out where a date asks."""

import re
from datetime import date
from html import unescape
from unittest import mock

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import Receipt, StudyPlan, StudySession
from studyplans.plans.workload import best_plan
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths, planned, week_data
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.actions import set_state
from tracker.progress.models import Achievement, Enrolment
from tracker.progress.selectors import shares_of

WEEK = week_data(monday="19:00-20:00", wednesday="19:00-20:00", friday="19:00-20:00") | {
    "style": "soon",
    "minimum_piece_minutes": "25",
}
REQUIRED = [("craft.m1", "Mon 02 Mar 19:00"), ("craft.m2", "Wed 04 Mar 19:00")]
WITH_OPTIONAL = [
    ("craft.m1", "Mon 02 Mar 19:00"),
    ("craft.extra", "Wed 04 Mar 19:00"),
    ("craft.m2", "Fri 06 Mar 19:00"),
]


@pytest.fixture
def craft(transactional_db: None) -> Curriculum:
    """Two hours that are required, and an optional one between them."""
    module = make_module(make_curriculum("craft"))
    make_milestone(module, "craft.m1")
    make_milestone(module, "craft.extra", is_required=False)
    make_milestone(module, "craft.m2")
    return module.curriculum


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, craft: Curriculum) -> User:
    enrol(ada, craft, at=wall.now())
    clock.shift(60)
    return ada


@pytest.fixture
def late(clock: time_machine.Traveller, ada: User, ada_client: Client, craft: Curriculum) -> User:
    """Ada wants the optional hour too, and with it misses her date by an evening."""
    enrol(ada, craft, at=wall.now(), target_date=date(2026, 3, 5))
    clock.shift(60)
    want_optional(ada_client, ada)
    clock.shift(60)
    return ada


def want_optional(client: Client, learner: User) -> None:
    enrolment = Enrolment.objects.of(learner).get()
    client.post("/plan/week/", WEEK | {f"optional_{enrolment.pk}": "on"})


def words(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def undo_newest(learner: User, client: Client) -> None:
    newest = Receipt.objects.of(learner).undoable()[0]
    client.post(f"/plan/changes/{newest.pk}/undo/")


# --- planning it ------------------------------------------------------------------------------


def test_at_first_only_what_is_required_is_planned(enrolled: User, ada_client: Client) -> None:
    assert planned(enrolled) == REQUIRED
    page = words(ada_client, "/plan/week/")
    assert "Plan the optional milestones of Craft too" in page
    assert "1 h of work." in page


def test_optional_work_is_planned_on_request_and_undone(enrolled: User, ada_client: Client) -> None:
    want_optional(ada_client, enrolled)
    assert planned(enrolled) == WITH_OPTIONAL

    undo_newest(enrolled, ada_client)

    assert planned(enrolled) == REQUIRED
    assert not StudyPlan.objects.get(learner=enrolled).optional_paths.exists()


def test_the_preview_tells_what_it_would_cost(enrolled: User, ada_client: Client) -> None:
    enrolment = Enrolment.objects.of(enrolled).get()
    asked = WEEK | {f"optional_{enrolment.pk}": "on", "preview": "1"}

    page = ada_client.post("/plan/week/", asked).content.decode()

    assert "finish moves from 4 March to 6 March (2 days later)" in page
    assert planned(enrolled) == REQUIRED


def test_it_stays_wanted_through_other_changes_until_it_is_switched_off(
    enrolled: User, ada_client: Client
) -> None:
    want_optional(ada_client, enrolled)
    actions.change_windows(learner=enrolled, windows=evenings(1, 3, 5), at=wall.now())
    assert ("craft.extra", "Thu 05 Mar 19:00") in planned(enrolled)

    ada_client.post("/plan/week/", WEEK)

    assert planned(enrolled) == REQUIRED


def test_a_path_without_optional_work_asks_nothing(
    clock: time_machine.Traveller, ada: User, ada_client: Client
) -> None:
    enrol(ada, make_maths(), at=wall.now())

    assert "Plan the optional" not in words(ada_client, "/plan/week/")


def test_optional_work_that_is_done_or_skipped_is_not_planned(
    enrolled: User, ada_client: Client
) -> None:
    set_state(learner=enrolled, milestone_key="craft.extra", state="skipped", at=wall.now())

    want_optional(ada_client, enrolled)

    assert planned(enrolled) == REQUIRED


def test_a_pinned_optional_session_keeps_its_time_when_the_rest_is_switched_off(
    enrolled: User, ada_client: Client
) -> None:
    want_optional(ada_client, enrolled)
    session = StudySession.objects.of(enrolled).get(milestone_key="craft.extra")
    ada_client.post(f"/plan/sessions/{session.pk}/pin/")

    ada_client.post("/plan/week/", WEEK)

    assert planned(enrolled) == WITH_OPTIONAL


def test_percent_asks_for_no_optional_work(enrolled: User, ada_client: Client) -> None:
    want_optional(ada_client, enrolled)

    for key in ("craft.m1", "craft.m2"):
        set_state(learner=enrolled, milestone_key=key, state="done", at=wall.now())

    edition = Enrolment.objects.of(enrolled).get().curriculum
    assert shares_of(enrolled, [edition])[edition.pk].percent == 100


# --- leaving it out ---------------------------------------------------------------------------


def test_leaving_out_is_offered_where_it_meets_the_date(late: User, ada_client: Client) -> None:
    shown = words(ada_client, "/plan/dates/")

    assert "Leave out 1 h of optional work No fewer milestones would do." in shown
    assert "Learn craft.extra" in shown


def test_leaving_out_meets_the_date_and_says_so(late: User, ada_client: Client) -> None:
    answer = ada_client.post("/plan/dates/", {"leave_out": "1"}, follow=True)

    assert "1 optional milestone left out." in answer.content.decode()
    assert planned(late) == REQUIRED
    assert "In time for 5 Mar 2026." in words(ada_client, "/plan/")
    assert "Every date you have set can be met." in words(ada_client, "/plan/dates/")
    assert Achievement.objects.of(late).get(milestone_key="craft.extra").state == "skipped"


def test_leaving_out_is_one_receipt_and_undone_to_exactly_what_was(
    late: User, ada_client: Client
) -> None:
    before = [*StudySession.objects.of(late).values_list("uid", "starts_at", "ends_at")]
    receipts = Receipt.objects.of(late).count()
    ada_client.post("/plan/dates/", {"leave_out": "1"})
    assert Receipt.objects.of(late).count() == receipts + 1
    assert "Learn craft.extra" in words(ada_client, "/plan/changes/")

    undo_newest(late, ada_client)

    assert [*StudySession.objects.of(late).values_list("uid", "starts_at", "ends_at")] == before
    assert Achievement.objects.of(late).get(milestone_key="craft.extra").state == "open"
    assert Receipt.objects.of(late).count() == receipts + 1


def test_leaving_out_plans_once_and_undoing_it_not_at_all(late: User, ada_client: Client) -> None:
    with mock.patch("studyplans.plans.planning.best_plan", wraps=best_plan) as computed:
        ada_client.post("/plan/dates/", {"leave_out": "1"})
        assert computed.call_count == 1

        undo_newest(late, ada_client)

    assert computed.call_count == 1


def test_without_optional_work_in_the_plan_nothing_is_offered(
    clock: time_machine.Traveller, ada: User, ada_client: Client, craft: Curriculum
) -> None:
    enrol(ada, craft, at=wall.now(), target_date=date(2026, 3, 3))

    assert "optional" not in words(ada_client, "/plan/dates/")
    assert ada_client.post("/plan/dates/", {"leave_out": "1"})["Location"] == "/plan/dates/"


def test_cleo_leaves_out_nothing_of_adas(late: User, cleo: User) -> None:
    assert logged_in(cleo).post("/plan/dates/", {"leave_out": "1"}).status_code == 404
    assert planned(late) == WITH_OPTIONAL
