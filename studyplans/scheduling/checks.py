"""Every reason a problem cannot be planned, each named at its place."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import accumulate
from typing import get_args
from zoneinfo import ZoneInfo

from studyplans.scheduling.minutes import MINUTE
from studyplans.scheduling.prerequisites import walk
from studyplans.scheduling.problem import (
    Fault,
    ImpossibleProblem,
    Interval,
    PathShare,
    Pin,
    PlanMilestone,
    PlanProblem,
    Review,
    Slot,
    SpecialDay,
    Style,
    WeeklyWindow,
)

# Before 1973 some zones were not a whole number of minutes from UTC.
FIRST_YEAR, LAST_YEAR = 1973, 2900
LONGEST_HORIZON_DAYS = 36_525
STYLES: tuple[str, ...] = get_args(Style)


def check(problem: PlanProblem) -> None:
    """Raise ImpossibleProblem with all faults at once, if there is any."""
    faults = tuple(faults_of(problem))
    if faults:
        raise ImpossibleProblem(faults)


def faults_of(problem: PlanProblem) -> Iterator[Fault]:
    yield from _frame_faults(problem)
    for number, window in enumerate(problem.windows):
        yield from _window_faults(f"windows[{number}]", window)
    yield from _special_day_faults(problem.special_days)
    for number, interval in enumerate(problem.busy):
        yield from _interval_faults(f"busy[{number}]", interval)
    yield from _share_faults(problem.shares)
    yield from _review_faults(problem.reviews)
    for number, milestone in enumerate(problem.milestones):
        if not _is_plain(milestone):
            yield from _milestone_faults(f"milestones[{number}]", milestone)
    yield from _graph_faults(problem.milestones)
    yield from _pin_faults(problem.pinned, problem.milestones)


def _frame_faults(problem: PlanProblem) -> Iterator[Fault]:
    if not is_known_zone(problem.zone):
        yield Fault("zone", f'"{problem.zone}" is not a known time zone; try "Europe/Berlin"')
    yield from _moment_faults("start", problem.start)
    if not 1 <= problem.horizon_days <= LONGEST_HORIZON_DAYS:
        yield Fault("horizon_days", f"must be from 1 to {LONGEST_HORIZON_DAYS}")
    if problem.minimum_piece_minutes < 0:
        yield Fault("minimum_piece_minutes", "must not be negative")
    if problem.style not in STYLES:
        yield Fault("style", f"must be one of {', '.join(STYLES)}")
    if not 0 <= problem.review_percent <= 100:
        yield Fault("review_percent", "must be from 0 to 100")


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
    yield from _slot_faults(at, window)


def _slot_faults(at: str, slot: WeeklyWindow | Slot) -> Iterator[Fault]:
    wrong_times = [
        *_wall_time_faults(f"{at}.from", slot.starts_at),
        *_wall_time_faults(f"{at}.to", slot.ends_at),
    ]
    yield from wrong_times
    if not wrong_times and slot.ends_at <= slot.starts_at:
        yield Fault(at, f"ends at {slot.ends_at:%H:%M}, not after {slot.starts_at:%H:%M}")


def _wall_time_faults(at: str, wall_time: time) -> Iterator[Fault]:
    if wall_time.tzinfo is not None:
        yield Fault(at, "must be a local time, without a zone of its own")
    if wall_time.second or wall_time.microsecond:
        yield Fault(at, "must be a whole minute")


def _special_day_faults(special_days: Iterable[SpecialDay]) -> Iterator[Fault]:
    named: set[date] = set()
    for special in special_days:
        at = f"special_days.{special.date.isoformat()}"
        if special.date in named:
            yield Fault(at, "stands twice")
        named.add(special.date)
        for number, slot in enumerate(special.slots):
            yield from _slot_faults(f"{at}[{number}]", slot)


def _interval_faults(
    at: str, interval: Interval | Pin, names: tuple[str, str] = ("from", "to")
) -> Iterator[Fault]:
    wrong_moments = [
        *_moment_faults(f"{at}.{names[0]}", interval.starts_at),
        *_moment_faults(f"{at}.{names[1]}", interval.ends_at),
    ]
    yield from wrong_moments
    if not wrong_moments and interval.ends_at <= interval.starts_at:
        starts, ends = interval.starts_at.isoformat(), interval.ends_at.isoformat()
        yield Fault(at, f"ends at {ends}, not after {starts}")


def _share_faults(shares: Iterable[PathShare]) -> Iterator[Fault]:
    places: dict[str, int] = {}
    for number, share in enumerate(shares):
        if share.weight < 0:
            yield Fault(f"shares[{number}].weight", "must not be negative")
        first = places.setdefault(share.path, number)
        if first != number:
            yield Fault(f"shares[{number}].path", f'"{share.path}" is taken by shares[{first}]')


def _review_faults(reviews: Iterable[Review]) -> Iterator[Fault]:
    places: dict[str, int] = {}
    for number, review in enumerate(reviews):
        if review.minutes < 1:
            yield Fault(f"reviews[{number}].minutes", "must be at least 1")
        yield from _moment_faults(f"reviews[{number}].due", review.due)
        first = places.setdefault(review.key, number)
        if first != number:
            yield Fault(f"reviews[{number}].key", f'"{review.key}" is taken by reviews[{first}]')


def _is_plain(milestone: PlanMilestone) -> bool:
    """Tell quickly that there is nothing to object to; most milestones have no dates."""
    return (
        milestone.minutes >= 0
        and milestone.value >= 0
        and milestone.due is None
        and milestone.not_before is None
        and bool(milestone.key)
    )


def _milestone_faults(at: str, milestone: PlanMilestone) -> Iterator[Fault]:
    if not milestone.key:
        yield Fault(f"{at}.key", "must not be empty")
    if milestone.minutes < 0:
        yield Fault(f"{at}.minutes", "must not be negative")
    if milestone.value < 0:
        yield Fault(f"{at}.value", "must not be negative")
    yield from _moment_faults(f"{at}.not_before", milestone.not_before)
    yield from _moment_faults(f"{at}.due", milestone.due)


def _graph_faults(milestones: tuple[PlanMilestone, ...]) -> Iterator[Fault]:
    places = {milestone.key: number for number, milestone in enumerate(milestones)}
    if len(places) < len(milestones):
        yield from _keys_taken(milestones)
    if _runs_backwards(milestones, places):
        return
    yield from _unknown_prerequisites(milestones, places)
    yield from _loops(milestones)


def _runs_backwards(milestones: tuple[PlanMilestone, ...], places: dict[str, int]) -> bool:
    """Tell quickly that all prerequisites stand further up: then no loop is possible."""
    try:
        return all(
            places[needed] < number
            for number, milestone in enumerate(milestones)
            for needed in milestone.requires
        )
    except KeyError:
        return False


def _keys_taken(milestones: tuple[PlanMilestone, ...]) -> Iterator[Fault]:
    places: dict[str, int] = {}
    for number, milestone in enumerate(milestones):
        first = places.setdefault(milestone.key, number)
        if first != number:
            at = f"milestones[{number}].key"
            yield Fault(at, f'"{milestone.key}" is taken by milestones[{first}]')


def _unknown_prerequisites(
    milestones: tuple[PlanMilestone, ...], places: dict[str, int]
) -> Iterator[Fault]:
    for number, milestone in enumerate(milestones):
        for position, needed in enumerate(milestone.requires):
            if needed not in places:
                at = f"milestones[{number}].requires[{position}]"
                yield Fault(at, f'no milestone has the key "{needed}"')


def _loops(milestones: tuple[PlanMilestone, ...]) -> Iterator[Fault]:
    places: dict[str, int] = {}
    for number, milestone in enumerate(milestones):
        places.setdefault(milestone.key, number)
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


def _pin_faults(pins: tuple[Pin, ...], milestones: Iterable[PlanMilestone]) -> Iterator[Fault]:
    if not pins:
        return
    faults = {
        f"pinned[{number}]": list(_one_pin_faults(f"pinned[{number}]", pin))
        for number, pin in enumerate(pins)
    }
    for found in faults.values():
        yield from found
    sound = [(number, pin) for number, pin in enumerate(pins) if not faults[f"pinned[{number}]"]]
    yield from _overlapping_pins(sound)
    yield from _pins_without_work(sound, {each.key: each.minutes for each in milestones})


def _one_pin_faults(at: str, pin: Pin) -> Iterator[Fault]:
    yield from _interval_faults(at, pin, ("start", "end"))
    for name, moment in (("start", pin.starts_at), ("end", pin.ends_at)):
        if moment.second or moment.microsecond:
            yield Fault(f"{at}.{name}", "must be a whole minute")


def _overlapping_pins(pins: list[tuple[int, Pin]]) -> Iterator[Fault]:
    in_time = sorted(pins, key=lambda numbered: (numbered[1].starts_at, numbered[0]))
    for last, (number, pin) in zip(accumulate(in_time, _ending_last), in_time[1:], strict=False):
        if pin.starts_at < last[1].ends_at:
            yield Fault(f"pinned[{number}]", f"overlaps pinned[{last[0]}]")


def _ending_last(one: tuple[int, Pin], other: tuple[int, Pin]) -> tuple[int, Pin]:
    return max(one, other, key=lambda numbered: numbered[1].ends_at)


def _pins_without_work(pins: list[tuple[int, Pin]], minutes: dict[str, int]) -> Iterator[Fault]:
    pinned: dict[str, int] = defaultdict(int)
    for number, pin in pins:
        if pin.key not in minutes:
            yield Fault(f"pinned[{number}].key", f'no milestone has the key "{pin.key}"')
            continue
        pinned[pin.key] += (pin.ends_at - pin.starts_at) // MINUTE
        if pinned[pin.key] > minutes[pin.key]:
            left = minutes[pin.key]
            yield Fault(f"pinned[{number}]", f'is longer than the {left} minutes of "{pin.key}"')
