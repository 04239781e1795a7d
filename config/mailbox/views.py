"""Show what the site sent, to a developer only."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.mailbox import letters
from config.mailbox.letters import Letter

# A mail may style itself and do nothing else; its links open in a new tab.
HTML_PART_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    context = {"letters": letters.newest(kept_mail())}
    return render(request, "config/mailbox/mailbox.html", context)


@require_safe
def mailbox_message(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "config/mailbox/message.html", {"letter": letter_or_404(name)})


@require_safe
def mailbox_html(_request: HttpRequest, name: str) -> HttpResponse:
    """Give the HTML part alone, for a frame that may run nothing."""
    html = letter_or_404(name).html
    html = html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(html, headers=HTML_PART_HEADERS)


def letter_or_404(name: str) -> Letter:
    letter = letters.find(kept_mail(), name)
    if letter is None:
        raise Http404
    return letter


def kept_mail() -> Path:
    """Return where mails are kept; outside development there are no such pages."""
    if not settings.DEBUG:
        raise Http404
    return Path(settings.MAILBOX_DIR)
