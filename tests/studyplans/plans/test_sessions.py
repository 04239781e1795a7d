"""What a learner does to one session: move, pin, split, skip, log, time; and book an exam."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import Receipt, StudySession
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths, planned
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.models import Achievement

THURSDAY = {"date": "2026-03-05", "time": "18:30", "minutes": "60"}
FIRST_WEEK = [
    ("maths.m1", "Mon 02 Mar 19:00"),
    ("maths.m2", "Wed 04 Mar 19:00"),
    ("maths.m3", "Fri 06 Mar 19:00"),
    ("maths.m4", "Mon 09 Mar 19:00"),
]


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    enrol(ada, maths, at=wall.now())
    clock.shift(60)
    return ada


def session_of(learner: User, key: str) -> StudySession:
    return StudySession.objects.of(learner).filter(milestone_key=key).earliest("starts_at")


def do(client: Client, session: StudySession, what: str, **data: str) -> Any:
    return client.post(f"/plan/sessions/{session.pk}/{what}/", data)


def said(response: Any) -> str:
    messages = get_messages(response.wsgi_request)
    return " ".join(str(message) for message in messages)


def undo_offered(client: Client, response: Any) -> None:
    offered = [each.extra_tags for each in get_messages(response.wsgi_request)]
    client.post(next(tag for tag in offered if tag).removeprefix("undo:"))


# --- the page ---------------------------------------------------------------------------------


def test_the_page_says_what_when_and_why(enrolled: User, ada_client: Client) -> None:
    page = ada_client.get(f"/plan/sessions/{session_of(enrolled, 'maths.m2').pk}/")

    assert "Learn maths.m2" in page.content.decode()
    assert "Wednesday 4 March 2026, 19:00–20:00" in page.content.decode()
    assert (
        "Learn maths.m2 begins on Wednesday 4 March 2026 at 19:00: it comes after Learn maths.m1."
        in page.content.decode()
    )


def test_the_reason_holds_while_another_session_is_under_way(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-02T18:20Z")

    page = ada_client.get(f"/plan/sessions/{session_of(enrolled, 'maths.m2').pk}/")

    assert "Learn maths.m2 begins on Wednesday 4 March 2026 at 19:00" in page.content.decode()


def test_the_page_offers_times_of_the_coming_days(enrolled: User, ada_client: Client) -> None:
    page = ada_client.get(f"/plan/sessions/{session_of(enrolled, 'maths.m1').pk}/").content.decode()

    assert 'value="2026-03-04T19:00|60"' in page
    assert "Next study day, Wed 4 Mar, 19:00" in page
    assert "others give way" in page


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("get", ""),
        ("post", "move/"),
        ("post", "pin/"),
        ("post", "unpin/"),
        ("post", "split/"),
        ("post", "skip/"),
        ("post", "minutes/"),
        ("post", "minutes/undo/"),
        ("post", "timer/start/"),
        ("post", "timer/stop/"),
    ],
)
def test_cleo_finds_none_of_it(
    enrolled: User, cleo: User, client: Client, method: str, what: str
) -> None:
    url = f"/plan/sessions/{session_of(enrolled, 'maths.m1').pk}/{what}"

    assert getattr(logged_in(cleo), method)(url, THURSDAY).status_code == 404
    assert getattr(client, method)(url, THURSDAY)["Location"].startswith("/accounts/login/")
    assert planned(enrolled) == FIRST_WEEK


def test_queries_of_the_page_do_not_grow(enrolled: User, ada_client: Client) -> None:
    url = f"/plan/sessions/{session_of(enrolled, 'maths.m1').pk}/"
    few, few_again = queries_of(ada_client, url), queries_of(ada_client, url)

    enrol(enrolled, make_maths(60, slug="code"), at=wall.now())

    assert queries_of(ada_client, url) == few <= 32
    assert queries_of(ada_client, url) == few_again <= 15


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    return len(asked)


# --- moving and pinning -----------------------------------------------------------------------


def test_moving_pins_the_session_and_the_rest_gives_way(enrolled: User, ada_client: Client) -> None:
    answer = do(ada_client, session_of(enrolled, "maths.m1"), "move", **THURSDAY)

    assert planned(enrolled) == [
        ("maths.m1", "Thu 05 Mar 18:30"),
        ("maths.m2", "Fri 06 Mar 19:00"),
        ("maths.m3", "Mon 09 Mar 19:00"),
        ("maths.m4", "Wed 11 Mar 19:00"),
    ]
    assert session_of(enrolled, "maths.m1").is_pinned
    assert said(answer) == (
        "Moved to Thursday 5 March, 18:30. 3 sessions moved; "
        "finish moves from 9 March to 11 March (2 days later)."
    )


def test_moving_the_last_session_tells_the_finish_from_before(
    enrolled: User, ada_client: Client
) -> None:
    to = {"date": "2026-03-12", "time": "19:00", "minutes": "60"}
    answer = do(ada_client, session_of(enrolled, "maths.m4"), "move", **to)

    assert said(answer).endswith(
        "Nothing else moved; finish moves from 9 March to 12 March (3 days later)."
    )


def test_a_move_is_undone_to_exactly_what_was(enrolled: User, ada_client: Client) -> None:
    answer = do(ada_client, session_of(enrolled, "maths.m1"), "move", **THURSDAY)

    undo_offered(ada_client, answer)

    assert planned(enrolled) == FIRST_WEEK
    assert not StudySession.objects.pinned().exists()


def test_an_offered_time_and_a_day_dropped_on_are_enough(
    enrolled: User, ada_client: Client
) -> None:
    do(ada_client, session_of(enrolled, "maths.m1"), "move", to="2026-03-05T18:30")
    assert planned(enrolled)[0] == ("maths.m1", "Thu 05 Mar 18:30")

    do(ada_client, session_of(enrolled, "maths.m1"), "move", to="2026-03-04")
    assert planned(enrolled)[0] == ("maths.m1", "Wed 04 Mar 19:00")

    do(ada_client, session_of(enrolled, "maths.m1"), "move", to="2026-03-07")
    assert planned(enrolled)[0] == ("maths.m1", "Sat 07 Mar 19:00")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"date": "2026-03-01"}, "That time is over. Choose a later one."),
        ({"date": "2026-03-04", "time": "19:30"}, "Learn maths.m2 is pinned there, 19:00–20:00."),
        ({"minutes": "90"}, "Only 60 minutes of this milestone are left."),
        ({"date": "2026-03-29", "time": "02:30"}, "02:30 does not exist."),
        ({"time": "soon"}, "Write a time such as 19:00."),
        ({"date": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_loses_nothing(
    enrolled: User, ada_client: Client, data: dict[str, str], message: str
) -> None:
    do(ada_client, session_of(enrolled, "maths.m2"), "pin")
    before = planned(enrolled)

    answer = do(ada_client, session_of(enrolled, "maths.m1"), "move", **{**THURSDAY, **data})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert message in page
    assert 'class="field__error"' in page
    assert f'value="{data.get("time", THURSDAY["time"])}"' in page
    assert planned(enrolled) == before


def test_what_is_pinned_later_on_leaves_the_times_before_it_free(
    enrolled: User, ada_client: Client
) -> None:
    do(ada_client, session_of(enrolled, "maths.m4"), "pin")

    page = ada_client.get(f"/plan/sessions/{session_of(enrolled, 'maths.m1').pk}/").content.decode()

    assert "Next study day, Wed 4 Mar, 19:00" in page
    assert "Mon 9 Mar, 19:00" not in page


def test_an_offered_time_may_be_shorter_and_the_rest_is_planned_anew(
    clock: time_machine.Traveller, ada: User, ada_client: Client
) -> None:
    week = [*evenings(0, ends_at=time(21)), *evenings(2)]
    enrol(ada, make_maths(1, minutes=120), at=wall.now(), windows=week)
    clock.shift(60)
    session = session_of(ada, "maths.m1")
    page = ada_client.get(f"/plan/sessions/{session.pk}/").content.decode()
    assert 'value="2026-03-04T19:00|60"' in page

    do(ada_client, session, "move", to="2026-03-04T19:00|60")

    sessions = StudySession.objects.of(ada).planned()
    assert [(each.minutes, each.is_pinned) for each in sessions] == [(60, False), (60, True)]


def test_a_session_pinned_before_what_it_needs_says_so(enrolled: User, ada_client: Client) -> None:
    early = session_of(enrolled, "maths.m3")

    do(ada_client, early, "move", date="2026-03-03", time="18:00", minutes="60")

    page = ada_client.get(f"/plan/sessions/{early.pk}/").content.decode()
    assert "What it needs is planned only after it" in page
    assert "before what it needs is done" in ada_client.get("/plan/dates/").content.decode()


def test_a_pinned_session_stays_through_replans_until_it_is_unpinned(
    enrolled: User, ada_client: Client
) -> None:
    do(ada_client, session_of(enrolled, "maths.m3"), "pin")
    actions.change_windows(learner=enrolled, windows=evenings(1, 3), at=wall.now())
    assert ("maths.m3", "Fri 06 Mar 19:00") in planned(enrolled)

    do(ada_client, session_of(enrolled, "maths.m3"), "unpin")

    assert ("maths.m3", "Tue 10 Mar 19:00") in planned(enrolled)


def test_a_missed_session_moved_ahead_is_planned_again(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    missed = session_of(enrolled, "maths.m1")
    clock.move_to("2026-03-03T08:00Z")
    actions.give_up_missed(learner=enrolled, ended_by=wall.now(), at=wall.now())

    do(ada_client, missed, "move", **THURSDAY)

    assert planned(enrolled)[:2] == [
        ("maths.m1", "Thu 05 Mar 18:30"),
        ("maths.m2", "Fri 06 Mar 19:00"),
    ]


def test_nothing_moves_onto_the_session_under_way(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-02T18:10Z")
    tonight = {"date": "2026-03-02", "time": "19:30", "minutes": "60"}

    answer = do(ada_client, session_of(enrolled, "maths.m2"), "move", **tonight)

    assert answer.status_code == 422
    assert "Learn maths.m1 is under way, 19:00–20:00." in answer.content.decode()


# --- splitting and skipping -------------------------------------------------------------------


def test_splitting_keeps_the_first_part_and_moves_the_rest_on(
    enrolled: User, ada_client: Client
) -> None:
    answer = do(ada_client, session_of(enrolled, "maths.m1"), "split", minutes="20")

    parts = StudySession.objects.of(enrolled).filter(milestone_key="maths.m1")
    assert [each.minutes for each in parts] == [20, 40]
    assert planned(enrolled)[:2] == [
        ("maths.m1", "Mon 02 Mar 19:00"),
        ("maths.m1", "Wed 04 Mar 19:00"),
    ]

    undo_offered(ada_client, answer)
    assert planned(enrolled) == FIRST_WEEK


def test_the_rest_of_a_split_session_waits_for_another_day(
    clock: time_machine.Traveller, ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=wall.now(), windows=evenings(0, 2, ends_at=time(22)))
    clock.shift(60)

    do(ada_client, session_of(ada, "maths.m1"), "split", minutes="20")

    rest = StudySession.objects.of(ada).filter(milestone_key="maths.m1").latest("starts_at")
    assert f"{rest.starts_at:%a %d}" == "Wed 04"


@pytest.mark.parametrize("minutes", ["60", "0", "58", "half"])
def test_a_split_needs_two_parts(enrolled: User, ada_client: Client, minutes: str) -> None:
    answer = do(ada_client, session_of(enrolled, "maths.m1"), "split", minutes=minutes)

    assert answer.status_code == 422
    assert planned(enrolled) == FIRST_WEEK


def test_skipping_frees_the_time_and_returns_the_work(enrolled: User, ada_client: Client) -> None:
    answer = do(ada_client, session_of(enrolled, "maths.m1"), "skip")

    assert planned(enrolled)[:2] == [
        ("maths.m1", "Wed 04 Mar 19:00"),
        ("maths.m2", "Fri 06 Mar 19:00"),
    ]
    skipped = StudySession.objects.of(enrolled).get(state="skipped")
    assert f"{skipped.starts_at:%d %H}" == "02 18"
    assert "finish moves from 9 March to 11 March" in said(answer)

    undo_offered(ada_client, answer)
    assert planned(enrolled) == FIRST_WEEK


# --- real minutes and the timer ---------------------------------------------------------------


def minutes_spent(learner: User, key: str = "maths.m1") -> int:
    return Achievement.objects.of(learner).get(milestone_key=key).minutes_spent


def test_real_minutes_count_and_can_be_corrected(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    session = session_of(enrolled, "maths.m1")
    clock.move_to("2026-03-02T19:00Z")

    do(ada_client, session, "minutes", minutes="45")
    assert minutes_spent(enrolled) == 45
    do(ada_client, session, "minutes", minutes="25")
    assert minutes_spent(enrolled) == 25

    session.refresh_from_db()
    assert (session.state, session.minutes_studied) == ("studied", 25)
    week = ada_client.get("/plan/?view=week").content.decode()
    assert "25 min studied" in week


def test_noted_minutes_can_be_taken_back(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    session = session_of(enrolled, "maths.m1")
    clock.move_to("2026-03-02T19:00Z")
    answer = do(ada_client, session, "minutes", minutes="45")

    undo_offered(ada_client, answer)
    undo_offered(ada_client, answer)

    session.refresh_from_db()
    assert (session.state, session.minutes_studied) == ("planned", None)
    assert minutes_spent(enrolled) == 0


def test_what_was_settled_as_planned_is_corrected_by_the_difference(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    session = session_of(enrolled, "maths.m1")
    clock.move_to("2026-03-02T19:00Z")
    do(ada_client, session, "studied")

    do(ada_client, session, "minutes", minutes="40")

    assert minutes_spent(enrolled) == 40


@pytest.mark.parametrize("minutes", ["0", "-5", "2000", ""])
def test_minutes_that_cannot_be_are_refused(
    enrolled: User, ada_client: Client, minutes: str
) -> None:
    answer = do(ada_client, session_of(enrolled, "maths.m1"), "minutes", minutes=minutes)

    assert answer.status_code == 422
    assert not Achievement.objects.filter(minutes_spent__gt=0).exists()


def test_a_session_of_another_day_is_not_noted_yet(enrolled: User, ada_client: Client) -> None:
    answer = do(ada_client, session_of(enrolled, "maths.m2"), "minutes", minutes="30")

    assert answer.status_code == 422
    assert "on a day to come" in answer.content.decode()


def test_the_timer_survives_a_reload_and_proposes_its_minutes(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    session = session_of(enrolled, "maths.m1")
    clock.move_to("2026-03-02T18:05Z")
    do(ada_client, session, "timer/start")
    clock.shift(timedelta(minutes=10))
    do(ada_client, session, "timer/start")
    assert "Running since" in ada_client.get(f"/plan/sessions/{session.pk}/").content.decode()

    clock.shift(timedelta(minutes=27))
    answer = do(ada_client, session, "timer/stop")

    assert answer["Location"] == f"/plan/sessions/{session.pk}/?minutes=37#log"
    page = ada_client.get(answer["Location"]).content.decode()
    assert 'name="minutes" value="37"' in page
    assert minutes_of_timer(session) is None


def minutes_of_timer(session: StudySession) -> datetime | None:
    session.refresh_from_db()
    return session.timer_started_at


def test_one_timer_runs_at_a_time(enrolled: User, ada_client: Client) -> None:
    do(ada_client, session_of(enrolled, "maths.m1"), "timer/start")

    answer = do(ada_client, session_of(enrolled, "maths.m2"), "timer/start")

    assert said(answer) == "The timer of Learn maths.m1 is running. Stop it first."
    assert StudySession.objects.filter(timer_started_at__isnull=False).count() == 1


def test_a_settled_session_does_not_move(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    session = session_of(enrolled, "maths.m1")
    clock.move_to("2026-03-02T19:00Z")
    do(ada_client, session, "studied")

    answer = do(ada_client, session, "move", **THURSDAY)

    assert answer.status_code == 422
    assert "settled already" in answer.content.decode()


# --- exams ------------------------------------------------------------------------------------


@pytest.fixture
def exam(clock: time_machine.Traveller, ada: User) -> StudySession:
    module = make_module(make_curriculum("certificate"))
    lesson = make_milestone(module, "cert.learn", effort_minutes=60)
    make_milestone(module, "cert.exam", kind="exam", effort_minutes=120, requires=(lesson,))
    enrol(ada, module.curriculum, at=wall.now())
    clock.shift(60)
    return session_of(ada, "cert.exam")


def test_an_exam_is_booked_as_a_whole_at_any_time(
    exam: StudySession, ada: User, ada_client: Client
) -> None:
    page = ada_client.get(f"/plan/sessions/{exam.pk}/").content.decode()
    assert "Booked for" in page
    assert 'name="minutes" value="120"' in page

    do(ada_client, exam, "move", date="2026-03-10", time="08:00", minutes="120")

    assert planned(ada) == [("cert.learn", "Mon 02 Mar 19:00"), ("cert.exam", "Tue 10 Mar 08:00")]


def test_moving_a_booked_exam_asks_first(exam: StudySession, ada: User, ada_client: Client) -> None:
    do(ada_client, exam, "move", date="2026-03-10", time="08:00", minutes="120")
    later = {"date": "2026-03-12", "time": "09:00", "minutes": "120"}

    question = do(ada_client, exam, "move", **later)
    assert "Move the exam?" in question.content.decode()
    assert planned(ada)[-1] == ("cert.exam", "Tue 10 Mar 08:00")

    do(ada_client, exam, "move", **later, confirmed="1")
    assert planned(ada)[-1] == ("cert.exam", "Thu 12 Mar 09:00")


def test_a_booked_exam_moves_by_no_replan(
    exam: StudySession, ada: User, ada_client: Client
) -> None:
    do(ada_client, exam, "move", date="2026-03-10", time="08:00", minutes="120")

    actions.change_windows(learner=ada, windows=evenings(5), at=wall.now())

    assert planned(ada)[-1] == ("cert.exam", "Tue 10 Mar 08:00")
    assert Receipt.objects.of(ada).exists()
