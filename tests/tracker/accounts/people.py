"""What the tests of accounts share: a password, and how to read pages and mails."""

import re
from typing import Any

from django.core.mail import EmailMessage

PASSWORD = "a-long-walk-uphill"
A_TOKEN = re.compile(r"[A-Za-z0-9]{64}")
A_CODE = re.compile(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$", re.MULTILINE)
A_LINK = re.compile(r"http://testserver(/accounts/\S+)")


def seen(response: Any, *, but: str) -> tuple[int, str, str]:
    """Return all that an answer tells, apart from CSRF tokens and the address typed in."""
    body = A_TOKEN.sub("TOKEN", response.content.decode())
    return response.status_code, response.headers.get("Location", ""), body.replace(but, "ADDRESS")


def code_in(mail: EmailMessage) -> str:
    found = A_CODE.search(str(mail.body))
    assert found, mail.body
    return found[1]


def link_in(mail: EmailMessage) -> str:
    found = A_LINK.search(str(mail.body))
    assert found, mail.body
    return found[1]
