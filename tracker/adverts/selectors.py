"""What a learner's advertisements ask for, seen from where the learner stands now.

Nothing of it is stored: the text is read again on every view, so that it is as true as the
milestones are.  Each answer takes a constant number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import Max

from tracker.accounts.models import User
from tracker.adverts.highlights import Piece, pieces_of
from tracker.adverts.matching.language import ENGLISH
from tracker.adverts.matching.level import ENTRY, MID, SENIOR
from tracker.adverts.matching.reader import Found, Reading, read_advert
from tracker.adverts.matching.wishes import NEGATED, REQUIRED
from tracker.adverts.models import Advert
from tracker.adverts.routes import Step, short_route
from tracker.adverts.signals import study_week_asked
from tracker.adverts.standing import Fit, Need, fit_of
from tracker.curricula.models import (
    Curriculum,
    Milestone,
    Skill,
    SkillLevel,
    SkillRequirement,
)
from tracker.progress.models import Enrolment
from tracker.progress.percent import counted_keys
from tracker.progress.selectors import EnrolmentStanding, standings_of, states_of

ROLES = {ENTRY: "mle-entry", MID: "mle-mid", SENIOR: "mle-senior"}
SHOWN_AT_ONCE = 12
# What a level asks of a skill that its role does not mention.
USUAL_LEVELS = {ENTRY: 2, MID: 3, SENIOR: 3}


@dataclass(frozen=True)
class Assessment:
    """An advertisement as read now, for one learner."""

    advert: Advert
    reading: Reading
    fit: Fit
    titles: dict[str, str]

    @property
    def pieces(self) -> list[Piece]:
        return pieces_of(self.advert.text, self.reading.found, self.titles)

    @property
    def not_needed(self) -> list[str]:
        negated = [each.skill for each in self.reading.found if each.wish == NEGATED]
        return [self.titles[skill] for skill in negated if skill in self.titles]

    @property
    def foreign_language(self) -> str | None:
        language = self.reading.language
        return None if language == ENGLISH else language

    @cached_property
    def required_count(self) -> int:
        return sum(need.is_required for need in self.fit.needs)

    @property
    def nice_count(self) -> int:
        return len(self.fit.needs) - self.required_count


def assessments_of(learner: User, adverts: Iterable[Advert]) -> list[Assessment]:
    """Read each advertisement and compare it with what the learner has done, in four queries."""
    skills = {skill.key: skill for skill in Skill.objects.order_by("area__position", "title")}
    have = _proficiencies(counted_keys(states_of(learner)))
    asked = _asked_by_level()
    titles = {key: skill.title for key, skill in skills.items()}
    return [
        Assessment(advert, reading, _fit(reading, skills, have, asked[reading.level.key]), titles)
        for advert, reading in ((advert, read_advert(advert.text)) for advert in adverts)
    ]


def _fit(
    reading: Reading, skills: dict[str, Skill], have: dict[str, int], asked: dict[str, int]
) -> Fit:
    usual = USUAL_LEVELS[reading.level.key]
    wanted = {found.skill: found for found in reading.wanted}
    return fit_of(
        [
            Need(
                found=wanted[key],
                title=skill.title,
                definition=skill.definition,
                want=_want(wanted[key], asked.get(key, usual)),
                have=have.get(key, 0),
            )
            for key, skill in skills.items()
            if key in wanted
        ]
    )


def _want(found: Found, level: int) -> int:
    """A thing that is nice to have is enough one level lower."""
    return level if found.wish == REQUIRED else max(1, level - 1)


def _proficiencies(done: Collection[str]) -> dict[str, int]:
    """Return how far the milestones done have led in each skill."""
    levels = SkillLevel.objects.filter(milestone__key__in=done, milestone__curriculum__owner=None)
    return dict(levels.values_list("skill__key").annotate(Max("proficiency")))


def _asked_by_level() -> dict[str, dict[str, int]]:
    asked: dict[str, dict[str, int]] = {level: {} for level in ROLES}
    levels = {role: level for level, role in ROLES.items()}
    rows = SkillRequirement.objects.filter(role__key__in=levels)
    for role, skill, proficiency in rows.values_list("role__key", "skill__key", "proficiency"):
        if proficiency:
            asked[levels[role]][skill] = proficiency
    return asked


# --- the way there -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    """The milestones that close the gaps, in the order to do them."""

    milestones: tuple[Milestone, ...]
    unreached: tuple[Need, ...]

    @property
    def first(self) -> tuple[Milestone, ...]:
        return self.milestones[:SHOWN_AT_ONCE]

    @property
    def rest(self) -> tuple[Milestone, ...]:
        return self.milestones[SHOWN_AT_ONCE:]

    @property
    def minutes(self) -> int:
        return sum(milestone.effort_minutes for milestone in self.milestones)

    @property
    def curricula(self) -> list[tuple[Curriculum, int]]:
        """Where these milestones stand, with how many of them, the most first."""
        counts: dict[Curriculum, int] = defaultdict(int)
        for milestone in self.milestones:
            counts[milestone.curriculum] += 1
        return sorted(counts.items(), key=lambda each: (-each[1], each[0].position))


def route_to(learner: User, fit: Fit) -> Route:
    """Return a short way to everything that is missing, in four queries."""
    done = counted_keys(states_of(learner))
    by_key = _milestones_to_learn_from()
    steps = _steps(by_key)
    best = _best_levels(steps)
    goals = [replace(need.goal, want=_reachable(need, best)) for need in fit.gaps]
    unreached = tuple(need for need in fit.gaps if _reachable(need, best) < need.want)
    keys = short_route(goals, steps, done)
    return Route(tuple(by_key[key] for key in keys), unreached)


def _reachable(need: Need, best: dict[str, int]) -> int:
    return min(need.want, best.get(need.found.skill, 0))


def _milestones_to_learn_from() -> dict[str, Milestone]:
    """Return every published milestone once, from its subject where it has one; exams are left out.

    An exam costs money and proves what was learnt: it is no way to learn it.
    """
    kinds = [Curriculum.Kind.SUBJECT, Curriculum.Kind.PATH]
    found = (
        Milestone.objects.filter(
            curriculum__status=Curriculum.Status.PUBLISHED, curriculum__kind__in=kinds
        )
        .exclude(kind=Milestone.Kind.EXAM)
        .select_related("curriculum")
        .defer("description", "done_when", "steps", "rubric", "curriculum__description")
        .order_by("curriculum__position", "curriculum__slug", "module__position", "position", "pk")
    )
    by_key: dict[str, Milestone] = {}
    for milestone in sorted(found, key=lambda each: each.curriculum.kind != kinds[0]):
        by_key.setdefault(milestone.key, milestone)
    return by_key


def _steps(by_key: dict[str, Milestone]) -> list[Step]:
    keys = {milestone.pk: key for key, milestone in by_key.items()}
    needs: dict[str, list[str]] = defaultdict(list)
    links = Milestone.prerequisites.through._default_manager.filter(
        from_milestone__curriculum__status=Curriculum.Status.PUBLISHED
    )
    for pk, needed in links.values_list("from_milestone_id", "to_milestone__key"):
        if pk in keys:
            needs[keys[pk]].append(needed)
    levels: dict[str, dict[str, int]] = defaultdict(dict)
    taught = SkillLevel.objects.filter(
        milestone__curriculum__status=Curriculum.Status.PUBLISHED
    ).values_list("milestone_id", "skill__key", "proficiency")
    for pk, skill, proficiency in taught:
        if pk in keys:
            levels[keys[pk]][skill] = proficiency
    return [
        Step(
            key,
            milestone.effort_minutes,
            tuple(dict.fromkeys([*needs[key], *milestone.needed_elsewhere])),
            levels[key],
        )
        for key, milestone in by_key.items()
    ]


def _best_levels(steps: Sequence[Step]) -> dict[str, int]:
    best: dict[str, int] = {}
    for step in steps:
        for skill, level in step.levels.items():
            best[skill] = max(best.get(skill, 0), level)
    return best


# --- paths made of advertisements --------------------------------------------------------------


def followed_path_of(advert: Advert) -> Curriculum | None:
    """Return the path made of an advertisement, while it is followed."""
    enrolments = Enrolment.objects.of(advert.learner).current().filter(curriculum__advert=advert)
    enrolment = enrolments.select_related("curriculum").first()
    return enrolment.curriculum if enrolment else None


def personal_paths_of(learner: User) -> list[EnrolmentStanding]:
    """Return where a learner stands in each path of their own, the newest first."""
    return [
        each for each in reversed(standings_of(learner)) if each.enrolment.curriculum.is_personal
    ]


def has_study_week(learner: User) -> bool:
    """Whether the learner has said when there is time to learn."""
    return any(minutes for _, minutes in study_week_asked.send(Advert, learner=learner))


# --- side by side ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ComparedSkill:
    """A skill in several advertisements: what each wants of it, or None."""

    title: str
    have: int
    cells: tuple[Need | None, ...]


def compared(assessments: Sequence[Assessment]) -> list[ComparedSkill]:
    """Return the skills of all, those that most of them want first."""
    needs = [{need.found.skill: need for need in each.fit.needs} for each in assessments]
    first = {skill: need for each in reversed(needs) for skill, need in each.items()}
    rows = [
        ComparedSkill(need.title, need.have, tuple(each.get(skill) for each in needs))
        for skill, need in first.items()
    ]
    return sorted(rows, key=_how_wanted)


def _how_wanted(row: ComparedSkill) -> tuple[int, int, str]:
    wanted = [cell for cell in row.cells if cell is not None]
    return (-len(wanted), -sum(cell.is_required for cell in wanted), row.title)
