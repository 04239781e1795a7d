"""The look of mails: written as classes, sent as the style of each tag."""

import re
from functools import cache
from pathlib import Path

import css_inline
from django.conf import settings

CLASSES = re.compile(r'class="(mail-[a-z -]+)"')
STYLE = re.compile(r' style="[^"]*"')


def inlined(html: str) -> str:
    """Put the rules of `emails/mail.css` into the tags that bear their classes.

    It works on a mail as well as on a template, which then needs it only once: inlining every
    mail by itself takes longer than writing and sending it.
    """
    return CLASSES.sub(lambda found: f'class="{found[1]}"{_style_of(found[1])}', html)


@cache
def _style_of(classes: str) -> str:
    found = STYLE.search(css_inline.inline_fragment(f'<p class="{classes}"></p>', _css()))
    if found is None:
        raise LookupError(f"emails/mail.css has no rule for {classes!r}")
    return found[0]


@cache
def _css() -> str:
    return Path(settings.BASE_DIR, "templates/emails/mail.css").read_text(encoding="utf-8")
