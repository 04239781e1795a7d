"""The one definition of percent: effort done over effort required, by the module rules.

A required milestone counts when it is done or credited; a skipped one never does.  Optional
work neither raises nor lowers.  A module that asks for at least n milestones weighs n times
the mean effort of its required ones; a module that asks for at least m minutes weighs m.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from tracker.curricula.models import Module
from tracker.progress.models import FINISHED_STATES

COUNTED_STATES = FINISHED_STATES


class CountedMilestone(Protocol):
    key: str
    effort_minutes: int
    is_required: bool


class RuledModule(Protocol):
    rule: str
    rule_amount: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """How much of what is required is done, in minutes of estimated effort."""

    done_minutes: Fraction
    required_minutes: Fraction

    @property
    def percent(self) -> int:
        """Return 0 to 100, rounded down: 100 only when all that is required is done."""
        if not self.required_minutes:
            return 100
        return int(100 * self.done_minutes / self.required_minutes)

    @property
    def is_complete(self) -> bool:
        return self.done_minutes >= self.required_minutes

    @property
    def left_minutes(self) -> int:
        return int(self.required_minutes - self.done_minutes)


def module_share(
    module: RuledModule, milestones: Iterable[CountedMilestone], counted: Collection[str]
) -> Share:
    required = [milestone for milestone in milestones if milestone.is_required]
    done = [milestone for milestone in required if milestone.key in counted]
    if module.rule == Module.Rule.AT_LEAST_COUNT:
        return _share_by_count(module.rule_amount or 0, required, len(done))
    done_minutes = Fraction(sum(milestone.effort_minutes for milestone in done))
    all_minutes = Fraction(sum(milestone.effort_minutes for milestone in required))
    if module.rule == Module.Rule.AT_LEAST_MINUTES:
        all_minutes = Fraction(module.rule_amount or 0)
    return Share(min(done_minutes, all_minutes), all_minutes)


def _share_by_count(amount: int, required: list[CountedMilestone], done_count: int) -> Share:
    mean = Fraction(sum(milestone.effort_minutes for milestone in required), len(required) or 1)
    return Share(mean * min(done_count, amount), mean * amount)


def sum_shares(shares: Iterable[Share]) -> Share:
    listed = list(shares)
    return Share(
        sum((share.done_minutes for share in listed), Fraction(0)),
        sum((share.required_minutes for share in listed), Fraction(0)),
    )


def counted_keys(states: Mapping[str, str]) -> frozenset[str]:
    return frozenset(key for key, state in states.items() if state in COUNTED_STATES)
