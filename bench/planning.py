"""Measure the engine: `python -m bench.planning`.

The floor is what no planner can do without: sort the milestones topologically, sort them by
rank, and add up their minutes once.  The figures to compare are the ratios, of medians taken in
turn within one run; milliseconds are printed to give a feeling and differ from machine to machine.
With OR-Tools installed, a hundred milestones are also given to its CP-SAT solver.
"""

import gc
import importlib
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from functools import partial
from graphlib import TopologicalSorter
from types import ModuleType

from studyplans.scheduling import Plan, PlanMilestone, PlanProblem, WeeklyWindow, plan
from studyplans.scheduling.network import Network
from studyplans.scheduling.planner import study_axis
from studyplans.scheduling.standing import PlanStanding

SMALL, LARGE = 1_000, 10_000
ROUNDS = 7
START = datetime(2027, 1, 4, tzinfo=UTC)
WEEKS = timedelta(weeks=4)
OPEN_MINUTES_A_DAY = 240
# So much more time than work: dates that can be met, but not in any order.
EASE = 1.1


def path(size: int) -> PlanProblem:
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


def dated(size: int, every: int) -> PlanProblem:
    """Give every so-many-th milestone a date it can meet, and all a random rank."""
    asked = path(size)
    ranks = random.Random(size).sample(range(size), size)  # noqa: S311  repeatable, not secret
    minutes, milestones = 0, []
    for number, each in enumerate(asked.milestones):
        minutes += each.minutes
        due = START + timedelta(days=2 + EASE * minutes / OPEN_MINUTES_A_DAY)
        milestones.append(
            replace(each, rank=ranks[number], due=due if number % every == 0 else None)
        )
    return replace(asked, milestones=tuple(milestones))


def floor(asked: PlanProblem) -> int:
    sorter = TopologicalSorter({each.key: each.requires for each in asked.milestones})
    place = {key: at for at, key in enumerate(sorter.static_order())}
    in_order = sorted(asked.milestones, key=lambda each: (each.rank, place[each.key]))
    return sum(each.minutes for each in in_order)


def with_sessions(asked: PlanProblem) -> int:
    return len(plan(asked).sessions)


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def medians(*works: Callable[[], object]) -> list[float]:
    """Measure in turn, so that a busy moment of the machine falls on all alike."""
    gc.disable()  # as timeit does
    rounds = [[seconds(work) for work in works] for _ in range(ROUNDS)]
    gc.enable()
    return [statistics.median(each) for each in zip(*rounds, strict=True)]


def measure_plans() -> None:
    families: dict[str, Callable[[int], PlanProblem]] = {
        "author's order (fast path)": path,
        "a tenth dated, random ranks": partial(dated, every=10),
        "all dated, random ranks": partial(dated, every=1),
    }
    print(
        f"{'full plan':<30} {'milestones':>10} {'plan ms':>8} {'/ floor':>8} {'+ sessions':>10}"
        f" {'growth':>7}"
    )
    for name, build in families.items():
        before = 0.0
        for size in (SMALL, LARGE):
            asked = build(size)
            least, full, dates = medians(
                partial(floor, asked), partial(plan, asked), partial(with_sessions, asked)
            )
            growth = f"{full / before:.1f}" if before else ""
            print(
                f"{name:<30} {size:>10,} {full * 1e3:>8.2f} {full / least:>8.1f}"
                f" {dates / least:>10.1f} {growth:>7}"
            )
            before = full


def measure_check_off() -> None:
    asked = dated(SMALL, every=10)
    answer = plan(asked)
    [full] = medians(partial(with_sessions, asked))
    keys = list(dict.fromkeys(session.key for session in answer.sessions))
    check_off = least_of_runs(answer, keys)
    standing = PlanStanding(answer)
    [soon] = medians(lambda: list(standing.sessions_until(START + WEEKS)))
    print()
    print(f"check-off at {SMALL:,}: finish and slack {check_off * 1e6:.1f} us,", end=" ")
    print(f"1/{full / check_off:,.0f} of a full plan; next four weeks {soon * 1e6:.0f} us")


def least_of_runs(answer: Plan, keys: list[str]) -> float:
    """Check all milestones off in the plan's order, and return the seconds of one."""
    runs = []
    for _ in range(ROUNDS):
        standing = PlanStanding(answer)
        runs.append(seconds(partial(list, map(standing.check_off, keys))))
    return statistics.median(runs) / len(keys)


def measure_solver() -> None:
    try:
        cp_model = importlib.import_module("ortools.sat.python.cp_model")
    except ImportError:
        print("CP-SAT is not installed")
        return
    asked = dated(100, every=10)
    [ours] = medians(partial(plan, asked))
    begin = time.perf_counter()
    theirs = solved(asked, cp_model)
    took = time.perf_counter() - begin
    print(f"CP-SAT at 100: {theirs} in {took:.2f} s; the engine takes 1/{took / ours:,.0f}")


def solved(asked: PlanProblem, cp_model: ModuleType) -> str:
    """Give the solver the easiest form: one machine on the study axis, least lateness there."""
    network, axis = Network(asked), study_axis(asked)
    total = sum(network.work)
    model = cp_model.CpModel()
    starts = [model.new_int_var(0, total, "") for _ in network.work]
    model.add_no_overlap(
        model.new_fixed_size_interval_var(start, work, "")
        for start, work in zip(starts, network.work, strict=True)
    )
    for number, needs in enumerate(network.requires):
        for needed in needs:
            model.add(starts[needed] + network.work[needed] <= starts[number])
    lateness = model.new_int_var(-total, total, "")
    for number, due in network.dues.items():
        limit = axis.minutes_before(due)
        model.add(lateness >= starts[number] + network.work[number] - limit)
    model.minimize(lateness)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = 60
    solver.parameters.num_workers = 1
    return str(solver.status_name(solver.solve(model))).lower()


def main() -> None:
    measure_plans()
    measure_check_off()
    measure_solver()


if __name__ == "__main__":
    main()
