"""How these tests press the buttons and read the pages."""

import re
from html import unescape
from typing import Any

from django.contrib.messages import get_messages
from django.test import Client

TAGS = re.compile(r"<[^>]+>")


def press(client: Client, key: str, state: str = "done", **form: str) -> Any:
    """Press a state's button on a milestone."""
    return client.post(f"/milestones/{key}/state/", {"state": state, **form})


def write(client: Client, key: str, **form: Any) -> Any:
    """Send the record form of a milestone."""
    record = {"note": "", "evidence_url": "", "minutes_spent": "0", **form}
    return client.post(f"/milestones/{key}/record/", record)


def words(response: Any) -> str:
    """Return the text of a page as one line."""
    return " ".join(unescape(TAGS.sub(" ", response.content.decode())).split())


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]
