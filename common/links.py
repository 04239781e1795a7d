"""Links that people give us to show to others.  Nothing here looks one up or opens it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from common.outside import is_public

# Names that only a home, an office or one machine knows.
PRIVATE_ENDINGS = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "home.arpa",
    "test",
)


def leads_outside(url: str) -> bool:
    """Say whether anyone could open a link, as far as its words tell."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    try:
        return is_public(str(ip_address(host.partition("%")[0])))
    except ValueError:
        return "." in host and not f".{host}".endswith(tuple(f".{end}" for end in PRIVATE_ENDINGS))


def validate_outside(url: str) -> None:
    """Refuse a link that only a private network opens, and one that hides its host behind an @."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValidationError("Use a link that begins with https:// or http://.")
    if "@" in urlsplit(url).netloc:
        raise ValidationError("Leave out the name before the @.")
    if not leads_outside(url):
        raise ValidationError(
            "Nobody outside your own network can open that. Use a public link; "
            "we keep it and never open it."
        )


class LinkField(forms.URLField):
    """A web link that people may open and we never do; one that only its owner could is refused."""

    default_validators = [URLValidator(), validate_outside]

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=500, assume_scheme="https", **options)
