"""Templates that work under `default-src 'self'`."""

import re
from pathlib import Path

import pytest

from tests.running import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Mail programs read style attributes and apply no policy of ours; css-inline makes most of them.
PAGES = [path for path in TEMPLATES if not {"email", "emails"} & set(path.parts)]
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "an inline script": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.I
    ),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "a javascript: address": re.compile(r"[\"']\s*javascript:", re.I),
    "something from another site": re.compile(
        r"<(?:script|img|link|iframe)\b[^>]*(?:src|href)=\"https?:", re.I
    ),
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("template", PAGES, ids=name)
def test_a_page_holds_nothing_that_the_policy_refuses(template: Path) -> None:
    text = template.read_text()

    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []
