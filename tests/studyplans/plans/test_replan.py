"""The plan repairs itself: after a check-off, a missed day, a change of the week or the zone."""

from datetime import time

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from studyplans.plans import tasks
from studyplans.plans.models import StudySession
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths, planned, week_data
from tracker.accounts.actions import change_profile
from tracker.accounts.models import User
from tracker.curricula import actions as authors
from tracker.curricula.editions import impact_of
from tracker.curricula.models import Curriculum, Module
from tracker.progress.models import Achievement


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    """Ada studies maths on Monday, Wednesday and Friday at 19:00; it is Monday morning."""
    enrol(ada, maths, at=wall.now())
    return ada


def check_off(client: Client, key: str, state: str = "done") -> None:
    client.post(f"/milestones/{key}/state/", {"state": state})


def test_a_check_off_moves_the_rest_ahead_but_not_into_today(
    enrolled: User, ada_client: Client
) -> None:
    check_off(ada_client, "maths.m1")

    assert planned(enrolled) == [
        ("maths.m2", "Wed 04 Mar 19:00"),
        ("maths.m3", "Fri 06 Mar 19:00"),
        ("maths.m4", "Mon 09 Mar 19:00"),
    ]


def test_undoing_a_check_off_brings_its_session_back(enrolled: User, ada_client: Client) -> None:
    before = planned(enrolled)
    check_off(ada_client, "maths.m1")

    check_off(ada_client, "maths.m1", "open")

    assert planned(enrolled) == before


def test_a_check_off_according_to_plan_moves_nothing(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    before = planned(enrolled)
    clock.move_to("2026-03-02T18:30Z")

    check_off(ada_client, "maths.m1")

    assert planned(enrolled) == before[1:]


def test_a_skipped_milestone_is_not_planned(enrolled: User, ada_client: Client) -> None:
    check_off(ada_client, "maths.m2", "skipped")

    assert [key for key, _ in planned(enrolled)] == ["maths.m1", "maths.m3", "maths.m4"]


def test_minutes_studied_are_not_planned_again(
    clock: time_machine.Traveller, ada: User, ada_client: Client
) -> None:
    enrol(ada, make_maths(1, minutes=120), at=wall.now())
    session = StudySession.objects.of(ada).earliest("starts_at")
    clock.move_to("2026-03-02T20:00Z")

    ada_client.post(f"/plan/sessions/{session.pk}/studied/")

    assert planned(ada) == [("maths.m1", "Wed 04 Mar 19:00")]
    assert Achievement.objects.of(ada).get().minutes_spent == 60


def test_studying_twice_counts_once_and_can_be_undone(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    session = StudySession.objects.of(enrolled).earliest("starts_at")
    clock.move_to("2026-03-02T20:00Z")
    url = f"/plan/sessions/{session.pk}/studied/"

    ada_client.post(url)
    ada_client.post(url)
    assert Achievement.objects.of(enrolled).get().minutes_spent == 60

    ada_client.post(f"{url}undo/")
    ada_client.post(f"{url}undo/")
    achievement = Achievement.objects.of(enrolled).get()
    assert (achievement.minutes_spent, achievement.state) == (0, "open")


def test_cleo_cannot_answer_for_adas_sessions(enrolled: User, cleo: User) -> None:
    session = StudySession.objects.of(enrolled).earliest("starts_at")
    client = logged_in(cleo)

    for action in ("studied", "studied/undo"):
        assert client.post(f"/plan/sessions/{session.pk}/{action}/").status_code == 404
    session.refresh_from_db()
    assert session.state == "planned"


def test_after_a_missed_day_the_plan_moves_on_by_itself(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-03T03:30Z")  # 04:30 on Tuesday in Berlin

    tasks.replan_missed_sessions_of(enrolled.pk)

    assert planned(enrolled)[0] == ("maths.m1", "Wed 04 Mar 19:00")
    missed = StudySession.objects.of(enrolled).get(state="missed")
    assert missed.milestone_key == "maths.m1"


def test_a_day_is_not_missed_before_it_is_over(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-03T02:30Z")  # 03:30 in Berlin: the night still belongs to Monday

    tasks.replan_missed_sessions_of(enrolled.pk)

    assert not StudySession.objects.of(enrolled).filter(state="missed").exists()


def test_beat_rings_for_learners_whose_day_is_over_and_no_one_else(
    enrolled: User, cleo: User, maths: Curriculum, clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    rung: list[int] = []
    monkeypatch.setattr(tasks.replan_missed_sessions_of, "delay", rung.append)
    cleo.time_zone = "America/New_York"
    cleo.save()
    enrol(cleo, maths, at=wall.now(), windows=evenings(0, starts_at=time(8), ends_at=time(9)))
    clock.move_to("2026-03-03T03:30Z")  # Tuesday in Berlin, Monday evening in New York

    tasks.replan_missed_sessions()

    assert rung == [enrolled.pk]


def test_a_missed_session_can_still_be_claimed(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-03T06:00Z")
    tasks.replan_missed_sessions_of(enrolled.pk)
    session = StudySession.objects.of(enrolled).get(state="missed")

    ada_client.post(f"/plan/sessions/{session.pk}/studied/")

    assert Achievement.objects.of(enrolled).get().minutes_spent == 60


def test_planning_again_moves_what_was_missed_ahead(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-02T20:30Z")

    answer = ada_client.post("/plan/again/", {"next": "/plan/"}, follow=True)

    assert "1 past session moved ahead" in answer.content.decode()
    assert planned(enrolled)[0] == ("maths.m1", "Wed 04 Mar 19:00")


def test_a_session_under_way_stays(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-02T18:20Z")
    before = planned(enrolled)

    ada_client.post("/plan/again/")

    assert planned(enrolled) == before


def test_a_new_week_is_followed_at_once(enrolled: User, ada_client: Client) -> None:
    answer = ada_client.post("/plan/week/", week_data(tuesday="07:00-09:00"))

    assert answer.status_code == 302
    assert planned(enrolled) == [
        ("maths.m1", "Tue 03 Mar 07:00"),
        ("maths.m2", "Tue 03 Mar 08:00"),
        ("maths.m3", "Tue 10 Mar 07:00"),
        ("maths.m4", "Tue 10 Mar 08:00"),
    ]


def test_an_impossible_week_changes_nothing(enrolled: User, ada_client: Client) -> None:
    before = planned(enrolled)

    answer = ada_client.post("/plan/week/", week_data(tuesday="09:00-07:00"))

    assert answer.status_code == 422
    assert planned(enrolled) == before


def test_moving_to_another_zone_keeps_the_hours_of_the_clock(enrolled: User) -> None:
    change_profile(learner=enrolled, name="Ada", time_zone="Pacific/Auckland")

    enrolled.refresh_from_db()
    assert planned(enrolled)[0] == ("maths.m1", "Wed 04 Mar 19:00")  # 19:00 is over there


def test_leaving_a_path_clears_its_sessions_and_coming_back_plans_them(
    enrolled: User, ada_client: Client, maths: Curriculum
) -> None:
    ada_client.post("/paths/maths/leave/")
    assert planned(enrolled) == []

    enrol(enrolled, maths, at=wall.now())
    assert len(planned(enrolled)) == 4


@pytest.mark.parametrize(
    ("rule", "amount", "planned_keys"),
    [
        (Module.Rule.ALL, None, ["a", "b", "c"]),
        (Module.Rule.AT_LEAST_COUNT, 2, ["a", "b"]),
        (Module.Rule.AT_LEAST_MINUTES, 61, ["a", "b"]),
        (Module.Rule.AT_LEAST_MINUTES, 60, ["a"]),
    ],
)
def test_only_what_the_module_asks_for_is_planned(
    clock: time_machine.Traveller, ada: User, rule: str, amount: int | None, planned_keys: list[str]
) -> None:
    curriculum = make_curriculum("choice")
    module = make_module(curriculum, rule=rule, rule_amount=amount)
    for key in "abc":
        make_milestone(module, key)
    make_milestone(module, "extra", is_required=False)

    enrol(ada, curriculum, at=wall.now())

    assert [key for key, _ in planned(ada)] == planned_keys


def test_a_milestone_that_takes_longer_gets_more_time(enrolled: User, ada_client: Client) -> None:
    ada_client.post("/milestones/maths.m1/record/", {"minutes_spent": "300"})

    sessions = [
        s.minutes for s in StudySession.objects.of(enrolled).filter(milestone_key="maths.m1")
    ]
    assert sum(sessions) >= 30


def sealed_maths() -> Curriculum:
    draft = make_maths(4)
    Curriculum.objects.filter(pk=draft.pk).update(status="draft")
    draft.refresh_from_db()
    authors.publish_curriculum(curriculum=draft, at=wall.now())
    return draft


def test_an_author_is_told_what_a_new_edition_does_to_finish_dates(
    clock: time_machine.Traveller, ada: User
) -> None:
    first = sealed_maths()
    enrol(ada, first, at=wall.now())
    draft = authors.draft_next_edition(curriculum=first)
    make_milestone(draft.modules.get(), "maths.m5", effort_minutes=180)

    impact = impact_of(draft, at=wall.now())

    assert impact is not None
    assert impact.diff.in_short == "1 added (3 h)"
    assert impact.sentences == (
        "1 learner follows it. Nobody moves to the new edition before choosing to.",
        "The finish date moves by a median of 7 days later.",
    )


def test_accepting_an_edition_replans_at_once_and_going_back_too(
    clock: time_machine.Traveller, ada: User, ada_client: Client
) -> None:
    first = sealed_maths()
    enrol(ada, first, at=wall.now())
    before = planned(ada)
    draft = authors.draft_next_edition(curriculum=first)
    make_milestone(draft.modules.get(), "maths.m5")
    authors.publish_curriculum(curriculum=draft, at=wall.now())
    assert planned(ada) == before  # nothing moves unasked

    ada_client.post("/paths/maths/edition/accept/")
    assert [key for key, _ in planned(ada)][-1] == "maths.m5"

    ada_client.post("/paths/maths/edition/back/")
    assert planned(ada) == before
