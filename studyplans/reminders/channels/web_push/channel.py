"""Hand a reminder to the push service of a learner's browser, sealed for that browser alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from django.conf import settings

from studyplans.reminders.channels.answer import Answer
from studyplans.reminders.channels.channel import Fresh, Message
from studyplans.reminders.channels.posts import post
from studyplans.reminders.channels.web_push.forms import SubscriptionForm
from studyplans.reminders.channels.web_push.sealing import sealed
from studyplans.reminders.channels.web_push.signing import authorization, public_key
from studyplans.reminders.models import Destination

GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
ENDED = "this browser takes our notifications no longer, so it was removed"
# A push service takes 4 kB, seal and all; no screen shows as much as this.
LONGEST_TITLE = 120
LONGEST_LINE = 300


class WebPush:
    name = "webpush"
    title = "Notifications in a browser"
    says = (
        "A notification on the screen for each reminder, when its mail is due, also while "
        "Milepost is closed."
    )
    facts = (
        ("Where", "In each browser that you turn it on in, on computers and phones."),
        ("Who sees it", "Anyone who uses that browser. The company behind it cannot read it."),
        ("The end", "A browser that takes no more is removed, and we say so here."),
    )
    form = SubscriptionForm
    template = "studyplans/reminders/channels/_this_browser.html"
    is_subscription = True

    @property
    def is_offered(self) -> bool:
        return bool(settings.VAPID_PRIVATE_KEY)

    @property
    def public_key(self) -> str:
        """Return what a browser has to know of us to take our pushes and nobody else's."""
        return public_key()

    def fresh_keys(self, destination: Destination, *, at: datetime) -> Fresh:
        return Fresh(destination.keys)

    def send(self, message: Message, destination: Destination) -> Answer:
        body = json.dumps(payload(message), ensure_ascii=False).encode()
        answer = post(
            destination.address,
            headers=_headers(message, destination),
            body=sealed(body, destination.keys),
            gone=GONE,
        )
        return replace(answer, reason=ENDED) if answer.is_mailbox_dead else answer


def payload(message: Message) -> dict[str, str]:
    """Return what static/js/service-worker.js shows."""
    first, *also = message.briefs
    return {
        "id": message.id,
        "title": first.text[:LONGEST_TITLE],
        "line": "\n".join(brief.text for brief in also)[:LONGEST_LINE],
        "url": f"{settings.SITE_URL}{first.path}",
    }


def _headers(message: Message, destination: Destination) -> dict[str, str]:
    useful_for = message.stale_at - message.written_at
    return {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        # A browser that comes online later than that is spared the news of yesterday.
        "TTL": str(max(0, int(useful_for.total_seconds()))),
        # A second copy of what still waits there replaces the first.
        "Topic": message.id.removeprefix("msg_"),
        "Authorization": authorization(destination.address, at=message.written_at),
    }
