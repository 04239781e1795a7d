"""A mail with one thing to say: a heading, a few lines, one button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studyplans.reminders.kinds.kind import Brief, Links, Wording
from studyplans.reminders.kinds.templates import html_of, text_of

MOST_LISTED = 5
LONGEST_TITLE = 80
LONGEST_DETAIL = 240


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a list; `done` is the key of a milestone one may check off from the mail.

    `session` names one that may be moved to tomorrow from the mail.
    """

    title: str
    path: str
    detail: str
    done: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """News that need no template of their own."""

    heading: str
    says: str
    why: str
    button: str
    path: str
    lines: tuple[Line, ...] = ()
    ends: str = ""
    why_useless: str = ""

    @property
    def in_words(self) -> str:
        return self.heading[:1].lower() + self.heading[1:]

    @property
    def brief(self) -> Brief:
        return Brief(self.heading, self.path)

    @property
    def listed(self) -> tuple[Line, ...]:
        return self.lines[:MOST_LISTED]

    @property
    def unlisted_count(self) -> int:
        return len(self.lines) - len(self.listed)

    def wording(self, links: Links, also: Sequence[Brief] = ()) -> Wording:
        lines = [
            (
                line,
                links.done(line.done) if line.done else "",
                links.tomorrow(line.session) if line.session else "",
            )
            for line in self.listed
        ]
        values = {"note": self, "lines": lines, "links": links, "also": also}
        return Wording(
            subject=self.heading,
            text=text_of("emails/reminders/note.txt", values),
            html=html_of("emails/reminders/note.html", values),
        )


def shortened(text: str, longest: int = LONGEST_TITLE) -> str:
    """Cut a text; a heading is the subject too, and what follows its title must be seen."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def in_days(count: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(count, f"in {count} days")


@dataclass(frozen=True, slots=True)
class NoNews:
    """There is nothing to say, and why."""

    why_useless: str

    @property
    def in_words(self) -> str:
        return self.why_useless

    @property
    def brief(self) -> Brief:
        return Brief(self.why_useless, "")

    def wording(self, links: Links, also: Sequence[Brief] = ()) -> Wording:
        raise ValueError(f"There is nothing to write: {self.why_useless}")
