"""What every kind of mail has to offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from studyplans.reminders.models import Delivery


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses a mail may lead to, for one learner."""

    site: str
    today: str
    settings: str
    unsubscribe: str


@dataclass(frozen=True, slots=True)
class Wording:
    subject: str
    text: str
    html: str


class News(Protocol):
    """What one delivery has to say, read from the live plan."""

    @property
    def why_useless(self) -> str:
        """Say why this mail would help nobody; empty when it does."""

    @property
    def in_words(self) -> str:
        """Say in a few words what the mail is about."""

    def wording(self, links: Links) -> Wording: ...


class ReminderKind(Protocol):
    """A kind of mail: a module in this folder makes one, `KINDS` lists it."""

    @property
    def list_title(self) -> str:
        """Name the kind in the List-Id header."""

    @property
    def schedule(self) -> str:
        """Name the kind whose schedule it obeys, and that its unsubscribe link stops."""

    @property
    def needs_schedule(self) -> bool:
        """Say whether it goes out only while that schedule is on."""

    @property
    def is_repeated_in_doubt(self) -> bool:
        """Say whether a second copy does less harm than none."""

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        """Read what each delivery, whose learner is loaded, has to say.

        The number of queries does not depend on the number of deliveries.
        """
