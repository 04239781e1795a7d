"""What to do when not all can be done in time: exact repairs."""

from typing import Any

from studyplans.scheduling.dropping import DropOptional, drop_optional
from studyplans.scheduling.later_dates import LaterDate, later_date
from studyplans.scheduling.more_minutes import MoreMinutesAWeek, more_minutes
from studyplans.scheduling.planner import plan
from studyplans.scheduling.problem import PlanProblem
from studyplans.scheduling.schema import DAYS

Option = MoreMinutesAWeek | DropOptional | LaterDate


def options(problem: PlanProblem) -> tuple[Option, ...]:
    """Return every repair there is; none when the plan needs none.

    Each carries the changed problem, and the plan of that is feasible.
    """
    if plan(problem).feasible:
        return ()
    found = more_minutes(problem), drop_optional(problem), later_date(problem)
    return tuple(option for option in found if option)


def option_to_document(option: Option) -> dict[str, Any]:
    """Return the JSON form of an option."""
    match option:
        case MoreMinutesAWeek():
            return _more_minutes_to_document(option)
        case DropOptional():
            return _drop_optional_to_document(option)
        case LaterDate():
            return _later_date_to_document(option)


def _more_minutes_to_document(option: MoreMinutesAWeek) -> dict[str, Any]:
    windows = [
        {
            "day": DAYS[window.weekday],
            "from": f"{window.starts_at:%H:%M}",
            "to": f"{window.ends_at:%H:%M}",
        }
        for window in option.problem.windows
    ]
    return {"kind": option.kind, "minutes": option.minutes, "windows": windows}


def _drop_optional_to_document(option: DropOptional) -> dict[str, Any]:
    return {
        "kind": option.kind,
        "keys": list(option.keys),
        "value": option.value,
        "minutes": option.minutes,
        "is_least": option.is_least,
    }


def _later_date_to_document(option: LaterDate) -> dict[str, Any]:
    dates = [
        {"from": new.before.isoformat(), "to": new.after.isoformat(), "keys": list(new.keys)}
        for new in option.dates
    ]
    return {
        "kind": option.kind,
        "date": option.date.isoformat(),
        "dates": dates,
        "horizon_days": option.problem.horizon_days,
    }
