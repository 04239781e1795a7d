"""Questions asked of checks and placements; each answers in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.accounts.models import User
from tracker.assessments import marking
from tracker.assessments.models import Attempt, Placement
from tracker.curricula.models import Curriculum, Milestone, Module, Proficiency
from tracker.curricula.questions import (
    DrawnQuestion,
    MarkedQuestion,
    draw_questions,
    find_questions,
    mark_question,
    question_counts,
)
from tracker.progress.models import Achievement
from tracker.progress.selectors import Person, bases_of, edition_for, states_of

# Whose answers were read this lately tests the reading, not the knowing.
SEEN_FOR = timedelta(days=30)
COOL_DOWN = timedelta(days=1)

# What questions can show.  A project shows itself, and an exam is asked by its vendor.
ASKED_KINDS = (Milestone.Kind.READ, Milestone.Kind.WATCH, Milestone.Kind.PRACTISE)
PROVED_KINDS = (*ASKED_KINDS, Milestone.Kind.ASSESSMENT)


@dataclass(frozen=True, slots=True)
class Bank:
    """What there is to ask, and of which milestones; `most` of it in one attempt."""

    scope: str
    about: str
    milestone_keys: tuple[str, ...]
    asked_keys: tuple[str, ...]
    most: int
    is_practice: bool

    @property
    def is_of_module(self) -> bool:
        return self.scope == Attempt.Scope.MODULE


def milestone_bank(milestone: Milestone) -> Bank:
    """Return the bank of a milestone; an assessment also asks about what it builds upon."""
    is_assessment = milestone.kind == Milestone.Kind.ASSESSMENT
    asked = [milestone.key]
    if is_assessment:
        asked += [each.key for each in milestone.prerequisites.all()]
        asked += milestone.needed_elsewhere
    return Bank(
        scope=Attempt.Scope.MILESTONE,
        about=milestone.key,
        milestone_keys=(milestone.key,),
        asked_keys=tuple(dict.fromkeys(asked)),
        most=marking.MOST_IN_AN_ASSESSMENT if is_assessment else marking.MOST_IN_A_CHECK,
        is_practice=milestone.kind not in PROVED_KINDS,
    )


def module_bank(module: Module) -> Bank:
    """Return the bank of a module: the milestones that questions can show, easy ones first."""
    found = module.milestones.filter(kind__in=ASKED_KINDS).prefetch_related("skill_levels")
    keys = tuple(milestone.key for milestone in sorted(found, key=_difficulty))
    return Bank(
        scope=Attempt.Scope.MODULE,
        about=f"{module.curriculum.slug}/{module.key}",
        milestone_keys=keys,
        asked_keys=keys,
        most=marking.MOST_IN_A_MODULE,
        is_practice=False,
    )


def _difficulty(milestone: Milestone) -> tuple[int, int, int]:
    levels = [level.proficiency for level in milestone.skill_levels.all()]
    return max(levels, default=Proficiency.NONE), milestone.position, milestone.pk


@dataclass(frozen=True, slots=True)
class Offer:
    """What a learner may do about a bank now."""

    bank: Bank
    drawn: tuple[str, ...]
    retry_at: datetime | None
    attempts: tuple[Attempt, ...]

    @property
    def count(self) -> int:
        """How many questions are asked, at most."""
        return min(len(self.drawn), self.bank.most)

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.finished_at is None), None)

    @property
    def past_attempts(self) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.finished_at is not None]

    @property
    def is_practice(self) -> bool:
        return self.bank.is_practice or len(self.drawn) < marking.LEAST_QUESTIONS

    @property
    def can_start(self) -> bool:
        return bool(self.drawn) and self.retry_at is None

    @property
    def can_prove(self) -> bool:
        return bool(self.drawn) and not self.is_practice


def offer_of(bank: Bank, *, learner: User, at: datetime) -> Offer:
    """Draw what the learner has not seen lately; where too little is left, the rest tomorrow.

    Questions come with their explanations, so the same ones at once would prove nothing.
    """
    attempts = tuple(Attempt.objects.of(learner).at(bank.scope, bank.about))
    drawn = draw_questions(bank.asked_keys, seed=_seed(learner, bank, attempts))
    seen = _seen_by(learner, since=at - SEEN_FOR)
    fresh = [question for question in drawn if question.key not in seen]
    if len(fresh) >= min(marking.LEAST_QUESTIONS, len(drawn)):
        return Offer(bank, tuple(_in_order(bank, fresh)), None, attempts)
    retry_at = max(seen[each.key] for each in drawn if each.key in seen) + COOL_DOWN
    chosen = tuple(_in_order(bank, drawn))
    return Offer(bank, chosen, retry_at if retry_at > at else None, attempts)


def _seed(learner: User, bank: Bank, attempts: Sequence[Attempt]) -> str:
    return Attempt(learner=learner, about=bank.about, number=next_number(attempts)).seed


def next_number(attempts: Sequence[Attempt]) -> int:
    return max((attempt.number for attempt in attempts), default=0) + 1


def _seen_by(learner: User, *, since: datetime) -> dict[str, datetime]:
    """Return when each question was answered last, in whatever check."""
    recent = Attempt.objects.of(learner).filter(started_at__gte=since).order_by("started_at")
    columns = ("answers", "started_at", "finished_at")
    return {
        answer["question"]: finished_at or started_at
        for answers, started_at, finished_at in recent.values_list(*columns)
        for answer in answers
    }


def _in_order(bank: Bank, drawn: Sequence[DrawnQuestion]) -> list[str]:
    """Put a module's questions by level, and the own ones of a milestone first."""
    place = {key: number for number, key in enumerate(bank.asked_keys)}

    def rank(question: DrawnQuestion) -> int:
        number = place[question.question.milestone_key]
        return number if bank.is_of_module else min(number, 1)

    ordered = [question.key for question in sorted(drawn, key=rank)]
    return ordered if bank.is_of_module else ordered[: bank.most]


# --- one attempt ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt under way or finished: what was answered, and what comes next."""

    attempt: Attempt
    answered: tuple[MarkedQuestion, ...]
    question: DrawnQuestion | None

    @property
    def last(self) -> MarkedQuestion | None:
        return self.answered[-1] if self.answered else None

    @property
    def place(self) -> int:
        return self.attempt.asked_count + 1

    @property
    def count(self) -> int:
        """How many there are; of a module, where it may end sooner, 1 leaves the total unsaid."""
        return 1 if self.attempt.is_of_module else len(self.attempt.question_keys)


def view_of(attempt: Attempt) -> AttemptView:
    """Return the attempt with its questions; those that authors took away are left out."""
    found = find_questions(attempt.question_keys, seed=attempt.seed)
    answered = tuple(
        mark_question(
            found[answer["question"]],
            chosen_text=answer["choice"],
            is_right=answer["is_right"],
        )
        for answer in attempt.answers
        if answer["question"] in found
    )
    return AttemptView(attempt, answered, _next_question(attempt, found))


def _next_question(attempt: Attempt, found: dict[str, DrawnQuestion]) -> DrawnQuestion | None:
    if attempt.finished_at is not None:
        return None
    keys = [key for key in attempt.question_keys if key in found]
    results = {answer["question"]: answer["is_right"] for answer in attempt.answers}
    if not attempt.is_of_module:
        return next((found[key] for key in keys if key not in results), None)
    if marking.is_sure(attempt.results):
        return None
    asked = [(keys.index(key), is_right) for key, is_right in results.items() if key in keys]
    about = [found[key].question.milestone_key for key in keys]
    place = marking.next_place(asked, about)
    return None if place is None else found[keys[place]]


# --- modules ----------------------------------------------------------------------------------


def find_module(slug: str, key: str, *, learner: Person) -> Module | None:
    """Return the module in the edition that this learner sees."""
    curriculum = edition_for(Curriculum.objects.all(), slug, reader=learner)
    if curriculum is None:
        return None
    return curriculum.modules.filter(key=key).select_related("curriculum").first()


@dataclass(frozen=True, slots=True)
class KnownRow:
    milestone: Milestone
    state: str
    basis: str | None

    @property
    def state_label(self) -> str:
        return Achievement.State(self.state).label

    @property
    def basis_label(self) -> str:
        return Achievement.Basis(self.basis).label if self.basis else ""

    @property
    def is_open(self) -> bool:
        return self.state == Achievement.State.OPEN


@dataclass(frozen=True, slots=True)
class ModuleKnowledge:
    """How much of a module is known, and how it is known."""

    module: Module
    rows: tuple[KnownRow, ...]
    placements: tuple[Placement, ...]
    offer: Offer

    @property
    def open_count(self) -> int:
        return sum(row.is_open for row in self.rows)

    @property
    def claimed_count(self) -> int:
        return sum(row.basis == Achievement.Basis.CLAIMED for row in self.rows)

    @property
    def shown_count(self) -> int:
        return sum(row.basis is not None for row in self.rows) - self.claimed_count

    @property
    def unfinished_count(self) -> int:
        return sum(row.basis is None for row in self.rows)

    @property
    def unasked_count(self) -> int:
        """How many a self-check says nothing about, as they are to be made, not told."""
        return sum(row.milestone.kind not in ASKED_KINDS for row in self.rows)


def knowledge_of(module: Module, *, learner: User, at: datetime) -> ModuleKnowledge:
    milestones = list(module.milestones.order_by("position", "pk"))
    keys = [milestone.key for milestone in milestones]
    states, bases = states_of(learner, keys), bases_of(learner, keys)
    placements = Placement.objects.of(learner).standing()
    return ModuleKnowledge(
        module=module,
        rows=tuple(
            KnownRow(
                milestone,
                states.get(milestone.key, Achievement.State.OPEN),
                bases.get(milestone.key),
            )
            for milestone in milestones
        ),
        placements=tuple(
            placements.filter(curriculum_slug=module.curriculum.slug, module_key=module.key)
        ),
        offer=offer_of(module_bank(module), learner=learner, at=at),
    )


def asked_milestones(milestone_keys: Iterable[str]) -> set[str]:
    """Keep the keys of milestones that have questions: only these can be shown by a check."""
    return set(question_counts(milestone_keys))
