"""A card as a PNG, for the many sites that embed no SVG."""

from __future__ import annotations

from django.core.cache import cache

from tracker.profiles.card import digest_of
from tracker.profiles.typeface import FILES

KEPT_SECONDS = 24 * 60 * 60


def png_of(svg: str) -> bytes:
    """Return the picture, drawn once a day at most: a card says the same until it changes."""
    key = f"share-card-{digest_of(svg)}"
    drawn: bytes | None = cache.get(key)
    if drawn is None:
        drawn = _drawn(svg)
        cache.set(key, drawn, KEPT_SECONDS)
    return drawn


def _drawn(svg: str) -> bytes:
    # Here, since a program of 4 MB is not worth loading in processes that draw nothing.
    import resvg_py

    # Only our own typeface: the same card on every machine, also on one without fonts.
    fonts = [str(file) for file in FILES]
    return resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=fonts)
