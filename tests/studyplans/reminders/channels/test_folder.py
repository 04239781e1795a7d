"""Adding a channel touches one folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from studyplans.reminders import channels as package
from studyplans.reminders import tasks
from studyplans.reminders.channels.registry import all_channels
from studyplans.reminders.models import Delivery
from tests.studyplans.reminders.channels.conftest import set_up
from tracker.accounts.models import User

TOY = """
from django import forms
from studyplans.reminders.channels.channel import Fresh
from studyplans.reminders.channels.answer import Answer, Verdict

SENT = []

class Form(forms.Form):
    address = forms.CharField(label="Tin can")

class Toy:
    name, title, says, form = "toy", "Tin can and string", "Speaks into a can.", Form
    template, facts = "studyplans/reminders/channels/_address.html", ()
    is_offered, is_subscription = True, False

    def fresh_keys(self, destination, *, at):
        return Fresh({"string": "long"}, shown="")

    def send(self, message, destination):
        SENT.append((destination.address, message.id, [brief.text for brief in message.briefs]))
        return Answer(Verdict.TAKEN)

CHANNEL = Toy()
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put a folder beside the others, and nothing anywhere else."""
    name = f"{package.__name__}.toy"
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "__init__.py").write_text(TOY)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    yield name
    sys.modules.pop(name, None)


def test_a_new_folder_is_offered_and_used(planned_ada: User, ada_client: Client, toy: str) -> None:
    page = ada_client.get(reverse("reminder_channels")).content.decode()
    assert "Tin can and string" in page
    assert "Webhook" in page

    set_up(ada_client, "kitchen", channel="toy")
    tasks.dispatch_due()

    ((address, message_id, words),) = sys.modules[toy].SENT
    assert (address, words) == ("kitchen", ["Today: 1 session, 1 h"])
    assert message_id.startswith("msg_")
    assert Delivery.objects.get(channel="toy").status == "sent"


def test_without_its_folder_it_waits_until_it_is_late(
    planned_ada: User, ada_client: Client, toy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(ada_client, "kitchen", channel="toy")
    monkeypatch.undo()
    all_channels.cache_clear()
    tasks.dispatch_due()

    assert Delivery.objects.get(channel="toy").status == "pending"
    assert ada_client.get(reverse("reminder_channels")).status_code == 200
