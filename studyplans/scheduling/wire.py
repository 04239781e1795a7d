"""Problems read from JSON, plans and refusals written to it."""

import json
from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from studyplans.scheduling.checks import faults_of, is_known_zone
from studyplans.scheduling.outcome import Plan
from studyplans.scheduling.problem import (
    Fault,
    ImpossibleProblem,
    PlanMilestone,
    PlanProblem,
    WeeklyWindow,
)
from studyplans.scheduling.reader import UNSOUND, Reader
from studyplans.scheduling.schema import DAYS, PLAN, PROBLEM, REFUSAL

# Legal stand-ins for what could not be read, so that the rest is checked all the same.
SOME_START = datetime(2000, 1, 1, tzinfo=UTC)
SOME_WINDOW = WeeklyWindow(weekday=0, starts_at=time(0, 0), ends_at=time(23, 59))


def problem_from_json(text: bytes) -> PlanProblem:
    """Return the problem, or raise ImpossibleProblem with every fault of form and sense."""
    reader = Reader()
    document = reader.read(_parsed(text), PROBLEM, "")
    if document is UNSOUND:
        raise ImpossibleProblem(reader.faults)
    problem = _problem(document)
    named = {fault.at for fault in reader.faults}
    faults = reader.faults + [fault for fault in faults_of(problem) if fault.at not in named]
    if faults:
        raise ImpossibleProblem(faults)
    return problem


def plan_to_json(plan: Plan) -> str:
    document = {
        "feasible": plan.feasible,
        "max_lateness_minutes": plan.max_lateness_minutes,
        "finish": plan.finish and plan.finish.isoformat(),
        "sessions": [
            {"key": s.key, "start": s.starts_at.isoformat(), "end": s.ends_at.isoformat()}
            for s in plan.sessions
        ],
        "late": [
            {
                "key": late.key,
                "due": late.due.isoformat(),
                "finish": late.finish.isoformat(),
                "minutes": late.minutes,
            }
            for late in plan.late
        ],
        "unplaced": list(plan.unplaced),
    }
    return json.dumps(document, indent=2)


def refusal_to_json(refusal: ImpossibleProblem) -> str:
    errors = [{"at": fault.at, "message": fault.message} for fault in refusal.faults]
    return json.dumps({"errors": errors}, indent=2)


def schemas_to_json() -> str:
    return json.dumps({"input": PROBLEM, "output": PLAN, "errors": REFUSAL}, indent=2)


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        raise ImpossibleProblem([Fault("problem", "is nested too deeply")]) from None
    except ValueError as error:
        raise ImpossibleProblem([Fault("problem", f"is not valid JSON: {error}")]) from None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        [(twice, _)] = Counter(name for name, _ in members).most_common(1)
        raise ValueError(f'the field "{twice}" stands twice in one object')
    return found


def _problem(document: dict[str, Any]) -> PlanProblem:
    zone = document.get("zone", "UTC")
    chosen = {
        name: document[name]
        for name in ("horizon_days", "minimum_piece_minutes")
        if name in document
    }
    return PlanProblem(
        zone=zone,
        start=_start(document.get("start", SOME_START), zone),
        windows=tuple(_window(window) for window in document.get("windows", ())),
        days_off=tuple(day for day in document.get("days_off", ()) if day is not UNSOUND),
        milestones=tuple(
            _milestone(milestone, f"milestones[{number}]")
            for number, milestone in enumerate(document.get("milestones", ()))
        ),
        **chosen,
    )


def _start(start: date, zone: str) -> datetime:
    if isinstance(start, datetime):
        return start
    return datetime.combine(start, time(), tzinfo=ZoneInfo(zone) if is_known_zone(zone) else UTC)


def _window(window: Any) -> WeeklyWindow:
    if window is UNSOUND or not {"day", "from", "to"} <= window.keys():
        return SOME_WINDOW
    return WeeklyWindow(
        weekday=DAYS.index(window["day"]), starts_at=window["from"], ends_at=window["to"]
    )


def _milestone(milestone: Any, stand_in: str) -> PlanMilestone:
    sound = {} if milestone is UNSOUND else milestone
    return PlanMilestone(
        key=sound.get("key", stand_in),
        minutes=sound.get("minutes", 0),
        rank=sound.get("rank", 0),
        requires=tuple("" if key is UNSOUND else key for key in sound.get("requires", ())),
        not_before=sound.get("not_before"),
        due=sound.get("due"),
    )
