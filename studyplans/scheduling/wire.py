"""Problems read from JSON, plans and refusals written to it."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from studyplans.scheduling.checks import faults_of, is_known_zone
from studyplans.scheduling.demand import Tightest
from studyplans.scheduling.outcome import LateMilestone, Plan, Session
from studyplans.scheduling.problem import (
    Fault,
    ImpossibleProblem,
    Interval,
    PathShare,
    Pin,
    PlanMilestone,
    PlanProblem,
    Review,
    Slot,
    SpecialDay,
    WeeklyWindow,
)
from studyplans.scheduling.reader import UNSOUND, Reader
from studyplans.scheduling.schema import DAYS, PLAN, PROBLEM, REFUSAL

# Stand-ins for what could not be read, so that the rest is checked all the same.
SOME_START = datetime(2000, 1, 1, tzinfo=UTC)
SOME_WINDOW = WeeklyWindow(weekday=0, starts_at=time(), ends_at=time())
SOME_SLOT = Slot(starts_at=time(), ends_at=time())
SOME_INTERVAL = Interval(starts_at=SOME_START, ends_at=SOME_START)
SOME_PIN = Pin(key="", starts_at=SOME_START, ends_at=SOME_START)

Document = dict[str, Any]


def problem_from_json(text: bytes) -> PlanProblem:
    """Return the problem, or raise ImpossibleProblem with every fault of form and sense."""
    reader = Reader()
    document = reader.read(_parsed(text), PROBLEM, "")
    if document is UNSOUND:
        raise ImpossibleProblem(reader.faults)
    problem = _problem(document)
    named = {_item(fault) for fault in reader.faults}
    faults = reader.faults + [fault for fault in faults_of(problem) if _item(fault) not in named]
    if faults:
        raise ImpossibleProblem(faults)
    return problem


def _item(fault: Fault) -> str:
    """Return the item a fault is in: one refused for its form is not asked for its sense.

    Milestones are: what could not be read of one hides nothing of the others it is tied to.
    """
    return fault.at if fault.at.startswith("milestones") else fault.at.partition("]")[0]


def plan_to_json(plan: Plan, options: Iterable[Document] = ()) -> str:
    """Write the plan, with the ways out of what it cannot meet."""
    document = {
        "feasible": plan.feasible,
        "max_lateness_minutes": plan.max_lateness_minutes,
        "finish": plan.finish and plan.finish.isoformat(),
        "sessions": [_session_document(session) for session in plan.sessions],
        "late": [_late_document(late) for late in plan.late],
        "tightest": plan.tightest and _tightest_document(plan.tightest),
        "options": list(options),
        "unplaced": list(plan.unplaced),
    }
    if plan.problem.reviews:
        document["reviews"] = [_session_document(review) for review in plan.reviews]
    if plan.early_pins:
        document["early_pins"] = [_session_document(pin) for pin in plan.early_pins]
    return json.dumps(document, indent=2)


def refusal_to_json(refusal: ImpossibleProblem) -> str:
    errors = [{"at": fault.at, "message": fault.message} for fault in refusal.faults]
    return json.dumps({"errors": errors}, indent=2)


def schemas_to_json() -> str:
    return json.dumps({"input": PROBLEM, "output": PLAN, "errors": REFUSAL}, indent=2)


def _session_document(session: Session | Pin) -> Document:
    document: Document = {
        "key": session.key,
        "start": session.starts_at.isoformat(),
        "end": session.ends_at.isoformat(),
    }
    if isinstance(session, Session) and session.pinned:
        document["pinned"] = True
    return document


def _late_document(late: LateMilestone) -> Document:
    return {
        "key": late.key,
        "due": late.due.isoformat(),
        "finish": late.finish.isoformat(),
        "minutes": late.minutes,
    }


def _tightest_document(tightest: Tightest) -> Document:
    return {
        "from": tightest.begins_at.isoformat(),
        "to": tightest.ends_at.isoformat(),
        "work_minutes": tightest.work_minutes,
        "available_minutes": tightest.available_minutes,
    }


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        raise ImpossibleProblem([Fault("problem", "is nested too deeply")]) from None
    except ValueError as error:
        raise ImpossibleProblem([Fault("problem", f"is not valid JSON: {error}")]) from None


def _object(members: list[tuple[str, Any]]) -> Document:
    found = dict(members)
    if len(found) < len(members):
        [(twice, _)] = Counter(name for name, _ in members).most_common(1)
        raise ValueError(f'the field "{twice}" stands twice in one object')
    return found


PLAIN_FIELDS = ("horizon_days", "minimum_piece_minutes", "style", "review_percent")


def _problem(document: Document) -> PlanProblem:
    zone = document.get("zone", "UTC")
    return PlanProblem(
        zone=zone,
        start=_start(document.get("start", SOME_START), zone),
        windows=tuple(_window(window) for window in document.get("windows", ())),
        days_off=tuple(day for day in document.get("days_off", ()) if day is not UNSOUND),
        special_days=tuple(
            SpecialDay(date=day, slots=tuple(map(_slot, slots)))
            for day, slots in document.get("special_days", {}).items()
        ),
        busy=tuple(map(_interval, document.get("busy", ()))),
        milestones=tuple(
            _milestone(milestone, f"milestones[{number}]")
            for number, milestone in enumerate(document.get("milestones", ()))
        ),
        pinned=tuple(map(_pin, document.get("pinned", ()))),
        shares=tuple(
            _share(share, f"shares[{number}]")
            for number, share in enumerate(document.get("shares", ()))
        ),
        reviews=tuple(
            _review(review, f"reviews[{number}]")
            for number, review in enumerate(document.get("reviews", ()))
        ),
        **{name: document[name] for name in PLAIN_FIELDS if name in document},
    )


def _start(start: date, zone: str) -> datetime:
    if isinstance(start, datetime):
        return start
    return datetime.combine(start, time(), tzinfo=ZoneInfo(zone) if is_known_zone(zone) else UTC)


def _window(window: Any) -> WeeklyWindow:
    if not _has(window, "day", "from", "to"):
        return SOME_WINDOW
    return WeeklyWindow(
        weekday=DAYS.index(window["day"]), starts_at=window["from"], ends_at=window["to"]
    )


def _slot(slot: Any) -> Slot:
    if not _has(slot, "from", "to"):
        return SOME_SLOT
    return Slot(starts_at=slot["from"], ends_at=slot["to"])


def _interval(ends: Any) -> Interval:
    if ends is UNSOUND or UNSOUND in ends:
        return SOME_INTERVAL
    return Interval(starts_at=ends[0], ends_at=ends[1])


def _milestone(milestone: Any, stand_in: str) -> PlanMilestone:
    sound = {} if milestone is UNSOUND else milestone
    needed = sound.get("requires", ())
    return PlanMilestone(
        **{"key": stand_in, "minutes": 0, "rank": 0}
        | sound
        | {"requires": tuple("" if key is UNSOUND else key for key in needed)}
    )


def _pin(pin: Any) -> Pin:
    if not _has(pin, "key", "start", "end"):
        return SOME_PIN
    return Pin(key=pin["key"], starts_at=pin["start"], ends_at=pin["end"])


def _share(share: Any, stand_in: str) -> PathShare:
    sound = {} if share is UNSOUND else share
    return PathShare(**{"path": stand_in, "weight": 1} | sound)


def _review(review: Any, stand_in: str) -> Review:
    sound = {} if review is UNSOUND else review
    return Review(**{"key": stand_in, "minutes": 1, "due": SOME_START} | sound)


def _has(record: Any, *names: str) -> bool:
    return record is not UNSOUND and record.keys() >= set(names)
