"""What is done of a path week by week, beside what was first promised.  No query, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise

from studyplans.plans.finish_ranges import FinishRange
from studyplans.plans.models import Baseline
from studyplans.plans.pace_history import WEEK, Happening, monday_of
from tracker.curricula.models import Module
from tracker.progress.models import Enrolment
from tracker.progress.percent import Share, counted_keys, module_share, sum_shares


@dataclass(frozen=True, slots=True)
class BurnUpWeek:
    """Minutes done and promised by the end of a week; `done` is None where it is to come."""

    monday: date
    done: int | None
    promised: int | None


@dataclass(frozen=True, slots=True)
class BurnUp:
    """One path: what is done of it, what was promised first, and when it will be finished."""

    enrolment: Enrolment
    required_minutes: int
    weeks: tuple[BurnUpWeek, ...]
    promised_finish: date | None
    finish_range: FinishRange | None

    @property
    def lived(self) -> list[BurnUpWeek]:
        return [week for week in self.weeks if week.done is not None]

    @property
    def done_minutes(self) -> int:
        return self.lived[-1].done or 0

    @property
    def last_whole_week(self) -> BurnUpWeek | None:
        """The week before this one, which is not over yet."""
        return self.lived[-2] if len(self.lived) > 1 else None

    @property
    def ahead_minutes(self) -> int | None:
        """What was done beyond the promise when the last whole week ended; below 0 when behind."""
        week = self.last_whole_week
        if week is None or week.done is None or week.promised is None:
            return None
        return week.done - week.promised


def burn_up(
    enrolment: Enrolment,
    modules: Sequence[Module],
    happenings: Sequence[Happening],
    *,
    baseline: Baseline | None,
    finish_range: FinishRange | None,
    today: date,
) -> BurnUp:
    promised = _promised(baseline, modules, happenings) if baseline else {}
    first = min([monday_of(min(enrolment.started_on, today)), *promised])
    done = dict(_done_by_week(modules, happenings, first=first, today=today))
    last = max([monday_of(today), *promised])
    return BurnUp(
        enrolment,
        int(_share(modules, {}).required_minutes),
        tuple(_weeks(_mondays(first, last), done, promised)),
        baseline.finish_on if baseline else None,
        finish_range,
    )


def _share(modules: Sequence[Module], states: Mapping[str, str]) -> Share:
    counted = counted_keys(states)
    return sum_shares(module_share(module, module.milestones.all(), counted) for module in modules)


def _done_by_week(
    modules: Sequence[Module], happenings: Iterable[Happening], *, first: date, today: date
) -> Iterator[tuple[date, int]]:
    """Yield what was done at the end of each week so far, by the one definition of percent."""
    states: dict[str, str] = {}
    waiting = iter(happenings)
    following = next(waiting, None)
    for monday in _mondays(first, monday_of(today)):
        while following is not None and following.day < monday + WEEK:
            states[following.key] = following.state
            following = next(waiting, None)
        yield monday, int(_share(modules, states).done_minutes)


def _promised(
    baseline: Baseline, modules: Sequence[Module], happenings: Iterable[Happening]
) -> dict[date, int]:
    """Return the first plan's minutes summed up, from what was done when it was made."""
    before = {each.key: each.state for each in happenings if each.at <= baseline.made_at}
    share = _share(modules, before)
    mondays = [date.fromisoformat(monday) for monday, _ in baseline.weeks]
    sums = accumulate((minutes for _, minutes in baseline.weeks), initial=int(share.done_minutes))
    return {
        monday: min(total, int(share.required_minutes))
        for monday, (_, total) in zip(mondays, pairwise(sums), strict=True)
    }


def _mondays(first: date, last: date) -> list[date]:
    return [first + number * WEEK for number in range((last - first) // WEEK + 1)]


def _weeks(
    mondays: Iterable[date], done: Mapping[date, int], promised: Mapping[date, int]
) -> Iterator[BurnUpWeek]:
    """Pair both lines; a week the first plan left out stays where the one before was."""
    standing = None
    for monday in mondays:
        standing = promised.get(monday, standing)
        yield BurnUpWeek(monday, done.get(monday), standing)
