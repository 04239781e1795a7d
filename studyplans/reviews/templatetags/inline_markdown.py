"""A line of Markdown where only words may stand: in a button, a legend, a heading."""

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

_writer = MarkdownIt("commonmark", {"html": False})


@register.filter
def inline_markdown(text: str | None) -> SafeString:
    """Return Markdown as HTML without paragraphs or links: emphasis and code only."""
    html = nh3.clean(_writer.renderInline(text or ""), tags={"em", "strong", "code"}, attributes={})
    return mark_safe(html)  # noqa: S308  just sanitised
