"""What a channel says of a message it was given."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    TAKEN = "the server has it"
    LATER = "the server does not have it, and may take it another time"
    REFUSED = "the server will never take it"
    UNKNOWN = "only the server knows"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one letter; `is_server_down` when the trouble is not the letter's."""

    verdict: Verdict
    reason: str = ""
    is_server_down: bool = False
    is_mailbox_dead: bool = False


TAKEN = Answer(Verdict.TAKEN)
