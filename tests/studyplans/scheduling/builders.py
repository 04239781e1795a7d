"""Small problems for the engine's tests; each test names only what matters to it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from studyplans.scheduling import (
    Pin,
    Plan,
    PlanMilestone,
    PlanProblem,
    Session,
    Slot,
    WeeklyWindow,
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(text: str) -> datetime:
    """Read "2027-01-04 19:00" as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(text: str) -> WeeklyWindow:
    """Read "mon 19:00-20:30"."""
    day, hours = text.split()
    starts, ends = hours.split("-")
    return WeeklyWindow(
        weekday=DAYS.index(day),
        starts_at=time.fromisoformat(starts),
        ends_at=time.fromisoformat(ends),
    )


def slot(text: str) -> Slot:
    """Read "19:00-20:30"."""
    starts, ends = text.split("-")
    return Slot(starts_at=time.fromisoformat(starts), ends_at=time.fromisoformat(ends))


def pin(key: str, text: str) -> Pin:
    """Read "2027-01-04 19:00-20:30" as UTC."""
    starts, ends = text.split("-")[:3], text.rpartition("-")[2]
    begins = at("-".join(starts))
    return Pin(key=key, starts_at=begins, ends_at=at(f"{begins:%Y-%m-%d} {ends}"))


def every_day(hours: str) -> list[str]:
    return [f"{day} {hours}" for day in DAYS]


def milestone(key: str, minutes: int = 60, rank: int = 0, **ties: Any) -> PlanMilestone:
    return PlanMilestone(key=key, minutes=minutes, rank=rank, **ties)


def problem(*milestones: PlanMilestone, **changes: Any) -> PlanProblem:
    """Build a problem: a Monday in UTC, 19:00-20:30 every day, unless told otherwise."""
    windows = changes.pop("windows", every_day("19:00-20:30"))
    start = changes.pop("start", "2027-01-04 00:00")
    return PlanProblem(
        zone=changes.pop("zone", "UTC"),
        start=at(start) if isinstance(start, str) else start,
        windows=tuple(window(text) for text in windows),
        milestones=milestones,
        **changes,
    )


def minutes_of(session: Session) -> int:
    return (session.ends_at - session.starts_at) // timedelta(minutes=1)


def written(plan: Plan) -> list[str]:
    """Write sessions as "a 04 19:00-20:00", easy to compare by eye."""
    return [
        f"{session.key} {session.starts_at:%d %H:%M}-{session.ends_at:%H:%M}"
        for session in plan.sessions
    ]
