"""What changed from one plan to the next, in terms a learner cares about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from studyplans.scheduling.outcome import Plan


class Stay(NamedTuple):
    """From the beginning of a milestone's first session to the end of its last."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A milestone studied at another time; `days` counts local days, later ones positive."""

    key: str
    before: Stay
    after: Stay
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishChange:
    """When a path, or everything, is done; None where something does not fit."""

    before: datetime | None
    after: datetime | None
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a new plan did to the old one, looking only at what still lay ahead.

    `added` and `removed` are milestones that only one of the two plans is about; `dropped_out`
    and `came_in` are those that lost or found a place; `stayed` are those that did not move.
    """

    moves: tuple[Move, ...]
    stayed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    dropped_out: tuple[str, ...]
    came_in: tuple[str, ...]
    newly_late: tuple[str, ...]
    in_time_again: tuple[str, ...]
    finish: FinishChange
    paths: Mapping[str, FinishChange]

    @property
    def changes_nothing(self) -> bool:
        return not (
            self.moves
            or self.added
            or self.removed
            or self.dropped_out
            or self.came_in
            or self.newly_late
            or self.in_time_again
        )


def receipt(before: Plan, after: Plan) -> Receipt:
    """Compare two plans; of the first only what lies after the start of the second counts."""
    old, new = _stays(before, after.problem.start), _stays(after, after.problem.start)
    both = [key for key in new if key in old]
    asked, answered = _keys(before), _keys(after)
    was_late, is_late = {e.key for e in before.late}, {e.key for e in after.late}
    zone = ZoneInfo(after.problem.zone)
    return Receipt(
        moves=tuple(_move(key, old[key], new[key], zone) for key in both if old[key] != new[key]),
        stayed=tuple(key for key in both if old[key] == new[key]),
        added=tuple(key for key in answered if key not in asked),
        removed=tuple(key for key in asked if key not in answered),
        dropped_out=tuple(key for key in after.unplaced if key in old),
        came_in=tuple(key for key in new if key in before.unplaced),
        newly_late=tuple(sorted(is_late - was_late)),
        in_time_again=tuple(sorted((was_late - is_late) & answered.keys())),
        finish=_finish_change(before.finish, after.finish, zone),
        paths=_path_changes(before, after, zone),
    )


def _stays(plan: Plan, since: datetime) -> dict[str, Stay]:
    """Return for each key when it is studied; what is all over by then counts all the same."""
    stays: dict[str, Stay] = {}
    for session in plan.sessions:
        stay = stays.get(session.key)
        if stay is None or stay.ends_at <= since < session.ends_at:
            is_ahead = session.ends_at > since
            starts_at = max(session.starts_at, since) if is_ahead else session.starts_at
            stay = Stay(starts_at, session.ends_at)
        stays[session.key] = stay._replace(ends_at=session.ends_at)
    return stays


def _keys(plan: Plan) -> dict[str, None]:
    return dict.fromkeys(each.key for each in plan.problem.milestones)


def _move(key: str, before: Stay, after: Stay, zone: ZoneInfo) -> Move:
    days = _days_between(before.ends_at, after.ends_at, zone)
    return Move(key=key, before=before, after=after, days=days)


def _finish_change(before: datetime | None, after: datetime | None, zone: ZoneInfo) -> FinishChange:
    days = _days_between(before, after, zone) if before and after else None
    return FinishChange(before=before, after=after, days=days)


def _days_between(before: datetime, after: datetime, zone: ZoneInfo) -> int:
    return (after.astimezone(zone).date() - before.astimezone(zone).date()).days


def _path_changes(before: Plan, after: Plan, zone: ZoneInfo) -> dict[str, FinishChange]:
    old, new = _path_finishes(before), _path_finishes(after)
    paths = sorted(old.keys() | new.keys())
    return {path: _finish_change(old.get(path), new.get(path), zone) for path in paths}


def _path_finishes(plan: Plan) -> dict[str, datetime | None]:
    paths = {each.key: each.path for each in plan.problem.milestones}
    finishes: dict[str, datetime | None] = {}
    for session in plan.sessions:
        finishes[paths[session.key]] = session.ends_at
    return finishes | {paths[key]: None for key in plan.unplaced}
