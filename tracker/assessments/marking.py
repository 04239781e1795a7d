"""When a check is passed, and when it has asked enough.  No Django, no clock, no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

PASS_MARK = Fraction(3, 4)

# Fewer right answers than these may be luck: they are practice, not proof.
LEAST_QUESTIONS = 3
MOST_IN_A_CHECK = 5
MOST_IN_AN_ASSESSMENT = 8
MOST_IN_A_MODULE = 8

# A sequential probability ratio test in whole numbers.  Who knows a module gets 85 of 100
# questions right, who does not gets 35, guesses included: log(85/35) to log(65/15) is 3 to 5.
# Sure enough is 12 up (about 3 in 100 pass without knowing) or 8 down (1 in 10 fails knowing).
RIGHT_WEIGHS, WRONG_WEIGHS = 3, -5
KNOWN_FROM, UNKNOWN_FROM = 12, -8


def is_passed(right_count: int, asked_count: int) -> bool:
    return asked_count > 0 and Fraction(right_count, asked_count) >= PASS_MARK


def is_sure(results: Sequence[bool]) -> bool:
    """Say whether another question about a module would hardly change the answer."""
    weight = _weight(results)
    return weight >= KNOWN_FROM or weight <= UNKNOWN_FROM or len(results) >= MOST_IN_A_MODULE


def is_known(results: Sequence[bool]) -> bool:
    """Judge a module: sure that it is known, or at the end of the questions with the pass mark."""
    if _weight(results) >= KNOWN_FROM:
        return True
    return len(results) >= LEAST_QUESTIONS and is_passed(sum(results), len(results))


def _weight(results: Sequence[bool]) -> int:
    return sum(RIGHT_WEIGHS if is_right else WRONG_WEIGHS for is_right in results)


def next_place(asked: Sequence[tuple[int, bool]], about: Sequence[str]) -> int | None:
    """Choose the place of the next question; `about` names each one's milestone, easy ones first.

    It begins in the middle and goes up after a right answer, down after a wrong one.  Of the
    milestones asked about least the nearest question is taken, so that a few questions speak
    for as much of a module as they can.  None when all were asked.
    """
    used = {place for place, _ in asked}
    left = [place for place in range(len(about)) if place not in used]
    times = Counter(about[place] for place in used)
    step = max(1, len(about) // 6)
    aim = len(about) // 2 + step * sum(1 if is_right else -1 for _, is_right in asked)
    return min(left, key=lambda at: (times[about[at]], abs(at - aim), at), default=None)
