"""What the page of pace is drawn from, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from common import clock
from studyplans.plans.finish_ranges import efforts_of, finish_ranges
from studyplans.plans.models import Baseline, StudySession
from studyplans.plans.pace_burn_up import BurnUp, burn_up
from studyplans.plans.pace_history import (
    WEEK,
    Entry,
    Happening,
    PlannedDay,
    WorkedDay,
    entries_of,
    monday_of,
    worked_days,
)
from studyplans.plans.selectors import plan_of
from tracker.accounts.models import User
from tracker.curricula.models import Module, SkillLevel
from tracker.progress.models import Achievement, AchievementEvent, Enrolment

Session = StudySession.State
DAYS_NEEDED = 7
DAYS_LOOKED_BACK = 371  # a year, and the week it began in
WEEKS_COMPARED = 12
# Below this a ratio of real to estimated time is luck.
MILESTONES_NEEDED = 3
ESTIMATE_NEEDED_MINUTES = 120
OTHER = "Other"

Group = date | str | None
Minutes = dict[Group, int]


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """A session of the plan, past or of this week, on the learner's own calendar."""

    day: date
    key: str
    minutes: int
    is_settled: bool


@dataclass(frozen=True, slots=True)
class TimedFinish:
    """A milestone that is done, its estimate and what it took."""

    key: str
    estimate_minutes: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Minutes planned and real, of a week or of an area."""

    name: date | str
    planned: int
    real: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """An area's finished milestones: what was estimated, and what they took."""

    area: str
    milestones: int
    estimated: int
    real: int

    @property
    def ratio(self) -> float:
        return round(self.real / self.estimated, 1)

    @property
    def is_enough(self) -> bool:
        return self.milestones >= MILESTONES_NEEDED and self.estimated >= ESTIMATE_NEEDED_MINUTES


class Pace:
    """A learner's past, read once; what is asked of it takes no further query."""

    def __init__(self, learner: User, *, at: datetime) -> None:
        self.today = clock.date_of(at, learner)
        self.happenings = _happenings(learner)
        self.planned_times = _planned_times(learner, today=self.today)
        self._finishes = _timed_finishes(learner)
        enrolments = Enrolment.objects.of(learner).current().select_related("curriculum")
        self.enrolments = list(enrolments)
        self._modules = _modules_of(self.enrolments)
        self._baselines = Baseline.objects.in_bulk([each.pk for each in self.enrolments])
        study_plan = plan_of(learner)
        self._ranges = finish_ranges(study_plan, at=at) if study_plan else {}
        self.areas = _areas_of({*self._keys_met()})

    def _keys_met(self) -> Iterable[str]:
        yield from (each.key for each in self.happenings)
        yield from (each.key for each in self.planned_times)

    @cached_property
    def first_day(self) -> date | None:
        """The first day there is anything to tell of."""
        days = [each.day for each in self.happenings[:1]]
        days += [each.day for each in self.planned_times[:1] if each.day <= self.today]
        return min(days, default=None)

    @property
    def days_so_far(self) -> int:
        return 0 if self.first_day is None else (self.today - self.first_day).days

    @property
    def is_enough(self) -> bool:
        return self.days_so_far >= DAYS_NEEDED

    @cached_property
    def entries(self) -> list[Entry]:
        return entries_of(self.happenings)

    @cached_property
    def worked(self) -> dict[date, WorkedDay]:
        return worked_days(self.happenings)

    @cached_property
    def states(self) -> dict[str, str]:
        """Return where each milestone of the followed paths stands, one that is shared once."""
        held = {each.key: each.state for each in self.happenings}
        modules = [module for own in self._modules.values() for module in own]
        keys = [milestone.key for module in modules for milestone in module.milestones.all()]
        return {key: held.get(key, Achievement.State.OPEN) for key in keys}

    def weeks(self) -> list[Compared]:
        """Return the last weeks up to this one, from the first there is anything to tell of."""
        this_monday = monday_of(self.today)
        first = max(
            this_monday - (WEEKS_COMPARED - 1) * WEEK, monday_of(self.first_day or self.today)
        )
        planned, real = self._minutes_by(lambda day, key: monday_of(day))
        mondays = [first + number * WEEK for number in range((this_monday - first) // WEEK + 1)]
        return [Compared(monday, planned[monday], real[monday]) for monday in mondays]

    def by_area(self) -> list[Compared]:
        """Return the same weeks area by area, the most time first."""
        first = monday_of(self.today) - (WEEKS_COMPARED - 1) * WEEK

        def area(day: date, key: str) -> str | None:
            return self.areas.get(key, OTHER) if day >= first else None

        planned, real = self._minutes_by(area)
        names = {name for name in {**planned, **real} if isinstance(name, str)}
        found = [Compared(name, planned[name], real[name]) for name in names]
        return sorted(found, key=lambda each: (-each.real, -each.planned, str(each.name)))

    def _minutes_by(self, group: Callable[[date, str], Group]) -> tuple[Minutes, Minutes]:
        planned: Minutes = defaultdict(int)
        real: Minutes = defaultdict(int)
        for time in self.planned_times:
            planned[group(time.day, time.key)] += time.minutes
        for entry in self.entries:
            real[group(entry.day, entry.key)] += entry.minutes
        return planned, real

    def planned_days(self) -> list[PlannedDay]:
        """Return the days of the last year with study planned; today only once it is kept."""
        settled: dict[date, bool] = defaultdict(bool)
        for time in self.planned_times:
            settled[time.day] |= time.is_settled or time.day in self.worked
        return [
            PlannedDay(day, is_kept)
            for day, is_kept in sorted(settled.items())
            if day < self.today or (day == self.today and is_kept)
        ]

    def accuracies(self) -> list[Accuracy]:
        """Return for each area how its estimates held, the longest first."""
        by_area: dict[str, list[TimedFinish]] = defaultdict(list)
        for each in self._finishes:
            by_area[self.areas.get(each.key, OTHER)].append(each)
        found = [
            Accuracy(
                area,
                len(own),
                sum(each.estimate_minutes for each in own),
                sum(each.minutes for each in own),
            )
            for area, own in by_area.items()
        ]
        return sorted(found, key=lambda each: (-each.ratio, each.area))

    def burn_ups(self) -> list[BurnUp]:
        return [
            burn_up(
                enrolment,
                self._modules[enrolment.curriculum_id],
                self.happenings,
                baseline=self._baselines.get(enrolment.pk),
                finish_range=self._ranges.get(enrolment.pk),
                today=self.today,
            )
            for enrolment in self.enrolments
            if self._modules[enrolment.curriculum_id]
        ]


def _happenings(learner: User) -> list[Happening]:
    events = AchievementEvent.objects.of(learner).order_by("happened_at", "pk")
    # Not the whole record: a note can be long.
    columns = (
        *("pk", "milestone_key", "happened_at", "source", "undoes_id"),
        *("before__state", "after__state", "before__minutes_spent", "after__minutes_spent"),
    )
    return [
        Happening(
            pk=pk,
            key=key,
            at=at,
            day=clock.date_of(at, learner),
            state_before=was,
            state=state,
            minutes=minutes - minutes_before,
            source=source,
            undoes_pk=undoes,
        )
        for pk, key, at, source, undoes, was, state, minutes_before, minutes in events.values_list(
            *columns
        )
    ]


def _planned_times(learner: User, *, today: date) -> list[PlannedTime]:
    """Return what the plan held since a year ago, to the end of this week."""
    since = clock.start_of_day(today - timedelta(days=DAYS_LOOKED_BACK), learner)
    until = clock.start_of_day(monday_of(today) + WEEK, learner)
    sessions = StudySession.objects.of(learner).filter(starts_at__gte=since, starts_at__lt=until)
    return [
        PlannedTime(
            clock.date_of(each.starts_at, learner),
            each.milestone_key,
            each.minutes,
            each.state in (Session.STUDIED, Session.DONE),
        )
        for each in sessions.exclude(state=Session.SKIPPED).order_by("starts_at")
    ]


def _timed_finishes(learner: User) -> list[TimedFinish]:
    done = Achievement.objects.of(learner).filter(state=Achievement.State.DONE, minutes_spent__gt=0)
    minutes = dict(done.values_list("milestone_key", "minutes_spent"))
    efforts = efforts_of(minutes)
    return [TimedFinish(key, efforts[key], minutes[key]) for key in minutes if key in efforts]


def _modules_of(enrolments: Iterable[Enrolment]) -> dict[int, list[Module]]:
    modules = Module.objects.filter(curriculum__in=[each.curriculum_id for each in enrolments])
    by_curriculum: dict[int, list[Module]] = defaultdict(list)
    for module in modules.prefetch_related("milestones"):
        by_curriculum[module.curriculum_id].append(module)
    return by_curriculum


def _areas_of(keys: Iterable[str]) -> dict[str, str]:
    """Return the area of each milestone: that of the skill it leads furthest in."""
    levels = SkillLevel.objects.filter(
        milestone__key__in=list(keys), milestone__curriculum__owner=None
    )
    # The last one written wins: the highest proficiency, of equals the area listed first.
    ordered = levels.order_by("proficiency", "-skill__area__position", "-skill__area__key")
    return dict(ordered.values_list("milestone__key", "skill__area__title"))
