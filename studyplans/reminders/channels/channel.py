"""What a channel besides e-mail has to offer: a folder here makes one, and nothing else changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.forms import Form

from studyplans.reminders.channels.answer import Answer
from studyplans.reminders.kinds.kind import Brief
from studyplans.reminders.models import Destination


@dataclass(frozen=True, slots=True)
class Message:
    """A reminder as any channel can carry it.  Its id is the same at each attempt."""

    id: str
    kind: str
    occurrence: str
    briefs: tuple[Brief, ...]
    written_at: datetime
    stale_at: datetime


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a destination gets when it is set up or asks for new keys.

    `shown` is for the learner's eyes, once; empty where there is nothing to show.
    """

    keys: dict[str, str]
    shown: str = ""


class Channel(Protocol):
    """A way to a learner.  Its folder's `__init__` calls one `CHANNEL`."""

    @property
    def name(self) -> str:
        """Return its name in the outbox and in addresses, of at most eight letters."""

    @property
    def title(self) -> str: ...

    @property
    def says(self) -> str:
        """Say on the settings page what it does."""

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """Return what whoever sets it up has to know: names and a sentence each."""

    @property
    def form(self) -> type[Form]:
        """Return the form whose `address` says where reminders go.

        A `label` is what its owner knows it by; whatever else it asks for is kept as keys.
        """

    @property
    def template(self) -> str:
        """Return the partial that shows the form; it gets form, channel, action_url, csrf_token."""

    @property
    def is_offered(self) -> bool:
        """Say whether this installation is set up for it."""

    @property
    def is_subscription(self) -> bool:
        """Say whether devices sign themselves up, with keys of their own, one destination each.

        One that is gone never comes back, and so is removed instead of switched off.
        """

    def fresh_keys(self, destination: Destination, *, at: datetime) -> Fresh:
        """Make the keys of a new destination, or new ones for one that is there."""

    def send(self, message: Message, destination: Destination) -> Answer:
        """Bring a message to its destination, within seconds; runs beside others, in a thread.

        It may come twice after a crash.  `is_mailbox_dead` in the answer switches the destination
        off at once, or removes it.
        """
