"""The time zones a learner may live in, as a person looks for them."""

from collections import defaultdict
from functools import cache
from zoneinfo import available_timezones

REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
OTHER = "Other names"
# What the zone files hold besides zones: a fallback for broken rules and a copy of the machine's.
NOT_A_PLACE = {"Factory", "localtime"}

Choices = list[tuple[str, str | list[tuple[str, str]]]]


@cache
def choices_by_region() -> Choices:
    """Return every zone as choices of a select: UTC, the regions, then the older names."""
    places = defaultdict(list)
    for zone in sorted(available_timezones() - NOT_A_PLACE - {"UTC"}):
        places[_region_of(zone)].append((zone, _label_of(zone)))
    return [("UTC", "UTC"), *((region, places[region]) for region in (*REGIONS, OTHER))]


def nearest(name: str) -> str:
    """Return the zone meant by a browser's or a person's spelling; UTC when there is none."""
    return _zones_by_spelling().get(name.strip().replace(" ", "_").lower(), "UTC")


@cache
def _zones_by_spelling() -> dict[str, str]:
    return {zone.lower(): zone for zone in available_timezones() - NOT_A_PLACE}


def _region_of(zone: str) -> str:
    region = zone.partition("/")[0]
    return region if region in REGIONS and "/" in zone else OTHER


def _label_of(zone: str) -> str:
    region, _, place = zone.partition("/")
    shown = place if region in REGIONS and place else zone
    return shown.replace("_", " ").replace("/", ", ")
