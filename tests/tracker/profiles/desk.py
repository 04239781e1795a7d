"""How these tests choose what Ada shows, and read what others see."""

import re
from typing import Any

from django.test import Client

SETTINGS = "/settings/public-profile/"
PAGE = "/u/ada-l/"
CARD = f"{PAGE}card-light"
MAIN = re.compile(r'<div class="stack stack--l">.*</main>', re.DOTALL)
TOKEN = re.compile(r"[A-Za-z0-9]{64}")


def save(browser: Client, **form: Any) -> Any:
    """Send the form of the settings with a page that is open and shows nothing."""
    form = {"slug": "ada-l", "name": "Ada L.", "is_public": "on", **form}
    sent = {name: value for name, value in form.items() if value is not None}
    return browser.post(SETTINGS, sent)


def content(response: Any) -> str:
    """Return the part of the page that is about the learner."""
    found = MAIN.search(response.content.decode())
    assert found
    return found[0]


def told(response: Any) -> tuple[int, str, dict[str, str]]:
    """Return all that an answer tells, apart from tokens."""
    return (
        response.status_code,
        TOKEN.sub("TOKEN", response.content.decode()),
        dict(response.headers),
    )
