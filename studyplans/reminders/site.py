"""This site's own addresses, as mails name them."""

from __future__ import annotations

from email.utils import parseaddr
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse


class Site(NamedTuple):
    """Pages by their whole address, the doors that a signed token is added to, and a mailbox.

    Opt-outs go to the desk, and mail that cannot be delivered; `reads_bounces` says that each
    delivery may have an address of its own for that.
    """

    url: str
    host: str
    today: str
    settings: str
    mails: str
    acts: str
    opt_outs: str
    desk: str
    reads_bounces: bool


@cache
def this_site() -> Site:
    """Read it off the settings, which stay as they are while a process runs."""
    url = settings.SITE_URL
    return Site(
        url=url,
        host=settings.SITE_HOST,
        today=f"{url}{reverse('today')}",
        settings=f"{url}{reverse('reminder_settings')}",
        mails=f"{url}{reverse('reminder_mails')}",
        acts=f"{url}{_door('reminder_act')}",
        opt_outs=f"{url}{_door('reminder_unsubscribe')}",
        desk=parseaddr(settings.REMINDERS_BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL)[1],
        reads_bounces=bool(settings.REMINDERS_BOUNCE_ADDRESS),
    )


def _door(name: str) -> str:
    return reverse(name, args=["-"]).removesuffix("-/")
