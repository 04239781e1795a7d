"""What is left to learn, as a problem the engine can plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from studyplans.scheduling import PlanMilestone, PlanProblem, WeeklyWindow
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone, Module
from tracker.progress.models import Achievement
from tracker.progress.percent import COUNTED_STATES

# A milestone that took longer than estimated, and is still not done, gets this much more.
OVERRUN_MINUTES = 30

SETTLED_STATES = COUNTED_STATES | {Achievement.State.SKIPPED}


@dataclass(frozen=True, slots=True)
class Followed:
    """A curriculum to plan, from when, and by when the learner hopes to be done."""

    curriculum: Curriculum
    started_on: date
    target_date: date | None = None


@dataclass(frozen=True, slots=True)
class MilestoneStanding:
    """What a learner has of a milestone: its state and the minutes already spent."""

    state: str = Achievement.State.OPEN
    minutes_spent: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """A milestone still to be learnt, and the curriculum it is planned for."""

    milestone: Milestone
    followed: Followed
    minutes: int
    place: Fraction
    requires: tuple[str, ...]


def standings_by_key(learner: User) -> dict[str, MilestoneStanding]:
    achievements = Achievement.objects.of(learner)
    recorded = achievements.values_list("milestone_key", "state", "minutes_spent")
    return {key: MilestoneStanding(state, minutes) for key, state, minutes in recorded}


def work_left(
    followed: Sequence[Followed], standings: Mapping[str, MilestoneStanding]
) -> list[Work]:
    """Return what is left of each curriculum, a milestone that several share only once."""
    curricula = [one.curriculum for one in followed]
    modules = list(
        Module.objects.filter(curriculum__in=curricula).prefetch_related(
            "milestones__prerequisites"
        )
    )
    work: dict[str, Work] = {}
    for one in followed:
        own = [module for module in modules if module.curriculum_id == one.curriculum.pk]
        for item in _work_in(one, own, standings):
            work.setdefault(item.milestone.key, item)
    return list(work.values())


def _work_in(
    followed: Followed, modules: Iterable[Module], standings: Mapping[str, MilestoneStanding]
) -> list[Work]:
    wanted = [milestone for module in modules for milestone in _wanted(module, standings)]
    minutes = [_minutes_left(milestone, standings) for milestone in wanted]
    total = sum(minutes) or 1
    work = []
    before = 0
    for milestone, left in zip(wanted, minutes, strict=True):
        requires = tuple(needed.key for needed in milestone.prerequisites.all())
        work.append(Work(milestone, followed, left, Fraction(before, total), requires))
        before += left
    return work


def _wanted(module: Module, standings: Mapping[str, MilestoneStanding]) -> list[Milestone]:
    """Return the milestones that still have to be done for the module's rule, in order."""
    required = [milestone for milestone in module.milestones.all() if milestone.is_required]
    open_ones = [
        milestone
        for milestone in required
        if standings.get(milestone.key, MilestoneStanding()).state not in SETTLED_STATES
    ]
    if module.rule == Module.Rule.ALL:
        return open_ones
    done = [
        milestone
        for milestone in required
        if standings.get(milestone.key, MilestoneStanding()).state in COUNTED_STATES
    ]
    amount = module.rule_amount or 0
    if module.rule == Module.Rule.AT_LEAST_COUNT:
        return open_ones[: max(0, amount - len(done))]
    return _first_minutes(open_ones, amount - sum(milestone.effort_minutes for milestone in done))


def _first_minutes(milestones: list[Milestone], minutes: int) -> list[Milestone]:
    taken = []
    for milestone in milestones:
        if minutes <= 0:
            break
        taken.append(milestone)
        minutes -= milestone.effort_minutes
    return taken


def _minutes_left(milestone: Milestone, standings: Mapping[str, MilestoneStanding]) -> int:
    spent = standings.get(milestone.key, MilestoneStanding()).minutes_spent
    return max(milestone.effort_minutes - spent, min(OVERRUN_MINUTES, milestone.effort_minutes))


def problem_of(
    work: Sequence[Work], *, windows: Iterable[WeeklyWindow], zone: ZoneInfo, begin: datetime
) -> PlanProblem:
    """Return the engine's problem: paths advance side by side, in step with their effort."""
    in_order = sorted(work, key=lambda item: item.place)  # stable: earlier enrolments lead
    keys = {item.milestone.key for item in work}
    milestones = tuple(
        PlanMilestone(
            key=item.milestone.key,
            minutes=item.minutes,
            rank=rank,
            requires=tuple(key for key in item.requires if key in keys),
            not_before=_begin_of(item.followed.started_on, zone, begin),
            due=_end_of(item.followed.target_date, zone),
        )
        for rank, item in enumerate(in_order)
    )
    return PlanProblem(zone=zone.key, start=begin, windows=tuple(windows), milestones=milestones)


def _begin_of(day: date, zone: ZoneInfo, begin: datetime) -> datetime | None:
    starts = datetime.combine(day, time.min, tzinfo=zone)
    return starts if starts > begin else None


def _end_of(day: date | None, zone: ZoneInfo) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
