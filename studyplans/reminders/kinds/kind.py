"""What every kind of mail has to offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import Enum
from typing import NamedTuple, Protocol

from studyplans.reminders.kinds.templates import Address, Html
from studyplans.reminders.models import Delivery
from studyplans.reminders.site import this_site
from studyplans.reminders.tokens import Ask, Purpose, token_of


class Links(NamedTuple):
    """The signed addresses a mail leads to, for one learner."""

    learner_id: int
    pause: Address
    fewer: Address
    unsubscribe: Address
    unsubscribe_all: Address

    def done(self, milestone_key: str) -> Address:
        return act(Ask(Purpose.DONE, self.learner_id, milestone_key))

    def tomorrow(self, session: str) -> Address:
        return act(Ask(Purpose.TOMORROW, self.learner_id, session))


def act(ask: Ask) -> Address:
    return Address(f"{this_site().acts}{token_of(ask)}/")


class Wording(NamedTuple):
    subject: str
    text: str
    html: Html


class Brief(NamedTuple):
    """What a mail says of another kind's news that it carries along."""

    text: str
    path: str


class News(Protocol):
    """What one delivery has to say, read from the live plan."""

    @property
    def why_useless(self) -> str:
        """Say why this mail would help nobody; empty when it does."""

    @property
    def in_words(self) -> str:
        """Say in a few words what the mail is about."""

    @property
    def brief(self) -> Brief:
        """Say it in a sentence, for another mail of the same hour."""

    def wording(self, links: Links, also: Sequence[Brief] = ()) -> Wording: ...


class Rhythm(Enum):
    """What makes a delivery of a schedule that is due."""

    EVERY_TIME = "each of its hours"
    NEWS = "each of its hours that has news"
    SESSIONS = "each session that is about to start"
    EVENT = "something that happened"


class Lead(Enum):
    """What the lead time of a kind is counted in; the value is its minutes."""

    NONE = 0
    MINUTES = 1
    DAYS = 1440


@dataclass(frozen=True, slots=True)
class Offer:
    """What the settings say of a kind, and what a learner gets who has not chosen."""

    says: str
    is_on: bool = True
    local_time: time = time(8)
    weekdays: tuple[int, ...] = tuple(range(7))
    lead: Lead = Lead.NONE
    lead_minutes: int = 0
    quiet_from: time | None = time(22)
    quiet_until: time | None = time(7)

    def values(self) -> dict[str, object]:
        """Return them as a schedule's columns."""
        return {
            "is_on": self.is_on,
            "local_time": self.local_time,
            "weekdays": list(self.weekdays),
            "lead_minutes": self.lead_minutes,
            "quiet_from": self.quiet_from,
            "quiet_until": self.quiet_until,
        }


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

    @property
    def rhythm(self) -> Rhythm: ...

    @property
    def offer(self) -> Offer: ...

    @property
    def example(self) -> News:
        """Return news of nobody's, to show what such a mail looks like."""

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        """Read what each delivery, whose learner is loaded, has to say.

        The number of queries does not depend on the number of deliveries.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What sets a kind apart besides what it reads."""

    list_title: str
    schedule: str
    offer: Offer = field(default_factory=lambda: Offer(says=""))
    rhythm: Rhythm = Rhythm.NEWS
    needs_schedule: bool = True
    is_repeated_in_doubt: bool = False
