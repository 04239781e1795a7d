"""Laws that hold for every plan, whatever is asked at once."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from studyplans.scheduling import Plan, PlanProblem, Session, plan, study_windows
from tests.studyplans.scheduling.builders import minutes_of
from tests.studyplans.scheduling.random_problems import plain, problems

MINUTE = timedelta(minutes=1)
LAWS = settings(deadline=None, max_examples=60)


def in_time(answer: Plan) -> list[Session]:
    return sorted((*answer.sessions, *answer.reviews), key=lambda session: session.starts_at)


def ends_of(answer: Plan) -> dict[str, datetime]:
    """Return when the last session of each milestone ends; events are left out."""
    return {session.key: session.ends_at for session in answer.sessions}


@LAWS
@given(asked=problems())
def test_all_but_pins_lies_inside_windows_and_nothing_overlaps(asked: PlanProblem) -> None:
    answer = plan(asked)
    windows = list(study_windows(asked))

    for session in in_time(answer):
        assert session.starts_at < session.ends_at
        assert session.pinned or any(
            w.starts_at <= session.starts_at and session.ends_at <= w.ends_at for w in windows
        )
    for before, after in pairwise(in_time(answer)):
        assert before.ends_at <= after.starts_at


@LAWS
@given(asked=problems())
def test_pins_stand_where_they_were_put(asked: PlanProblem) -> None:
    pinned = [(one.key, one.starts_at, one.ends_at) for one in plan(asked).sessions if one.pinned]

    assert sorted(pinned) == sorted((p.key, p.starts_at, p.ends_at) for p in asked.pinned)


@LAWS
@given(asked=problems())
def test_every_placed_milestone_gets_exactly_its_minutes(asked: PlanProblem) -> None:
    answer = plan(asked)

    for one in asked.milestones:
        given_minutes = sum(minutes_of(s) for s in answer.sessions if s.key == one.key)
        if one.key in answer.unplaced:
            assert given_minutes < max(one.minutes, 1)
        else:
            assert given_minutes == one.minutes


@LAWS
@given(asked=problems())
def test_nothing_but_pins_starts_too_early(asked: PlanProblem) -> None:
    answer = plan(asked)
    ends = ends_of(answer)
    free = [session for session in answer.sessions if not session.pinned]
    starts = {session.key: session.starts_at for session in reversed(free)}

    for one in asked.milestones:
        if one.key in starts:
            assert not set(one.requires) & set(answer.unplaced)
            assert all(ends.get(key, starts[one.key]) <= starts[one.key] for key in one.requires)
            assert one.not_before is None or one.not_before <= starts[one.key]


@LAWS
@given(asked=problems())
def test_whole_milestones_are_not_split(asked: PlanProblem) -> None:
    answer = plan(asked)
    pinned = {pin.key for pin in asked.pinned}

    for one in asked.milestones:
        if one.whole and one.key not in pinned:
            assert [session.key for session in answer.sessions].count(one.key) <= 1


@LAWS
@given(asked=problems())
def test_comfort_never_makes_anything_later_than_it_must_be(asked: PlanProblem) -> None:
    splittable = replace(
        asked, milestones=tuple(replace(one, whole=False) for one in asked.milestones)
    )
    comfortable, spartan = plan(splittable), plan(plain(asked))

    assert bool(comfortable.unplaced) == bool(spartan.unplaced)
    if spartan.max_lateness_minutes is not None:
        assert most_late(comfortable) == most_late(spartan)


def most_late(answer: Plan) -> int:
    return max((late.minutes for late in answer.late), default=0)


@LAWS
@given(asked=problems())
def test_reviews_keep_to_their_part_of_each_week_and_are_not_early(asked: PlanProblem) -> None:
    answer = plan(asked)
    due = {review.key: review for review in asked.reviews}
    home = ZoneInfo(asked.zone)

    def week(moment: datetime) -> int:
        local = moment.astimezone(home)
        return local.toordinal() - local.weekday()

    spent: dict[int, int] = {}
    for session in answer.reviews:
        assert session.starts_at >= due[session.key].due
        assert minutes_of(session) == due[session.key].minutes
        spent[week(session.starts_at)] = spent.get(week(session.starts_at), 0) + minutes_of(session)
    for monday, minutes in spent.items():
        opened = sum(
            (window.ends_at - window.starts_at) // MINUTE
            for window in study_windows(asked)
            if week(window.starts_at) == monday
        )
        assert minutes * 100 <= opened * asked.review_percent
    assert len({session.key for session in answer.reviews}) == len(answer.reviews)


@LAWS
@given(asked=problems(), random=st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(asked: PlanProblem, random: Random) -> None:
    turned: dict[str, Any] = {
        name: tuple(random.sample(each, len(each)))
        for name in ("milestones", "windows", "busy", "pinned", "shares", "reviews", "days_off")
        for each in [getattr(asked, name)]
    }

    assert plan(replace(asked, **turned)) == plan(asked)


@LAWS
@given(asked=problems())
def test_a_pin_is_called_early_when_what_it_waits_for_is_not_done(asked: PlanProblem) -> None:
    answer = plan(asked)
    ends = ends_of(answer)
    milestones = {one.key: one for one in asked.milestones}

    for pin in asked.pinned:
        one = milestones[pin.key]
        waits = [ends[key] > pin.starts_at for key in one.requires if key in ends]
        waits += [key in answer.unplaced for key in one.requires]
        waits += [one.not_before is not None and one.not_before > pin.starts_at]
        if any(waits):
            assert pin in answer.early_pins
