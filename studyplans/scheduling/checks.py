"""Every reason a problem cannot be planned, each named at its place."""

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from studyplans.scheduling.prerequisites import walk
from studyplans.scheduling.problem import (
    Fault,
    ImpossibleProblem,
    PlanMilestone,
    PlanProblem,
    WeeklyWindow,
)

# Before 1973 some zones were not a whole number of minutes from UTC.
FIRST_YEAR, LAST_YEAR = 1973, 2900
LONGEST_HORIZON_DAYS = 36_525


def check(problem: PlanProblem) -> None:
    """Raise ImpossibleProblem with all faults at once, if there is any."""
    faults = tuple(faults_of(problem))
    if faults:
        raise ImpossibleProblem(faults)


def faults_of(problem: PlanProblem) -> Iterator[Fault]:
    yield from _frame_faults(problem)
    for number, window in enumerate(problem.windows):
        yield from _window_faults(f"windows[{number}]", window)
    for number, milestone in enumerate(problem.milestones):
        yield from _milestone_faults(f"milestones[{number}]", milestone)
    yield from _graph_faults(problem.milestones)


def _frame_faults(problem: PlanProblem) -> Iterator[Fault]:
    if not is_known_zone(problem.zone):
        yield Fault("zone", f'"{problem.zone}" is not a known time zone; try "Europe/Berlin"')
    yield from _moment_faults("start", problem.start)
    if not 1 <= problem.horizon_days <= LONGEST_HORIZON_DAYS:
        yield Fault("horizon_days", f"must be from 1 to {LONGEST_HORIZON_DAYS}")
    if problem.minimum_piece_minutes < 0:
        yield Fault("minimum_piece_minutes", "must not be negative")


def is_known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder, as "Europe"
        return False
    return True


def _moment_faults(at: str, moment: datetime | None) -> Iterator[Fault]:
    if moment is None:
        return
    if moment.utcoffset() is None:
        yield Fault(at, "has no UTC offset; write it as 2027-06-01T10:00:00+02:00")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        yield Fault(at, f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")


def _window_faults(at: str, window: WeeklyWindow) -> Iterator[Fault]:
    if not 0 <= window.weekday <= 6:
        yield Fault(f"{at}.day", "must be from 0 (Monday) to 6 (Sunday)")
    wrong_times = [
        *_wall_time_faults(f"{at}.from", window.starts_at),
        *_wall_time_faults(f"{at}.to", window.ends_at),
    ]
    yield from wrong_times
    if not wrong_times and window.ends_at <= window.starts_at:
        yield Fault(at, f"ends at {window.ends_at:%H:%M}, not after {window.starts_at:%H:%M}")


def _wall_time_faults(at: str, wall_time: time) -> Iterator[Fault]:
    if wall_time.tzinfo is not None:
        yield Fault(at, "must be a local time, without a zone of its own")
    if wall_time.second or wall_time.microsecond:
        yield Fault(at, "must be a whole minute")


def _milestone_faults(at: str, milestone: PlanMilestone) -> Iterator[Fault]:
    if not milestone.key:
        yield Fault(f"{at}.key", "must not be empty")
    if milestone.minutes < 0:
        yield Fault(f"{at}.minutes", "must not be negative")
    yield from _moment_faults(f"{at}.not_before", milestone.not_before)
    yield from _moment_faults(f"{at}.due", milestone.due)


def _graph_faults(milestones: tuple[PlanMilestone, ...]) -> Iterator[Fault]:
    places: dict[str, int] = {}
    for number, milestone in enumerate(milestones):
        first = places.setdefault(milestone.key, number)
        if first != number:
            at = f"milestones[{number}].key"
            yield Fault(at, f'"{milestone.key}" is taken by milestones[{first}]')
    yield from _unknown_prerequisites(milestones, places)
    yield from _loops(milestones, places)


def _unknown_prerequisites(
    milestones: tuple[PlanMilestone, ...], places: dict[str, int]
) -> Iterator[Fault]:
    for number, milestone in enumerate(milestones):
        for position, needed in enumerate(milestone.requires):
            if needed not in places:
                at = f"milestones[{number}].requires[{position}]"
                yield Fault(at, f'no milestone has the key "{needed}"')


def _loops(milestones: tuple[PlanMilestone, ...], places: dict[str, int]) -> Iterator[Fault]:
    requires = {
        key: [needed for needed in milestones[number].requires if needed in places]
        for key, number in places.items()
    }
    for loop in walk(requires).loops:
        # The last step closes the loop: that is the prerequisite to take away.
        number = places[loop[-2]]
        position = milestones[number].requires.index(loop[-1])
        at = f"milestones[{number}].requires[{position}]"
        yield Fault(at, f"prerequisites form a loop: {' -> '.join(loop)}")
