"""Measure the engine: `python -m bench.planning`.

The floor is what no planner can do without: sort the milestones topologically, sort them by
rank, and add up their minutes once.  The figures to compare are the ratios; milliseconds are
printed to give a feeling and differ from machine to machine.
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from functools import partial
from graphlib import TopologicalSorter

from studyplans.scheduling import PlanMilestone, PlanProblem, WeeklyWindow, plan

SIZES = (100, 1_000, 10_000)
ROUNDS = 5
START = datetime(2027, 1, 4, tzinfo=UTC)


def problem(size: int, *, with_dates: bool) -> PlanProblem:
    """Build a random path of this size, its prerequisites among the twenty before."""
    chance = random.Random(size)  # noqa: S311  repeatable, not secret
    milestones = tuple(
        PlanMilestone(
            key=f"m{number:05}",
            minutes=chance.randrange(30, 600, 15),
            rank=number,
            requires=tuple(
                {f"m{chance.randrange(max(0, number - 20), number):05}" for _ in range(2)}
                if number
                else ()
            ),
            due=START + timedelta(days=number) if with_dates and number % 10 == 0 else None,
        )
        for number in range(size)
    )
    windows = tuple(
        WeeklyWindow(weekday=day, starts_at=wall_time(18), ends_at=wall_time(22))
        for day in range(7)
    )
    return PlanProblem(
        zone="Europe/Berlin",
        start=START,
        horizon_days=36_000,
        windows=windows,
        milestones=milestones,
    )


def floor(asked: PlanProblem) -> int:
    sorter = TopologicalSorter({each.key: each.requires for each in asked.milestones})
    place = {key: at for at, key in enumerate(sorter.static_order())}
    in_order = sorted(asked.milestones, key=lambda each: (each.rank, place[each.key]))
    return sum(each.minutes for each in in_order)


def median_seconds(work: Callable[[], object]) -> float:
    def once() -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    return statistics.median(once() for _ in range(ROUNDS))


def main() -> None:
    print(f"{'milestones':>10} {'dates':>6} {'plan ms':>9} {'floor ms':>9} {'plan/floor':>11}")
    for with_dates in (False, True):
        for size in SIZES:
            asked = problem(size, with_dates=with_dates)
            full = median_seconds(partial(plan, asked))
            least = median_seconds(partial(floor, asked))
            dates = "yes" if with_dates else "no"
            print(
                f"{size:>10,} {dates:>6} {full * 1e3:>9.2f} {least * 1e3:>9.2f}"
                f" {full / least:>11.1f}"
            )


if __name__ == "__main__":
    main()
