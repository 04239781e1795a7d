"""What a path takes for known from its learners' background."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.curricula.models import Curriculum, Milestone
from tracker.progress.models import Achievement
from tracker.progress.percent import Share
from tracker.progress.selectors import Person, shares_of, states_of


@dataclass(frozen=True, slots=True)
class CreditedSubject:
    title: str
    milestones: tuple[Milestone, ...]

    @property
    def effort_minutes(self) -> int:
        return sum(milestone.effort_minutes for milestone in self.milestones)


@dataclass(frozen=True, slots=True)
class Credit:
    """The milestones a path takes for known, by subject, and how many are still to be claimed."""

    curriculum: Curriculum
    subjects: tuple[CreditedSubject, ...]
    open_count: int

    @property
    def count(self) -> int:
        return sum(len(subject.milestones) for subject in self.subjects)

    @property
    def effort_minutes(self) -> int:
        return sum(subject.effort_minutes for subject in self.subjects)


@dataclass(frozen=True, slots=True)
class PathFromHere:
    """A path as somebody of its background sees it: what is credited and what remains."""

    curriculum: Curriculum
    credit: Credit
    share: Share | None


def credit_in(curriculum: Curriculum, *, learner: Person) -> Credit:
    return credits_in([curriculum], learner=learner)[0]


def credits_in(curricula: Sequence[Curriculum], *, learner: Person) -> list[Credit]:
    """Return what each takes for known, in two queries for all."""
    keys = {key for curriculum in curricula for key in curriculum.credited_keys}
    if not keys:
        return [Credit(curriculum, (), 0) for curriculum in curricula]
    homes, states = _homes_of(keys), states_of(learner, keys)
    return [_credit(curriculum, homes, states) for curriculum in curricula]


def paths_from_here(curricula: Sequence[Curriculum], *, learner: Person) -> list[PathFromHere]:
    shares = shares_of(learner, curricula)
    return [
        PathFromHere(credit.curriculum, credit, shares.get(credit.curriculum.pk))
        for credit in credits_in(curricula, learner=learner)
    ]


def _credit(curriculum: Curriculum, homes: dict[str, Milestone], states: dict[str, str]) -> Credit:
    groups: dict[str, list[Milestone]] = defaultdict(list)
    known = [homes[key] for key in curriculum.credited_keys if key in homes]
    for milestone in known:
        groups[milestone.curriculum.title].append(milestone)
    subjects = (CreditedSubject(title, tuple(found)) for title, found in groups.items())
    still_open = [
        milestone
        for milestone in known
        if states.get(milestone.key, Achievement.State.OPEN) == Achievement.State.OPEN
    ]
    return Credit(curriculum, tuple(subjects), len(still_open))


def _homes_of(keys: Iterable[str]) -> dict[str, Milestone]:
    """Return each key's milestone, in the subject that is its home where it has one."""
    homes: dict[str, Milestone] = {}
    found = Milestone.objects.of_the_catalogue().filter(key__in=keys)
    found = found.select_related("curriculum")
    for milestone in found.order_by("curriculum__position", "curriculum", "position"):
        kept = homes.get(milestone.key)
        if kept is None or kept.curriculum.kind == Curriculum.Kind.PATH:
            homes[milestone.key] = milestone
    return homes
