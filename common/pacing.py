"""How often someone may ask for the same thing."""

from django.core.cache import cache


def may_go_on(name: str, *, at_most: int, seconds: int) -> bool:
    """Count one more; False once there were more than `at_most` since the first.

    Counting starts afresh so many seconds after the first.
    """
    key = f"pacing:{name}"
    if cache.add(key, 1, timeout=seconds):
        return at_most >= 1
    try:
        return cache.incr(key) <= at_most
    except ValueError:  # it ran out between the two lines
        return True
