"""Say why a milestone is when it is, in one sentence that is true."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from studyplans.scheduling.causes import Cause, causes_of
from studyplans.scheduling.fullness import full_before
from studyplans.scheduling.outcome import Plan, Session
from studyplans.scheduling.problem import Fault, ImpossibleProblem
from studyplans.scheduling.telling import Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """When a milestone begins, and why not at another time.

    `begins_at` is None for an event and for what has no place in the plan.
    """

    key: str
    begins_at: datetime | None
    causes: tuple[Cause, ...]
    sentence: str


def explain(answer: Plan, key: str, names: Mapping[str, str] | None = None) -> Explanation:
    """Explain one milestone of a plan; names stand in for keys in the sentence."""
    if all(each.key != key for each in answer.problem.milestones):
        raise ImpossibleProblem([Fault("key", f'no milestone has the key "{key}"')])
    first = next((session for session in answer.sessions if session.key == key), None)
    causes = tuple(_causes(answer, key, first))
    begins_at = first.starts_at if first else None
    teller = Teller(names or {}, ZoneInfo(answer.problem.zone))
    sentence = teller.sentence(key, begins_at, causes)
    return Explanation(key=key, begins_at=begins_at, causes=causes, sentence=sentence)


def _causes(answer: Plan, key: str, first: Session | None) -> Iterator[Cause]:
    if first and first.pinned:
        yield Cause(kind="pinned", moment=first.starts_at)
        return
    full = full_before(answer, key)
    yield from causes_of(answer, key)
    if full:
        yield full
