"""Mail that comes back: delivery reports (RFC 3464), abuse reports (RFC 5965), opt-outs by mail.

A report counts only when it quotes a Message-ID of ours, or comes to a return path of ours: both
bear a seal that nobody can guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from urllib.parse import unquote

from studyplans.reminders.letters import named_in, seal
from studyplans.reminders.models import AddressEvent, Delivery

RETURN_PATH = re.compile(r"\+(\d+)-([0-9a-f]{10})@")
OPT_OUT = re.compile(r"^\s*unsubscribe\s+(\S+)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Report:
    """What a returned mail says about one delivery."""

    sort: str
    detail: str


def opt_out_in(message: EmailMessage) -> str | None:
    """Return the token of a mail that asks to unsubscribe; None for any other mail."""
    asked = OPT_OUT.match(str(message["Subject"] or ""))
    return asked[1] if asked else None


def reference_of(message: Message, delivery: Delivery) -> str:
    """Name the report, so that the same one read twice counts once."""
    return f"report:{delivery.pk}:{message['Message-ID'] or message['Date'] or ''}"


def report_in(message: EmailMessage) -> Report | None:
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            return _complaint(part)
        if part.get_content_type() == "message/delivery-status":
            return _bounce(part)
    return None


def _complaint(part: Message) -> Report | None:
    words = part.as_string()
    if not re.search(r"^Feedback-Type:\s*(abuse|fraud)\b", words, re.IGNORECASE | re.MULTILINE):
        return None
    return Report(AddressEvent.Sort.COMPLAINT, "our mail was reported as spam")


def _bounce(part: Message) -> Report | None:
    """Return the failure a delivery report tells of; None when it only says "delayed"."""
    for block in _blocks(part):
        if str(block.get("Action", "")).strip().lower() != "failed":
            continue
        status = str(block.get("Status", "")).strip()
        diagnosis = " ".join(str(block.get("Diagnostic-Code", "")).split())
        sort = AddressEvent.Sort.HARD if is_final_status(status) else AddressEvent.Sort.SOFT
        return Report(sort, diagnosis or status)
    return None


def is_final_status(status: str) -> bool:
    """Tell a mailbox that is gone from one that is full, and from a letter nobody likes."""
    return status.startswith(("5.0", "5.1.", "5.2.1"))


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (block for block in payload if isinstance(block, Message))


def delivery_meant(message: EmailMessage) -> Delivery | None:
    """Find the delivery by the Message-ID a report quotes, or by the return path it came to."""
    for part in message.walk():
        for quoted in _message_ids(part):
            if name := named_in(quoted):
                return _delivery_named(name)
    to = f"{message['To']} {message['Delivered-To']} {message['X-Original-To']}"
    sealed = RETURN_PATH.search(to)
    if sealed and seal(sealed[1]) == sealed[2]:
        return Delivery.objects.filter(pk=sealed[1]).select_related("learner").first()
    return None


def _message_ids(part: Message) -> list[str]:
    if part.get_content_type() == "text/rfc822-headers":
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        return re.findall(r"^Message-ID:\s*(<[^>]*>)", text, re.IGNORECASE | re.MULTILINE)
    return [str(part["Message-ID"])] if part["Message-ID"] else []


def _delivery_named(name: str) -> Delivery | None:
    kind_and_thing, _, learner_id = name.rpartition(".")
    kind, _, occurrence = unquote(kind_and_thing).partition(".")
    named = Delivery.objects.filter(learner=int(learner_id), kind=kind, occurrence=occurrence)
    return named.select_related("learner").first()
