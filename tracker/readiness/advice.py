"""What to do next for a role, and what is still to do for all of it.  No Django, no clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from tracker.readiness.density import densest_closure
from tracker.readiness.model import Assessment, Role, RungScore
from tracker.readiness.proof import Evidence, Kind, credit_of


@dataclass(frozen=True, slots=True)
class Finish:
    """What finishing a milestone takes and what it then shows."""

    key: str
    minutes: int
    kind: Kind

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.kind, self.key, frozenset({self.key}))


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone to finish next, what that adds, and the block it opens."""

    finish: Finish
    gain: Fraction
    block: tuple[str, ...]
    block_minutes: int
    block_gain: Fraction

    @property
    def opens_count(self) -> int:
        return len(self.block) - 1


def gain_of(assessment: Assessment, ladder: Sequence[Role], *evidence: Evidence) -> Fraction:
    """Return the points a role's score really gains by this evidence."""
    return assessment.with_more(*evidence).score(ladder).points - assessment.score(ladder).points


def next_steps(
    assessment: Assessment, ladder: Sequence[Role], open_: Mapping[str, Finish], *, count: int
) -> list[Step]:
    """Return what to finish first, second and so on to raise the score most per hour.

    Each is an available milestone of the best block there is once those before it are finished,
    and its gain is what it adds then.  Only what `open_` names is still to finish.
    """
    left, steps = dict(open_), list[Step]()
    while len(steps) < count and (step := _next_step(assessment, ladder, left)):
        steps.append(step)
        assessment = assessment.with_more(step.finish.evidence)
        del left[step.finish.key]
    return steps


def _next_step(
    assessment: Assessment, ladder: Sequence[Role], left: Mapping[str, Finish]
) -> Step | None:
    steps = [
        step
        for rung in assessment.score(ladder).rungs
        if (step := _first_of_block(assessment, ladder, left, _best_block(assessment, rung, left)))
    ]
    # Where two rungs hold the score down by turns, the one whose block really raises it most.
    return max(steps, key=lambda step: step.block_gain / step.block_minutes, default=None)


def _first_of_block(
    assessment: Assessment,
    ladder: Sequence[Role],
    left: Mapping[str, Finish],
    block: tuple[str, ...],
) -> Step | None:
    """Return the milestone of a block to begin with, if the block raises the score."""
    block_gain = gain_of(assessment, ladder, *(left[key].evidence for key in block))
    if not block_gain:
        return None
    units = assessment.library.units
    ready = [key for key in block if not any(need in left for need in units[key].needs)]
    gains = {key: gain_of(assessment, ladder, left[key].evidence) for key in ready}
    best = max(ready, key=lambda key: gains[key] / left[key].minutes)
    minutes = sum(left[key].minutes for key in block)
    return Step(left[best], gains[best], block, minutes, block_gain)


def _best_block(
    assessment: Assessment, rung: RungScore, left: Mapping[str, Finish]
) -> tuple[str, ...]:
    """Return the block that raises a rung most per hour, in the library's order."""
    values = _values(assessment, rung, left)
    units = assessment.library.units
    costs = {key: finish.minutes for key, finish in left.items()}
    found = densest_closure(values, costs, {key: units[key].needs for key in left})
    return tuple(key for key in units if key in found)


def _values(assessment: Assessment, rung: RungScore, left: Mapping[str, Finish]) -> dict[str, int]:
    """Return what finishing each would add to a rung, in a common fraction of a point."""
    gains = {
        key: rung.shares[key] * _added(assessment, rung, finish)
        if key in rung.shares
        else Fraction()
        for key, finish in left.items()
    }
    common = lcm(*(gain.denominator for gain in gains.values()))
    return {key: max(0, int(gain * common)) for key, gain in gains.items()}


def _added(assessment: Assessment, rung: RungScore, finish: Finish) -> Fraction:
    credit = rung.credits[finish.key]
    evidence = (*assessment.about(finish.key), finish.evidence)
    after = credit_of(evidence, level=rung.role.level, on=assessment.on)
    return after.worth * credit.fade - credit.value


@dataclass(frozen=True, slots=True)
class Remainder:
    """What lies between a score and 100: milestones to finish, to show work for, to review."""

    open_keys: tuple[str, ...]
    unproven_keys: tuple[str, ...]
    faded_keys: tuple[str, ...]
    minutes: int


def remainder(
    rungs: Sequence[RungScore], open_: Mapping[str, Finish], finished: Collection[str]
) -> Remainder:
    """Return what all of a ladder still takes, each milestone counted once."""
    best = {key: credit for rung in rungs for key, credit in rung.credits.items()}
    to_finish = tuple(key for key in best if key in open_)
    return Remainder(
        open_keys=to_finish,
        unproven_keys=tuple(key for key in best if key in finished and best[key].worth < 1),
        faded_keys=tuple(key for key in best if best[key].fade < 1),
        minutes=sum(open_[key].minutes for key in to_finish),
    )
