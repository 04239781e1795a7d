"""Say how long something takes, the same way on every page and in every mail."""

from django import template

register = template.Library()


@register.filter
def duration(minutes: int) -> str:
    """Return minutes in words: 45 min, 1 h 30 min, 697 h (whole hours from ten hours on)."""
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return f"{rest} min"
    if not rest or hours >= 10:
        return f"{hours + (rest >= 30)} h"
    return f"{hours} h {rest} min"
