"""Calendars as others write them."""


def calendar_of(*events: str) -> bytes:
    """Build a calendar of events, each given as its lines apart from UID and DTSTAMP."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Elsewhere//EN"]
    for number, event in enumerate(events):
        own = [] if "UID:" in event else [f"UID:{number}@elsewhere.example"]
        lines += [
            "BEGIN:VEVENT",
            *own,
            "DTSTAMP:20260101T000000Z",
            *event.split("\n"),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def event(starts: str, ends: str, *more: str, zone: str = "") -> str:
    """Write an event: times such as 20260302T190000, dates such as 20260302."""
    kind = "" if "T" in starts else ";VALUE=DATE"
    parameter = f";TZID={zone}" if zone else kind
    return "\n".join([f"DTSTART{parameter}:{starts}", f"DTEND{parameter}:{ends}", *more])


# On Monday evening, when Ada would study.
DINNER = event(
    "20260302T183000", "20260302T213000", "SUMMARY:Dinner with Ben", zone="Europe/Berlin"
)
EVERY_WEDNESDAY = event(
    "20260107T190000", "20260107T203000", "RRULE:FREQ=WEEKLY", "SUMMARY:Choir", zone="Europe/Berlin"
)
OFFICE_HOURS = event("20260105T060000Z", "20260105T160000Z", "RRULE:FREQ=DAILY")
