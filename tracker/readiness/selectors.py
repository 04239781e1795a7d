"""Questions asked of readiness: the score for every role, and all that a page says of one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import floor

from common import clock
from tracker.accounts.models import User
from tracker.curricula.models import Milestone, Proficiency, RoleProfile, Skill
from tracker.progress.models import AchievementEvent, Enrolment
from tracker.readiness.advice import Remainder, Step, gain_of, next_steps, remainder
from tracker.readiness.catalogue import Catalogue, homes_of, read_catalogue
from tracker.readiness.density import closure_of
from tracker.readiness.evidence import Known, known_of, known_with
from tracker.readiness.history import Point, history_of, record_from
from tracker.readiness.model import READY_SCORE, RoleScore, RungScore, SkillScore
from tracker.readiness.models import TargetRole
from tracker.readiness.places import Place, places_of
from tracker.readiness.proof import Evidence, Kind, better_proof
from tracker.readiness.radar import Radar, radar_of
from tracker.readiness.words import KIND_LABELS, exactly, rests_on

STEPS = 3
QUICK_WINS = 3


def scores_of(learner: User, *, on: date) -> dict[str, RoleScore]:
    """Return the score for every role by its key, in a constant number of queries."""
    known = known_of(learner, read_catalogue(), on=on)
    return _scores(known)


def _scores(known: Known) -> dict[str, RoleScore]:
    """Score each role; a level that several ladders stand on is worked out once."""
    assessment = known.assessment
    ladders = known.catalogue.ladders
    rungs = {role.key: assessment.rung(role) for ladder in ladders.values() for role in ladder[-1:]}
    return {
        key: RoleScore(tuple(rungs[role.key] for role in ladder)) for key, ladder in ladders.items()
    }


def target_keys(learner: User, catalogue: Catalogue) -> list[str]:
    """Return the chosen roles; without a choice those that the followed paths lead to."""
    chosen = TargetRole.objects.of(learner).values_list("role__key", flat=True)
    if keys := list(chosen):
        return keys
    followed = Enrolment.objects.of(learner).current().exclude(curriculum__role=None)
    leads_to = set(followed.values_list("curriculum__role__key", flat=True))
    return [key for key in catalogue.profiles if key in leads_to] or list(catalogue.ladders)[:1]


@dataclass(frozen=True, slots=True)
class Gain:
    """What one change did to the readiness for a role."""

    role: RoleProfile
    before: Fraction
    after: Fraction

    @property
    def points(self) -> Fraction:
        return self.after - self.before

    @property
    def in_words(self) -> str:
        return (
            f"Readiness for {self.role}: {exactly(self.after)},"
            f" {exactly(self.points, is_signed=True)}."
        )


def readiness_gain(learner: User, event: AchievementEvent) -> Gain | None:
    """Return what an event did to the readiness for the learner's first target role.

    None where it changed nothing.
    """
    catalogue = read_catalogue()
    keys = target_keys(learner, catalogue)
    if not keys or event.milestone_key not in catalogue.library.units:
        return None
    known = known_of(learner, catalogue, on=clock.date_of(event.happened_at, learner))
    ladder = catalogue.ladders[keys[0]]
    sides = [
        known_with(known, learner, {**known.records, event.milestone_key: record_from(side)})
        for side in (event.before, event.after)
    ]
    before, after = (side.assessment.score(ladder).points for side in sides)
    gain = Gain(catalogue.profiles[keys[0]], before, after)
    return gain if gain.points else None


def way_to(learner: User, key: str, *, on: date) -> list[Milestone]:
    """Return a milestone of the library after all it still needs first; nothing if there is none.

    Each is the row in its home, in the library's order.
    """
    catalogue = read_catalogue()
    units = catalogue.library.units
    if key not in units:
        return []
    open_ = known_of(learner, catalogue, on=on).open_
    needs = {unit_key: unit.needs for unit_key, unit in units.items()}
    wanted = closure_of(key, needs, {*open_, key})
    rows = homes_of(wanted)
    before = [rows[each] for each in units if each in wanted and each != key]
    return [*before, rows[key]]


# --- what the page shows ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role and the score for it, in a list of them."""

    role: RoleProfile
    score: RoleScore
    is_target: bool
    is_shown: bool

    @property
    def in_words(self) -> str:
        if self.score.is_ready:
            return "ready"
        bands = [(READY_SCORE, "nearly ready"), (60, "close"), (30, "on the way")]
        points = self.score.points
        return next((words for least, words in bands if points >= least), "at the start")


@dataclass(frozen=True, slots=True)
class SkillLine:
    """A skill as a role asks for it, and what its value rests on."""

    skill: Skill
    score: SkillScore
    rests_on: str
    others: tuple[str, ...]

    @property
    def asked_in_words(self) -> str:
        return Proficiency(self.score.requirement.proficiency).label

    @property
    def lost_in_words(self) -> str:
        return exactly(100 * (self.score.value_unfaded - self.score.value))

    @property
    def is_must(self) -> bool:
        return self.score.requirement.is_must


@dataclass(frozen=True, slots=True)
class KindLine:
    label: str
    points: Fraction
    count: int

    @property
    def in_words(self) -> str:
        return exactly(self.points)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A milestone that a score rests on."""

    key: str
    title: str
    label: str
    points: Fraction
    is_faded: bool

    @property
    def in_words(self) -> str:
        return exactly(self.points)


@dataclass(frozen=True, slots=True)
class Win:
    """A proof that something finished still lacks, and what it would gain."""

    kind: Kind
    gain: Fraction


@dataclass(frozen=True, slots=True)
class Advice:
    """A milestone to finish, or to prove better, with its exact gain."""

    key: str
    title: str
    gain: Fraction
    place: Place | None
    minutes: int = 0
    shows_work: bool = False
    asks_somebody: bool = False
    is_skipped: bool = False
    step: Step | None = None

    @property
    def gain_in_words(self) -> str:
        return exactly(self.gain, is_signed=True)

    @property
    def block_gain_in_words(self) -> str:
        return exactly(self.step.block_gain, is_signed=True) if self.step else ""


@dataclass(frozen=True)
class ReadinessView:
    """Everything the readiness page says of one role."""

    lines: tuple[RoleLine, ...]
    line: RoleLine
    skills: tuple[SkillLine, ...]
    not_assessed: tuple[str, ...]
    kinds: tuple[KindLine, ...]
    units: tuple[UnitLine, ...]
    steps: tuple[Advice, ...]
    quick_wins: tuple[Advice, ...]
    remainder: Remainder
    history: tuple[Point, ...]
    radar: Radar
    rungs: tuple[tuple[RoleProfile, RungScore], ...]

    @property
    def score(self) -> RoleScore:
        return self.line.score

    @property
    def targets(self) -> list[RoleLine]:
        return [line for line in self.lines if line.is_target]

    @cached_property
    def met(self) -> list[SkillLine]:
        return [line for line in self.skills if line.score.is_met]

    @cached_property
    def close(self) -> list[SkillLine]:
        return [line for line in self.skills if line.score.is_close]

    @cached_property
    def missing(self) -> list[SkillLine]:
        return [line for line in self.skills if line not in self.met and line not in self.close]

    @property
    def stale(self) -> list[SkillLine]:
        return [line for line in self.skills if line.score.is_stale]

    @property
    def weakest_role(self) -> RoleProfile | None:
        """Return the lower level that holds the score down, if one does."""
        found = next(role for role, rung in self.rungs if rung is self.score.weakest)
        return None if found == self.line.role else found

    @property
    def proven_percent(self) -> int:
        return floor(100 * self.score.own.proven)

    @property
    def own_in_words(self) -> str:
        return exactly(self.score.own.points)

    @property
    def points_in_words(self) -> str:
        return exactly(self.score.points)

    @property
    def change_in_words(self) -> str:
        """Say how the score moved over all the weeks: from 12.50 to 30.00, by +17.50."""
        first, last = self.history[0], self.history[-1]
        moved = exactly(last.points - first.points, is_signed=True)
        return f"from {first.in_words} to {last.in_words}, by {moved}"

    @property
    def changes(self) -> list[Point]:
        """Return the weeks in which something happened, the newest first."""
        return [point for point in reversed(self.history) if point.change or point.why]


def readiness_view(learner: User, *, on: date, role_key: str = "") -> ReadinessView | None:
    """Return the page for a role, or for the first target; None in an empty catalogue."""
    catalogue = read_catalogue()
    targets = target_keys(learner, catalogue)
    shown = role_key if role_key in catalogue.ladders else next(iter(targets), None)
    if shown is None:
        return None
    known = known_of(learner, catalogue, on=on)
    scores = _scores(known)
    lines = tuple(
        RoleLine(profile, scores[key], key in targets, key == shown)
        for key, profile in catalogue.profiles.items()
    )
    return _view(learner, known, scores[shown], lines)


def _view(
    learner: User, known: Known, score: RoleScore, lines: tuple[RoleLine, ...]
) -> ReadinessView:
    catalogue, own = known.catalogue, score.own
    ladder = catalogue.ladders[own.role.key]
    skills = Skill.objects.select_related("area").in_bulk(field_name="key")
    steps = next_steps(known.assessment, ladder, known.open_, count=STEPS)
    wins = _quick_wins(known, score)
    places = places_of(
        learner, [*(step.finish.key for step in steps), *wins], role_key=own.role.key
    )
    titles = {key: skill.title for key, skill in skills.items()}
    finished = {key for key in own.credits if known.is_finished(key)}
    skill_lines = _skill_lines(own, skills)
    return ReadinessView(
        lines=lines,
        line=next(line for line in lines if line.is_shown),
        skills=skill_lines,
        not_assessed=tuple(titles.get(key, key) for key in own.not_assessed),
        kinds=_kind_lines(own),
        units=_unit_lines(own, catalogue),
        steps=tuple(_step_advice(step, known, places) for step in steps),
        quick_wins=tuple(_win_advice(key, win, catalogue, places) for key, win in wins.items()),
        remainder=remainder(score.rungs, known.open_, finished),
        history=tuple(history_of(learner, known, ladder)),
        radar=radar_of([(line.skill.area.title, line.score) for line in _by_area(skill_lines)]),
        rungs=tuple((catalogue.profiles[rung.role.key], rung) for rung in score.rungs),
    )


def _skill_lines(own: RungScore, skills: Mapping[str, Skill]) -> tuple[SkillLine, ...]:
    """Return the skills of a role: musts first, then by what they weigh, then the weakest."""
    lines = [
        SkillLine(
            skills[each.skill],
            each,
            rests_on(own.credits[key] for key in each.weights),
            tuple(skills[key].title for key in each.requirement.skills if key != each.skill),
        )
        for each in own.skills
    ]
    return tuple(sorted(lines, key=_by_weight))


def _by_weight(line: SkillLine) -> tuple[int, Fraction, str]:
    return (-line.score.requirement.proficiency, line.score.value, line.skill.title)


def _by_area(lines: Iterable[SkillLine]) -> list[SkillLine]:
    return sorted(lines, key=lambda line: (line.skill.area.position, line.skill.area.key))


def _kind_lines(own: RungScore) -> tuple[KindLine, ...]:
    points: dict[str, Fraction] = defaultdict(Fraction)
    counts: Counter[str] = Counter()
    for key in own.shares:
        if evidence := own.credits[key].evidence:
            label = KIND_LABELS[evidence.kind]
            points[label] += own.points_of(key)
            counts[label] += 1
    lines = [KindLine(label, worth, counts[label]) for label, worth in points.items()]
    return tuple(sorted(lines, key=lambda line: -line.points))


def _unit_lines(own: RungScore, catalogue: Catalogue) -> tuple[UnitLine, ...]:
    lines = [
        UnitLine(
            key,
            catalogue.title(key),
            KIND_LABELS[credit.evidence.kind],
            own.points_of(key),
            credit.fade < 1,
        )
        for key, credit in own.credits.items()
        if credit.evidence
    ]
    return tuple(sorted(lines, key=lambda line: (-line.points, line.title)))


def _quick_wins(known: Known, score: RoleScore) -> dict[str, Win]:
    """Return what is finished and gains most by a better proof: it takes no further hours."""
    weakest, assessment = score.weakest, known.assessment
    ladder = [rung.role for rung in score.rungs]
    proofs = {
        key: kind
        for key, credit in weakest.credits.items()
        if known.is_finished(key) and (kind := better_proof(credit, weakest.role.level))
    }
    worth = {key: weakest.points_by(key, kind) for key, kind in proofs.items()}
    best = sorted(worth, key=lambda key: (-worth[key], key))[:QUICK_WINS]
    wins = {
        key: Win(
            proofs[key],
            gain_of(assessment, ladder, Evidence(proofs[key], key, frozenset({key}))),
        )
        for key in best
    }
    return {key: win for key, win in wins.items() if win.gain > 0}


def _step_advice(step: Step, known: Known, places: Mapping[str, Place]) -> Advice:
    key = step.finish.key
    return Advice(
        key=key,
        title=known.catalogue.title(key),
        gain=step.gain,
        place=places.get(key),
        minutes=step.finish.minutes,
        shows_work=step.finish.kind is Kind.REVIEWED,
        is_skipped=known.is_skipped(key),
        step=step,
    )


def _win_advice(key: str, win: Win, catalogue: Catalogue, places: Mapping[str, Place]) -> Advice:
    return Advice(
        key=key,
        title=catalogue.title(key),
        gain=win.gain,
        place=places.get(key),
        asks_somebody=win.kind is Kind.CONFIRMED,
    )
