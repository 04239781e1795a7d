"""What is left to learn, as a problem the engine can plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from studyplans.plans.availability import Availability
from studyplans.plans.models import StudySession
from studyplans.scheduling import (
    Interval,
    PathShare,
    Pin,
    Plan,
    PlanMilestone,
    PlanProblem,
    Review,
    plan,
)
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
    enrolment_id: int | None = None
    with_optional: bool = False


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
    wanted = [
        milestone
        for module in modules
        for milestone in _wanted(module, standings, with_optional=followed.with_optional)
    ]
    minutes = [_minutes_left(milestone, standings) for milestone in wanted]
    total = sum(minutes) or 1
    work = []
    before = 0
    for milestone, left in zip(wanted, minutes, strict=True):
        requires = tuple(needed.key for needed in milestone.prerequisites.all())
        work.append(Work(milestone, followed, left, Fraction(before, total), requires))
        before += left
    return work


def _wanted(
    module: Module, standings: Mapping[str, MilestoneStanding], *, with_optional: bool
) -> list[Milestone]:
    """Return what of a module is still to be planned, in the author's order."""
    needed = {milestone.key for milestone in _needed(module, standings)}
    return [
        milestone
        for milestone in module.milestones.all()
        if milestone.key in needed
        or (with_optional and not milestone.is_required and _is_open(milestone, standings))
    ]


def _is_open(milestone: Milestone, standings: Mapping[str, MilestoneStanding]) -> bool:
    return standings.get(milestone.key, MilestoneStanding()).state not in SETTLED_STATES


def _needed(module: Module, standings: Mapping[str, MilestoneStanding]) -> list[Milestone]:
    """Return the milestones that still have to be done for the module's rule, in order."""
    required = [milestone for milestone in module.milestones.all() if milestone.is_required]
    open_ones = [milestone for milestone in required if _is_open(milestone, standings)]
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
    work: Sequence[Work],
    *,
    availability: Availability,
    zone: ZoneInfo,
    begin: datetime,
    pinned: Sequence[StudySession] = (),
    reviews: tuple[Review, ...] = (),
) -> PlanProblem:
    """Return the engine's problem: one week for all paths, dates before shares.

    What the learner has pinned stays; a pinned exam is an appointment its prerequisites meet.
    """
    exams = _booked_exams(work, pinned)
    focus_id = _focus(work, availability, exams, today=begin.astimezone(zone).date())
    open_keys = {item.milestone.key for item in work}
    # Pinned, yet no longer to be planned: its time is taken all the same.
    settled = [each for each in pinned if each.milestone_key not in open_keys]
    milestones = tuple(
        _milestone(item, rank, open_keys, zone, begin, exams.get(item.milestone.key))
        for rank, item in enumerate(_in_order(work, focus_id))
    )
    return PlanProblem(
        zone=zone.key,
        start=begin,
        windows=availability.weekly_windows,
        days_off=availability.days_off,
        special_days=availability.special_days,
        busy=(*availability.busy, *map(_interval, [*exams.values(), *settled])),
        milestones=milestones,
        pinned=tuple(
            Pin(key=each.milestone_key, starts_at=each.starts_at, ends_at=each.ends_at)
            for each in pinned
            if each.milestone_key in open_keys and each.milestone_key not in exams
        ),
        style=availability.engine_style,
        minimum_piece_minutes=availability.minimum_piece_minutes,
        shares=() if focus_id else _shares(work, availability),
        reviews=reviews,
    )


def best_plan(problem: PlanProblem) -> Plan:
    """Plan; where not all dates can be met, appointments come before target dates.

    The engine shares a lateness out over all dates.  An exam does not wait, so the target
    dates of the paths that are late anyway are let go, one round after the other.
    """
    computed = plan(problem)
    appointments = {each.key for each in problem.milestones if each.due and not each.minutes}
    late = {each.key for each in computed.late} - appointments
    if not late or not appointments:
        return computed
    paths = {each.path for each in problem.milestones if each.key in late}
    relaxed = tuple(
        dataclasses.replace(each, due=None)
        if each.path in paths and each.key not in appointments
        else each
        for each in problem.milestones
    )
    return best_plan(dataclasses.replace(problem, milestones=relaxed))


def _interval(session: StudySession) -> Interval:
    return Interval(starts_at=session.starts_at, ends_at=session.ends_at)


def _in_order(work: Sequence[Work], focus_id: int | None) -> list[Work]:
    """Return paths in step with their effort, the one in focus before all others."""

    def turn(item: Work) -> tuple[bool, Fraction]:
        return item.followed.enrolment_id != focus_id, item.place

    return sorted(work, key=turn)  # stable: earlier enrolments lead


def _booked_exams(work: Sequence[Work], pinned: Iterable[StudySession]) -> dict[str, StudySession]:
    exams = {item.milestone.key for item in work if item.milestone.kind == Milestone.Kind.EXAM}
    return {each.milestone_key: each for each in pinned if each.milestone_key in exams}


def _milestone(
    item: Work,
    rank: int,
    open_keys: set[str],
    zone: ZoneInfo,
    begin: datetime,
    exam: StudySession | None,
) -> PlanMilestone:
    followed = item.followed
    return PlanMilestone(
        key=item.milestone.key,
        minutes=0 if exam else item.minutes,
        rank=rank,
        requires=tuple(key for key in item.requires if key in open_keys),
        not_before=exam.starts_at if exam else _begin_of(followed.started_on, zone, begin),
        due=exam.starts_at if exam else _end_of(followed.target_date, zone),
        path=followed.curriculum.slug,
        optional=not item.milestone.is_required,
    )


def _shares(work: Sequence[Work], availability: Availability) -> tuple[PathShare, ...]:
    """Return how paths share the week: as the learner says, the rest by the work left."""
    left: dict[str, int] = {}
    asked: dict[str, int] = {}
    for item in work:
        slug = item.followed.curriculum.slug
        left[slug] = left.get(slug, 0) + item.minutes
        percent = availability.shares.get(item.followed.enrolment_id or 0)
        if percent is not None:
            asked[slug] = percent
    if len(left) < 2:
        return ()
    unasked = sum(minutes for slug, minutes in left.items() if slug not in asked) or 1
    rest = max(1, 100 - sum(asked.values()))
    weights = {
        slug: 100 * asked[slug] if slug in asked else max(1, 100 * rest * minutes // unasked)
        for slug, minutes in left.items()
    }
    return tuple(PathShare(path=slug, weight=weight) for slug, weight in weights.items())


def _focus(
    work: Sequence[Work],
    availability: Availability,
    exams: Mapping[str, StudySession],
    *,
    today: date,
) -> int | None:
    """Return the enrolment that goes first: while its exam or its target date is to come.

    One that has neither goes first until its work is done.
    """
    own = [item for item in work if item.followed.enrolment_id == availability.focus_id]
    if not own or availability.focus_id is None:
        return None
    target_date = own[0].followed.target_date
    has_exam = any(item.milestone.key in exams for item in own)
    is_over = target_date is not None and target_date < today and not has_exam
    return None if is_over else availability.focus_id


def _begin_of(day: date, zone: ZoneInfo, begin: datetime) -> datetime | None:
    starts = datetime.combine(day, time.min, tzinfo=zone)
    return starts if starts > begin else None


def _end_of(day: date | None, zone: ZoneInfo) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
