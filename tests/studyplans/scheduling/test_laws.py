"""Laws that any planner worth trusting keeps, on random problems."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from studyplans.scheduling import (
    Interval,
    PathShare,
    Pin,
    Plan,
    PlanMilestone,
    PlanProblem,
    Review,
    Session,
    plan,
    study_windows,
)
from studyplans.scheduling.dropping import without
from studyplans.scheduling.replanning import keeping_order, order_of
from tests.studyplans.scheduling.builders import (
    every_day,
    milestone,
    minutes_of,
    problem,
    window,
)
from tests.studyplans.scheduling.oracles import (
    MINUTE,
    START,
    dices,
    some_milestones,
    some_windows,
)

ROOT = Path(__file__).parents[3]
WEEK = timedelta(weeks=1)


def some_problem(dice: Random, most: int = 8, **changes: Any) -> PlanProblem:
    fields: dict[str, Any] = {
        "zone": dice.choice(("UTC", "Europe/Berlin", "America/New_York")),
        "start": START,
        "horizon_days": 120,
        "windows": some_windows(dice),
        "milestones": some_milestones(dice, most),
        "minimum_piece_minutes": dice.choice((0, 25)),
    }
    return PlanProblem(**(fields | changes))


def lateness(asked: PlanProblem) -> int:
    """Return how late the latest is; being early counts as nought."""
    return max(plan(asked).max_lateness_minutes or 0, 0)


def with_one(asked: PlanProblem, changed: PlanMilestone) -> PlanProblem:
    milestones = (changed if e.key == changed.key else e for e in asked.milestones)
    return replace(asked, milestones=tuple(milestones))


def test_more_time_never_makes_anything_later_than_it_must_be() -> None:
    for dice in dices("more time", 150):
        asked = some_problem(dice)
        more = replace(asked, windows=(*asked.windows, window("tue 10:00-10:30")))

        assert lateness(more) <= lateness(asked), asked


def test_more_work_never_makes_anything_earlier_than_it_could_be() -> None:
    for dice in dices("more work", 150):
        asked = some_problem(dice)
        chosen = dice.choice(asked.milestones)
        if chosen.minutes:
            more = with_one(asked, replace(chosen, minutes=chosen.minutes + 30))

            assert lateness(more) >= lateness(asked), asked


def test_one_more_prerequisite_never_makes_anything_earlier_than_it_could_be() -> None:
    for dice in dices("more needs", 150):
        asked = some_problem(dice)
        first, *_, last = sorted(asked.milestones * 2, key=lambda each: each.key)
        if first != last and last.key not in first.requires:
            needs = tuple({*last.requires, first.key})

            assert lateness(with_one(asked, replace(last, requires=needs))) >= lateness(asked)


def test_a_milestone_in_two_parts_is_done_when_the_whole_is() -> None:
    for dice in dices("split", 150):
        asked = some_problem(dice, milestones=some_milestones(dice, 6, releases=False))
        chosen = dice.choice(asked.milestones)
        if not chosen.minutes or asked.minimum_piece_minutes:
            continue
        first = replace(chosen, key=f"{chosen.key} ", minutes=15, due=None)
        rest = replace(chosen, minutes=chosen.minutes - 15, requires=(first.key,))
        parts = with_one(asked, rest)
        parts = replace(parts, milestones=(*parts.milestones, first))

        assert lateness(parts) == lateness(asked), asked
        assert plan(parts).finish == plan(asked).finish


def test_a_year_of_weeks_later_all_is_the_same() -> None:
    for dice in dices("shift", 100):
        asked = some_problem(dice, zone="Asia/Tokyo")
        later = replace(
            asked,
            start=asked.start + 52 * WEEK,
            milestones=tuple(
                replace(
                    each,
                    due=each.due and each.due + 52 * WEEK,
                    not_before=each.not_before and each.not_before + 52 * WEEK,
                )
                for each in asked.milestones
            ),
        )

        assert [shifted(each, 52 * WEEK) for each in plan(asked).sessions] == list(
            plan(later).sessions
        )


def shifted(session: Session, by: timedelta) -> Session:
    return replace(session, starts_at=session.starts_at + by, ends_at=session.ends_at + by)


def test_who_follows_the_plan_to_any_minute_keeps_the_rest_of_it() -> None:
    for dice in dices("follow", 200):
        made = some_milestones(dice, 7, releases=False, events=False)
        asked = some_problem(dice, milestones=made)
        answer = plan(asked)
        if not answer.feasible or not answer.sessions:
            continue
        # Who stops in the middle has only a piece left, which may be too short to begin with.
        chosen = dice.choice(answer.sessions)
        now = chosen.starts_at + dice.randint(0, 90) * MINUTE
        now = chosen.ends_at if asked.minimum_piece_minutes else now

        rest = plan(what_is_left(keeping_order(asked, order_of(answer)), answer, now))

        assert list(rest.sessions) == list(after(answer, now)), (asked, now)


def what_is_left(asked: PlanProblem, answer: Plan, now: datetime) -> PlanProblem:
    spent: dict[str, int] = defaultdict(int)
    for session in answer.sessions:
        done = min(session.ends_at, now) - session.starts_at
        spent[session.key] += max(done // MINUTE, 0)
    finished = [each.key for each in asked.milestones if 0 < each.minutes <= spent[each.key]]
    left = without(replace(asked, start=now), finished)
    milestones = (replace(each, minutes=each.minutes - spent[each.key]) for each in left.milestones)
    return replace(left, milestones=tuple(milestones))


def after(answer: Plan, now: datetime) -> list[Session]:
    return [
        replace(each, starts_at=max(each.starts_at, now))
        for each in answer.sessions
        if each.ends_at > now
    ]


def test_reviews_cost_no_date_and_keep_to_their_part_of_a_week() -> None:
    planned = 0
    for dice in dices("reviews", 100):
        asked = some_problem(dice)
        reviews = tuple(
            Review(
                key=f"r{number}",
                minutes=dice.choice((5, 10, 15)),
                due=START + timedelta(days=dice.randint(-5, 20)),
                overdue_rank=number,
            )
            for number in range(12)
        )
        busy = replace(asked, reviews=reviews, review_percent=20)

        answer = plan(busy)

        assert lateness(busy) == lateness(asked), asked
        weeks = minutes_by_week(answer.reviews)
        opened = minutes_by_week(study_windows(busy))
        assert all(weeks[week] <= 0.2 * opened[week] for week in weeks), (asked, weeks, opened)
        planned += len(answer.reviews)
        for review in answer.reviews:
            (due,) = (each.due for each in reviews if each.key == review.key)
            assert review.starts_at >= due

    assert planned > 100


def minutes_by_week(stretches: Any) -> dict[date, int]:
    """Add up minutes by the Monday of their week, in UTC."""
    weeks: dict[date, int] = defaultdict(int)
    for each in stretches:
        monday = each.starts_at.date() - timedelta(days=each.starts_at.weekday())
        weeks[monday] += (each.ends_at - each.starts_at) // MINUTE
    return weeks


def test_steady_weeks_meet_the_same_dates_and_none_is_fuller() -> None:
    evener = 0
    for dice in dices("steady", 100):
        made = some_milestones(dice, 8, releases=False)
        soon = some_problem(dice, zone="UTC", minimum_piece_minutes=0, milestones=made)
        steady = replace(soon, style="steady")

        assert lateness(steady) == lateness(soon), soon
        fullest = [
            max(minutes_by_week(plan(each).sessions).values(), default=0) for each in (soon, steady)
        ]
        assert fullest[1] <= fullest[0], soon
        evener += fullest[1] < fullest[0]

    assert evener > 10


def test_pinned_sessions_stay_where_they_are_and_nothing_meets_them() -> None:
    for dice in dices("pins", 100):
        asked = some_problem(dice)
        chosen = dice.choice(asked.milestones)
        begins = START + timedelta(days=dice.randint(0, 9), minutes=30 * dice.randint(0, 47))
        if not chosen.minutes:
            continue
        pin = Pin(key=chosen.key, starts_at=begins, ends_at=begins + 30 * MINUTE)

        sessions = plan(replace(asked, pinned=(pin,))).sessions

        assert (
            Session(key=pin.key, starts_at=pin.starts_at, ends_at=pin.ends_at, pinned=True)
            in sessions
        )
        assert sum(minutes_of(each) for each in sessions if each.key == chosen.key) in (
            chosen.minutes,
            30,
        )
        for before, following in pairwise(sessions):
            assert before.ends_at <= following.starts_at, asked


@pytest.mark.parametrize("weights", [(1, 1), (1, 9), (2, 3, 5), (1, 1, 20)])
def test_over_any_four_weeks_each_path_gets_half_its_share(weights: tuple[int, ...]) -> None:
    for dice in dices(f"shares {weights}", 8):
        asked = some_paths(dice, weights)
        answer = plan(asked)
        finish = {path: last_end(answer, f"p{path}") for path in range(len(weights))}
        for first_week in range(26):
            since = START + first_week * WEEK
            spent = minutes_by_path(answer, since, since + 4 * WEEK)
            total = sum(spent.values())
            for path, weight in enumerate(weights):
                if finish[path] > since + 4 * WEEK:
                    share = total * weight / sum(weights)
                    assert spent[f"p{path}"] >= share / 2, (weights, first_week, spent)


def some_paths(dice: Random, weights: tuple[int, ...]) -> PlanProblem:
    """Return a few months of work on each path, the first paths ranked first."""
    made = [
        milestone(
            f"{path} {number:03}",
            dice.randint(1, 12) * 15,
            1000 * path + number,
            path=f"p{path}",
            requires=(f"{path} {number - 1:03}",) if number and dice.random() < 0.5 else (),
        )
        for path in range(len(weights))
        for number in range(60)
    ]
    shares = tuple(PathShare(path=f"p{p}", weight=weight) for p, weight in enumerate(weights))
    return problem(*made, shares=shares, windows=every_day("18:00-19:30"))


def last_end(answer: Plan, path: str) -> datetime:
    return max(e.ends_at for e in answer.sessions if e.key.startswith(path.removeprefix("p")))


def minutes_by_path(answer: Plan, since: datetime, until: datetime) -> dict[str, int]:
    spent: dict[str, int] = defaultdict(int)
    for each in answer.sessions:
        if since <= each.starts_at < until:
            spent[f"p{each.key[0]}"] += minutes_of(each)
    return spent


def test_shares_never_cost_a_date() -> None:
    for dice in dices("shares and dates", 100):
        made = tuple(replace(each, path=dice.choice("ab")) for each in some_milestones(dice, 8))
        asked = some_problem(dice, milestones=made)
        shares = PathShare(path="a", weight=1), PathShare(path="b", weight=dice.randint(1, 9))

        assert lateness(replace(asked, shares=shares)) == lateness(asked), asked


def test_the_same_bytes_in_any_process_and_any_order() -> None:
    document = problem_document()
    shuffled = {**document, "milestones": document["milestones"][::-1]}

    printed = {
        filtered(json.dumps(given), seed)
        for given in (document, shuffled)
        for seed in ("0", "1", "77")
    }

    assert len(printed) == 1


def problem_document() -> dict[str, Any]:
    dice = Random("bytes")  # noqa: S311 - repeatable, not secret
    return {
        "zone": "Europe/Berlin",
        "start": "2027-01-04",
        "windows": [{"day": "mon", "from": "19:00", "to": "20:30"}],
        "milestones": [
            {
                "key": f"m{number}",
                "minutes": dice.randint(10, 90),
                "rank": dice.randint(0, 5),
                "requires": sorted({f"m{dice.randrange(number)}" for _ in range(2)})
                if number
                else [],
                "due": f"2027-0{dice.randint(1, 9)}-10T12:00:00Z" if number % 3 else None,
                "optional": number % 4 == 3,
            }
            for number in range(30)
        ],
    }


def filtered(text: str, seed: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "studyplans.scheduling"],
        input=text.encode(),
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
    )
    return done.stdout


def test_busy_time_and_windows_bound_every_session() -> None:
    for dice in dices("inside", 100):
        begins = START + timedelta(hours=dice.randint(0, 100))
        busy = Interval(starts_at=begins, ends_at=begins + timedelta(hours=dice.randint(1, 40)))
        asked = some_problem(dice, busy=(busy,), style=dice.choice(("soon", "steady")))
        windows = list(study_windows(asked))

        for each in plan(asked).sessions:
            assert any(w.starts_at <= each.starts_at and each.ends_at <= w.ends_at for w in windows)
            assert each.ends_at <= busy.starts_at or each.starts_at >= busy.ends_at


@pytest.mark.parametrize(
    "asked",
    [
        problem(*(milestone(f"m{n}", 5, due=datetime(2026, 1, 1, tzinfo=UTC)) for n in range(20))),
        problem(milestone("a", 0, due=START), milestone("b", 0, requires=("a",))),
        problem(milestone("a", due=START), windows=[]),
        problem(),
    ],
    ids=["all dates past", "zero length", "empty calendar", "nothing"],
)
def test_edges_are_answered(asked: PlanProblem) -> None:
    answer = plan(asked)

    assert answer.feasible or answer.late or answer.unplaced
    assert answer.problem == asked
