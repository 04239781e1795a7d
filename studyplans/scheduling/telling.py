"""Put causes into words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from studyplans.scheduling.causes import Cause, CauseKind

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
# More would not be read.
MOST_CAUSES_TOLD = 3
MOST_NAMES_TOLD = 2

WORDS: dict[CauseKind, str] = {
    "pinned": "you pinned it there",
    "full": "your {days} full until {date}",
    "after": "it comes after {names}",
    "not_before": "it cannot begin before {date}",
    "needed_for": "it has to be done for {names}{due}",
    "yields_to": "the work for {names}{due} goes first",
    "order": "your order puts {names} first",
    "pins": "sessions you pinned go first",
    "share": "your other paths have their share of the week",
    "steady": "your weeks are kept even",
    "days_off": "days off come before it",
    "special_days": "special days change the time before it",
    "busy": "your calendar is busy before it",
    "reviews": "reviews take a part of your time",
}


class Teller:
    """Writes sentences with a learner's names for milestones, and dates in their zone."""

    def __init__(self, names: Mapping[str, str], zone: ZoneInfo) -> None:
        self._names = names
        self._zone = zone

    def sentence(self, key: str, begins_at: datetime | None, causes: Sequence[Cause]) -> str:
        reasons = [self._clause(key, cause) for cause in causes[:MOST_CAUSES_TOLD]]
        return f"{self._head(key, begins_at)}: {_listed(reasons or ['nothing holds it back'])}."

    def _head(self, key: str, begins_at: datetime | None) -> str:
        if begins_at is None:
            return f"{self._name(key)} has no study time in this plan"
        local = begins_at.astimezone(self._zone)
        return f"{self._name(key)} begins on {local:%A} {self._date(begins_at)} at {local:%H:%M}"

    def _clause(self, key: str, cause: Cause) -> str:
        date = self._date(cause.moment) if cause.moment else ""
        if cause.kind == "needed_for" and cause.keys == (key,):
            return f"it is due on {date}"
        return (
            WORDS[cause.kind]
            .format(
                names=self._listed_names(cause.keys),
                date=date,
                due=f", due on {date}," if date else "",
                days=_days(cause.weekdays),
            )
            .rstrip(",")
        )

    def _listed_names(self, keys: tuple[str, ...]) -> str:
        told = [self._name(key) for key in keys[:MOST_NAMES_TOLD]]
        more = len(keys) - len(told)
        return _listed([*told, f"{more} more"] if more else told)

    def _name(self, key: str) -> str:
        return self._names.get(key, key)

    def _date(self, moment: datetime) -> str:
        local = moment.astimezone(self._zone)
        return f"{local.day} {local:%B %Y}"


def _days(weekdays: tuple[int, ...]) -> str:
    return f"{WEEKDAYS[weekdays[0]]} are" if len(weekdays) == 1 else "study time is"


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
