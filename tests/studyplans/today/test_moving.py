"""Bringing work to today, and making a week lighter."""

from datetime import time
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import Receipt, SpecialWindow, StudySession
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths, planned
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone

FIRST_WEEK = [
    ("maths.m1", "Mon 02 Mar 19:00"),
    ("maths.m2", "Wed 04 Mar 19:00"),
    ("maths.m3", "Fri 06 Mar 19:00"),
    ("maths.m4", "Mon 09 Mar 19:00"),
]


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    enrol(ada, maths, at=wall.now())
    return ada


@pytest.fixture
def tuesday(enrolled: User, clock: time_machine.Traveller) -> User:
    """It is Tuesday, 10:02 in Berlin, and nothing happened on Monday."""
    clock.move_to("2026-03-03T09:02Z")
    actions.give_up_missed(learner=enrolled, ended_by=wall.now(), at=wall.now())
    return enrolled


def page_of(client: Client) -> str:
    return client.get("/today/").content.decode()


def missed(learner: User) -> list[StudySession]:
    return list(StudySession.objects.of(learner).filter(state=StudySession.State.MISSED))


def move(client: Client, *sessions: StudySession) -> Any:
    return client.post("/today/move/", {"session": [each.pk for each in sessions]})


def said(response: Any) -> str:
    return " ".join(str(each) for each in get_messages(response.wsgi_request))


def undo_offered(client: Client, response: Any, **data: str) -> None:
    tags = [each.extra_tags for each in get_messages(response.wsgi_request)]
    client.post(next(tag for tag in tags if tag).removeprefix("undo:"), data)


def test_what_was_missed_says_when_it_is_planned_again(tuesday: User, ada_client: Client) -> None:
    page = page_of(ada_client)

    assert "Did this session happen?" in page
    assert "planned again for Wed 4 Mar, 19:00" in page
    assert "Plan again from now" in page


def test_moving_to_today_pins_it_there_and_undo_takes_it_back(
    tuesday: User, ada_client: Client
) -> None:
    before = planned(tuesday)
    answer = move(ada_client, *missed(tuesday))

    assert planned(tuesday) == [
        ("maths.m1", "Tue 03 Mar 10:05"),
        ("maths.m2", "Wed 04 Mar 19:00"),
        ("maths.m3", "Fri 06 Mar 19:00"),
        ("maths.m4", "Mon 09 Mar 19:00"),
    ]
    assert StudySession.objects.of(tuesday).pinned().count() == 1
    assert "Moved to today, 10:05." in said(answer)
    assert "From the last days" not in page_of(ada_client)

    undo_offered(ada_client, answer)
    assert planned(tuesday) == before
    assert len(missed(tuesday)) == 1


def test_the_weeks_own_free_time_comes_first_and_todays_sessions_stay(
    ada: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    curriculum = make_curriculum("code")
    module = make_module(curriculum)
    for number in (1, 2):
        make_milestone(module, f"code.m{number}", effort_minutes=60)
    late = evenings(1, starts_at=time(21), ends_at=time(22))
    enrol(ada, curriculum, at=wall.now(), windows=[*evenings(0, 1), *late])
    clock.move_to("2026-03-03T09:02Z")

    move(ada_client, StudySession.objects.of(ada).earliest("starts_at"))

    assert planned(ada) == [("code.m2", "Tue 03 Mar 19:00"), ("code.m1", "Tue 03 Mar 21:00")]


def test_many_are_capped_and_move_together(
    ada: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    enrol(ada, make_maths(12, minutes=30), at=wall.now(), windows=evenings(*range(7)))
    clock.move_to("2026-03-05T09:02Z")
    page = page_of(ada_client)
    assert "6 sessions" in page
    assert "And 3 more" in page
    assert "Move the first 3 to today" in page

    first = list(StudySession.objects.of(ada).order_by("starts_at")[:3])
    answer = move(ada_client, *first)
    assert planned(ada)[6 - 3 :][:3] == [
        ("maths.m1", "Thu 05 Mar 10:05"),
        ("maths.m2", "Thu 05 Mar 10:35"),
        ("maths.m3", "Thu 05 Mar 11:05"),
    ]
    assert "3 sessions moved to today, the first at 10:05." in said(answer)

    undo_offered(ada_client, answer, all="1")
    assert not StudySession.objects.of(ada).pinned().exists()


def test_work_that_was_missed_twice_moves_once(
    tuesday: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-05T09:02Z")
    actions.give_up_missed(learner=tuesday, ended_by=wall.now(), at=wall.now())
    first, second = missed(tuesday)
    assert first.milestone_key == second.milestone_key == "maths.m1"

    answer = move(ada_client, first, second)

    assert "Nothing is left to move" in said(answer)
    assert planned(tuesday)[:2] == [
        ("maths.m1", "Thu 05 Mar 10:05"),
        ("maths.m2", "Fri 06 Mar 19:00"),
    ]


def test_a_day_without_room_says_so(
    tuesday: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-04T02:30Z")  # 03:30 in Berlin: the last half hour of Tuesday
    before = planned(tuesday)

    assert "Today has no room left for it." in said(move(ada_client, *missed(tuesday)))
    assert planned(tuesday) == before


@pytest.mark.parametrize(
    ("finished", "starts"), [("2026-03-02T09:02Z", "19:00"), ("2026-03-02T18:50Z", "19:55")]
)
def test_finishing_early_brings_the_next_session_to_today(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller, finished: str, starts: str
) -> None:
    clock.move_to(finished)
    ada_client.post("/milestones/maths.m1/state/?in=maths", {"state": "done"})
    following = StudySession.objects.of(enrolled).planned().earliest("starts_at")
    assert f'value="{following.pk}">Bring it to today' in page_of(ada_client)

    answer = move(ada_client, following)

    assert planned(enrolled)[0] == ("maths.m2", f"Mon 02 Mar {starts}")
    assert f"Moved to today, {starts}." in said(answer)


def test_a_booked_exam_stays_where_it_is(enrolled: User, ada_client: Client) -> None:
    Milestone.objects.filter(key="maths.m4").update(kind=Milestone.Kind.EXAM)
    exam = StudySession.objects.of(enrolled).get(milestone_key="maths.m4")
    ada_client.post(f"/plan/sessions/{exam.pk}/pin/")

    assert "An exam stays where it is booked." in said(move(ada_client, exam))
    assert planned(enrolled) == FIRST_WEEK


def test_a_lighter_week_says_what_it_does_does_it_and_can_be_undone(
    enrolled: User, ada_client: Client
) -> None:
    page = ada_client.get("/today/lighter/").content.decode()
    assert "Your next seven days have 3 h. They would have 1 h 30 min." in page
    assert "Finish moves from 9 March to 13 March (4 days later)." in page
    assert planned(enrolled) == FIRST_WEEK

    answer = ada_client.post("/today/lighter/")
    assert "finish moves from 9 March to 13 March" in said(answer)
    assert SpecialWindow.objects.count() == 3

    undo_offered(ada_client, answer)
    assert planned(enrolled) == FIRST_WEEK
    assert not SpecialWindow.objects.exists()


def test_without_a_plan_there_is_no_week_to_lighten(ada: User, ada_client: Client) -> None:
    assert ada_client.get("/today/lighter/")["Location"] == "/today/"
    assert ada_client.post("/today/lighter/")["Location"] == "/today/"
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("asked", [[], ["x"], ["9" * 30], ["0"]])
def test_nonsense_is_not_found(enrolled: User, ada_client: Client, asked: list[str]) -> None:
    assert ada_client.post("/today/move/", {"session": asked}).status_code == 404


def test_cleo_moves_nothing_of_adas(enrolled: User, cleo: User, client: Client) -> None:
    own = StudySession.objects.of(enrolled).earliest("starts_at")
    enrol(cleo, make_maths(2, slug="code"), at=wall.now())
    hers = StudySession.objects.of(cleo).earliest("starts_at")

    assert move(logged_in(cleo), own).status_code == 404
    assert move(logged_in(cleo), hers, own).status_code == 404
    logged_in(cleo).post("/today/lighter/")
    assert move(client, own)["Location"].startswith("/accounts/login/")
    assert client.post("/today/lighter/")["Location"].startswith("/accounts/login/")
    assert planned(enrolled) == FIRST_WEEK
