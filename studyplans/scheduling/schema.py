"""The JSON form of problems, plans and refusals, as JSON Schema."""

from typing import Any

from studyplans.scheduling.checks import LONGEST_HORIZON_DAYS

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Seconds may be left out, so these are patterns, not the stricter format "date-time".
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = _DATE + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
DATE_PATTERN = f"^{_DATE}$"
MOMENT_PATTERN = f"^{_MOMENT}$"
DATE_OR_MOMENT_PATTERN = f"^({_DATE}|{_MOMENT})$"
WALL_TIME_PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9]$"

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer"}
MINUTES: Schema = {"type": "integer", "minimum": 0}
DATE: Schema = {"type": "string", "pattern": DATE_PATTERN}
MOMENT: Schema = {"type": "string", "pattern": MOMENT_PATTERN}
MAYBE_MOMENT: Schema = {"type": ["string", "null"], "pattern": MOMENT_PATTERN}
WALL_TIME: Schema = {"type": "string", "pattern": WALL_TIME_PATTERN}
START: Schema = {
    "type": "string",
    "pattern": DATE_OR_MOMENT_PATTERN,
    "description": "A date means its midnight in the zone.",
}


def _record(required: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _document(title: str, record: Schema) -> Schema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **record}


WINDOW = _record(
    {"day": {"type": "string", "enum": list(DAYS)}, "from": WALL_TIME, "to": WALL_TIME}
)
MILESTONE = _record(
    {"key": NAME, "minutes": MINUTES, "rank": WHOLE},
    {"requires": _list_of(TEXT), "not_before": MAYBE_MOMENT, "due": MAYBE_MOMENT},
)
PROBLEM = _document(
    "What to plan",
    _record(
        {
            "zone": TEXT,
            "start": START,
            "windows": _list_of(WINDOW),
            "milestones": _list_of(MILESTONE),
        },
        {
            "horizon_days": {"type": "integer", "minimum": 1, "maximum": LONGEST_HORIZON_DAYS},
            "days_off": _list_of(DATE),
            "minimum_piece_minutes": MINUTES,
        },
    ),
)
PLAN = _document(
    "The plan",
    _record(
        {
            "feasible": {"type": "boolean"},
            "max_lateness_minutes": {"type": ["integer", "null"]},
            "finish": MAYBE_MOMENT,
            "sessions": _list_of(_record({"key": TEXT, "start": MOMENT, "end": MOMENT})),
            "late": _list_of(
                _record({"key": TEXT, "due": MOMENT, "finish": MOMENT, "minutes": MINUTES})
            ),
            "unplaced": _list_of(TEXT),
        }
    ),
)
REFUSAL = _document(
    "Why there is no plan",
    _record({"errors": _list_of(_record({"at": TEXT, "message": TEXT}))}),
)
