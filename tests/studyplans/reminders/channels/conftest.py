"""A server on this machine that takes webhooks, and stands for one on the web."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from common import outside
from studyplans.reminders.channels import posts
from studyplans.reminders.channels.registry import all_channels
from studyplans.reminders.models import Destination
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tracker.accounts.models import User


@dataclass(frozen=True)
class Posted:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.body)["data"]
        return data

    def is_signed_by(self, secret: str) -> bool:
        """Check as any receiver would, by the text of Standard Webhooks alone."""
        said = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, said + self.body, hashlib.sha256).digest()
        ours = f"v1,{base64.b64encode(digest).decode()}"
        return ours in self.headers["webhook-signature"].split(" ")


class Receiver:
    """Keeps what was posted, and answers with the next of its statuses; 200 when there is none."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posted.append(Posted(self.path, headers, self.rfile.read(length)))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setattr(outside, "is_public", "127.0.0.1".__eq__)
    monkeypatch.setattr(posts, "SCHEMES", {"http", "https"})
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


@pytest.fixture(autouse=True)
def channels_anew() -> Iterator[None]:
    all_channels.cache_clear()
    yield
    all_channels.cache_clear()


def set_up(client: Client, address: str, *, channel: str = "webhook") -> str:
    """Set a channel up as its learner does, and return the secret of the next page."""
    page = client.post(
        reverse("reminder_channel", args=[channel]), {"address": address}, follow=True
    )
    _, _, rest = page.content.decode().partition('readonly value="')
    return rest.partition('"')[0]


def own(learner: User) -> Destination:
    return Destination.objects.get(learner=learner)
