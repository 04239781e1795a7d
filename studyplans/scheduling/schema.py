"""The JSON form of problems, plans and refusals, as JSON Schema."""

from typing import Any

from studyplans.scheduling.checks import LONGEST_HORIZON_DAYS, STYLES

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
FLAG: Schema = {"type": "boolean"}
AMOUNT: Schema = {"type": "integer", "minimum": 0}
PERCENT: Schema = {"type": "integer", "minimum": 0, "maximum": 100}
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


def _pair_of(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 2, "maxItems": 2}


def _by_date(values: Schema) -> Schema:
    return {"type": "object", "propertyNames": DATE, "additionalProperties": values}


def _document(title: str, record: Schema) -> Schema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **record}


WINDOW = _record(
    {"day": {"type": "string", "enum": list(DAYS)}, "from": WALL_TIME, "to": WALL_TIME}
)
SLOT = _record({"from": WALL_TIME, "to": WALL_TIME})
MILESTONE = _record(
    {"key": NAME, "minutes": MINUTES, "rank": WHOLE},
    {
        "requires": _list_of(TEXT),
        "not_before": MAYBE_MOMENT,
        "due": MAYBE_MOMENT,
        "optional": FLAG,
        "value": AMOUNT,
        "path": TEXT,
        "whole": FLAG,
    },
)
SESSION = {"key": TEXT, "start": MOMENT, "end": MOMENT}
REVIEW = _record(
    {"key": NAME, "minutes": {"type": "integer", "minimum": 1}, "due": MOMENT},
    {"overdue_rank": WHOLE},
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
            "special_days": _by_date(_list_of(SLOT)),
            "busy": _list_of(_pair_of(MOMENT)),
            "pinned": _list_of(_record(SESSION)),
            "minimum_piece_minutes": MINUTES,
            "style": {"type": "string", "enum": list(STYLES)},
            "shares": _list_of(_record({"path": TEXT, "weight": AMOUNT})),
            "reviews": _list_of(REVIEW),
            "review_percent": PERCENT,
        },
    ),
)
TIGHTEST = _record(
    {"from": MOMENT, "to": MOMENT, "work_minutes": MINUTES, "available_minutes": MINUTES}
)
OPTION: Schema = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["more_minutes_a_week", "drop_optional", "later_date"]}
    },
    "required": ["kind"],
}
PLAN = _document(
    "The plan",
    _record(
        {
            "feasible": FLAG,
            "max_lateness_minutes": {"type": ["integer", "null"]},
            "finish": MAYBE_MOMENT,
            "sessions": _list_of(_record(SESSION, {"pinned": {"const": True}})),
            "late": _list_of(
                _record({"key": TEXT, "due": MOMENT, "finish": MOMENT, "minutes": MINUTES})
            ),
            "tightest": {**TIGHTEST, "type": ["object", "null"]},
            "options": _list_of(OPTION),
            "unplaced": _list_of(TEXT),
        },
        {
            "reviews": _list_of(_record(SESSION)),
            "early_pins": _list_of(_record(SESSION)),
        },
    ),
)
REFUSAL = _document(
    "Why there is no plan",
    _record({"errors": _list_of(_record({"at": TEXT, "message": TEXT}))}),
)
