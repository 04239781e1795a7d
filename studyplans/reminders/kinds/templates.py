"""Mail templates: Jinja2, each folded into one piece, compiled once and called like a function.

What is the same in every mail is put in when a template is compiled: the frame, what it includes,
the styles and the addresses of the site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, NewType

from django.conf import settings
from jinja2 import Environment, StrictUndefined
from jinja2.meta import find_undeclared_variables
from markupsafe import escape

from common.durations import duration
from common.inlining import inlined
from studyplans.reminders.site import Site, this_site

# HTML as it goes into a mail: ASCII, on lines that end in CRLF and do not begin with a dot.
Html = NewType("Html", str)

EXTENDS = re.compile(r'{% extends "([^"]+)" %}')
BLOCK = re.compile(r"{% block (\w+) %}(.*?){% endblock %}", re.DOTALL)
INCLUDE = re.compile(r'{% include "([^"]+)" %}')
VALUE = re.compile(r"{{ ([\w.]+) }}")
INDENT = re.compile(r"\s*\n\s*")
CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")

Writer = Callable[[Mapping[str, Any]], str]


class Address(str):
    """An address of our own making: there is nothing in it to escape."""

    __slots__ = ()


def text_of(name: str, values: Mapping[str, Any]) -> str:
    """Fill a template in; a value it needs and does not get is an error."""
    return _text_writer(name, this_site())(values)


def html_of(name: str, values: Mapping[str, Any]) -> Html:
    return Html(_html_writer(name, this_site())(values))


@cache
def _text_writer(name: str, site: Site) -> Writer:
    return _compiled(_folded(name), Environment(undefined=StrictUndefined), site)  # noqa: S701


@cache
def _html_writer(name: str, site: Site) -> Writer:
    # What Jinja itself does to escape a value takes thrice as long, and leaves its line ends.
    environment = Environment(  # noqa: S701
        finalize=as_html, undefined=StrictUndefined, newline_sequence="\r\n"
    )
    return _compiled(_slim(inlined(_folded(name))), environment, site)


def _compiled(source: str, environment: Environment, site: Site) -> Writer:
    environment.filters["duration"] = duration
    whole = _with_addresses(source, site)
    # A macro takes its values one by one; a context, made for each mail, takes as long again.
    names = sorted(find_undeclared_variables(environment.parse(whole)))
    macro = f"{{% macro mail({', '.join(names)}) %}}{whole}{{% endmacro %}}"
    write: Callable[..., str] = environment.from_string(macro).module.mail  # type: ignore[attr-defined]
    given = itemgetter(*names)
    return lambda values: write(*given(values))


def as_html(value: object) -> str:
    """Return a value as HTML shows it: escaped, on one line, in ASCII."""
    return value if type(value) is Address else _escaped(str(value))


@lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    line = CONTROLS.sub(" ", text)
    return str(escape(line)).encode("ascii", "xmlcharrefreplace").decode()


def _source(name: str) -> str:
    return Path(settings.BASE_DIR, "templates", name).read_text(encoding="utf-8")


def _folded(name: str) -> str:
    """Return a template with its frame around it, and in it what it includes."""
    source = _source(name)
    if frame := EXTENDS.match(source):
        own: dict[str, str] = dict(BLOCK.findall(source))
        source = BLOCK.sub(lambda found: own.get(found[1], found[2]), _source(frame[1]))
    return INCLUDE.sub(lambda found: _source(found[1]), source)


def _with_addresses(source: str, site: Site) -> str:
    known = {f"site.{name}": address for name, address in zip(site._fields, site, strict=True)}
    known["current_site.domain"] = site.host

    def literal(found: re.Match[str]) -> str:
        # Jinja itself escapes a constant, and joins it to the text around it.
        return f"{{{{ {known[found[1]]!r} }}}}" if found[1] in known else found[0]

    return VALUE.sub(literal, source)


def _slim(html: str) -> str:
    """Leave out what no reader sees, and name by number what is not ASCII."""
    # The space left over keeps the dots of styles away from where SMTP would double them.
    slim = INDENT.sub("\n ", html.strip())
    return slim.encode("ascii", "xmlcharrefreplace").decode() + "\n"
