"""Text with Markdown in it, as safe HTML."""

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

# HTML in the text is shown, not obeyed; what remains goes through a sanitiser all the same.
_writer = MarkdownIt("commonmark", {"html": False})
_tags = {"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "a", "blockquote"}


@register.filter
def markdown(text: str | None) -> SafeString:
    """Return Markdown as HTML: paragraphs, emphasis, lists, code and links."""
    html = nh3.clean(
        _writer.render(text or ""),
        tags=_tags,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )
    return mark_safe(html)  # noqa: S308  just sanitised


@register.filter
def inline_markdown(text: str | None) -> SafeString:
    """Return a line of Markdown as HTML for a button, a legend, a heading: no links, no blocks."""
    html = nh3.clean(_writer.renderInline(text or ""), tags={"em", "strong", "code"}, attributes={})
    return mark_safe(html)  # noqa: S308  just sanitised
