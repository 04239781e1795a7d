"""Post a reminder to a learner's address, signed."""

from __future__ import annotations

import json
from datetime import datetime

from django.conf import settings

from studyplans.reminders.channels.answer import Answer
from studyplans.reminders.channels.channel import Fresh, Message
from studyplans.reminders.channels.posts import post
from studyplans.reminders.channels.webhook.forms import AddressForm
from studyplans.reminders.channels.webhook.signing import fresh_keys, signed_headers
from studyplans.reminders.kinds.kind import Brief
from studyplans.reminders.models import Destination


class Webhook:
    name = "webhook"
    title = "Webhook"
    says = (
        "A signed POST to an address of yours for each reminder, when its mail is due: for a "
        "script, a chat room or home automation."
    )
    facts = (
        ("Body", "JSON: type, timestamp and data, with kind, occurrence, title, url and also."),
        ("Headers", "webhook-id, webhook-timestamp, webhook-signature, as in Standard Webhooks."),
        ("Your answer", "2xx within 5 seconds. After 5xx or silence we try again; 410 ends it."),
        ("Failures", "Five in a row that failed for good switch it off, and we say so here."),
    )
    form = AddressForm
    template = "studyplans/reminders/channels/_address.html"
    is_offered = True
    is_subscription = False

    def fresh_keys(self, destination: Destination, *, at: datetime) -> Fresh:
        keys = fresh_keys(destination.keys, at=at)
        return Fresh(keys, shown=keys["secret"])

    def send(self, message: Message, destination: Destination) -> Answer:
        body = json.dumps(payload(message), ensure_ascii=False).encode()
        headers = _headers(message, body, destination)
        return post(destination.address, headers=headers, body=body)


def payload(message: Message) -> dict[str, object]:
    """Return what is posted; docs/webhooks.md promises it."""
    first, *also = message.briefs
    return {
        "type": f"reminder.{message.kind}",
        "timestamp": message.written_at.isoformat(),
        "data": {
            "kind": message.kind,
            "occurrence": message.occurrence,
            **_told(first),
            "also": [_told(brief) for brief in also],
        },
    }


def _told(brief: Brief) -> dict[str, str]:
    return {"title": brief.text, "url": f"{settings.SITE_URL}{brief.path}"}


def _headers(message: Message, body: bytes, destination: Destination) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Milepost webhook (+{settings.SITE_URL})",
        **signed_headers(destination.keys, message_id=message.id, body=body, at=message.written_at),
    }
