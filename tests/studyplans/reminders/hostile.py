"""News with the worst titles a mail may have to bear."""

from dataclasses import replace

from studyplans.reminders.kinds.digest import Digest, Row
from studyplans.reminders.kinds.kind import News
from studyplans.reminders.kinds.note import Line, Note

ENDLESS = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 4
INJECTION = "Vectors\r\nBcc: everybody@example.org\r\n\r\nHello"
RIGHT_TO_LEFT = "مقدمة في الجبر الخطي والاحتمالات"
TITLES = (
    ENDLESS,
    RIGHT_TO_LEFT,
    INJECTION,
    "<b>Bold</b> & “quoted” <script>alert(1)</script>",
    "Ein sehr langer Titel über die lineare Algebra und was aus ihr folgt, " * 4,
    "\u202eesrever\u202c",
    *(f"Number {number}" for number in range(60)),
)


def with_the_worst_titles(news: News, heading: str = f"{ENDLESS}: in 14 days") -> News:
    """Return the same news of many things, each named as badly as can be."""
    if isinstance(news, Digest):
        rows = (Row("19:00", "20:00", 60, each, "/today/", ENDLESS, "m", "s") for each in TITLES)
        return replace(news, rows=tuple(rows))
    if not isinstance(news, Note):
        raise TypeError(news)
    lines = (Line(each, "/plan/", TITLES[4], done="m", session="s") for each in TITLES)
    return replace(news, heading=heading, lines=tuple(lines))
