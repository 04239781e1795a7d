"""What is done of a path beside what was promised, drawn over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from common.durations import duration
from studyplans.plans.pace_burn_up import BurnUp
from studyplans.plans.pace_chart import HEIGHT, WIDTH, Chart, of_day, of_minutes
from studyplans.plans.pace_history import WEEK

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BurnUpDrawing:
    done: str
    promised: str
    forecast: str
    today: int
    begins_on: date
    ends_on: date
    most: str


def burn_up_chart(path: BurnUp, today: date) -> Chart:
    curriculum = path.enrolment.curriculum
    return Chart(
        slug=f"burn-up-{curriculum.slug}",
        title=f"{curriculum.title}: done and planned",
        sentence=" ".join(_burn_up_sentences(path)),
        columns=("Week of", "Minutes done", "Minutes in the first plan"),
        rows=tuple(
            (of_day(week.monday), of_minutes(week.done), of_minutes(week.promised))
            for week in path.weeks
        ),
        kind="burn_up",
        drawing=_draw_burn_up(path, today),
    )


def _burn_up_sentences(path: BurnUp) -> Iterator[str]:
    yield f"{duration(path.done_minutes)} of {duration(path.required_minutes)} done."
    ahead = path.ahead_minutes
    if ahead == 0:
        yield "By the end of last week that was just what your first plan had."
    elif ahead is not None:
        side = "more" if ahead > 0 else "less"
        yield (
            f"By the end of last week it was {duration(abs(ahead))} {side} than in your first plan."
        )
    found = path.finish_range
    if found and found.early_on and found.late_on:
        early, late = of_day(found.early_on).text, of_day(found.late_on).text
        yield f"Four times out of five you finish between {early} and {late}."
    elif found and found.early_on:
        yield f"You finish not before {of_day(found.early_on).text}."


def _draw_burn_up(path: BurnUp, today: date) -> BurnUpDrawing:
    begins_on, ends_on = path.weeks[0].monday, _last_day(path, today)
    days = (ends_on - begins_on).days
    most = max(path.required_minutes, 1)

    def point(day: date, minutes: int) -> str:
        x = WIDTH * (min(day, ends_on) - begins_on).days // days
        return f"{x},{HEIGHT - HEIGHT * min(minutes, most) // most}"

    lived = [(min(each.monday + WEEK, today), each.done or 0) for each in path.lived]
    promised = [(each.monday + WEEK, each.promised) for each in path.weeks]
    return BurnUpDrawing(
        done=" ".join(point(*each) for each in lived),
        promised=" ".join(point(day, each) for day, each in promised if each is not None),
        forecast=_forecast(path, point(today, path.done_minutes), point),
        today=WIDTH * (today - begins_on).days // days,
        begins_on=begins_on,
        ends_on=ends_on,
        most=duration(path.required_minutes),
    )


def _last_day(path: BurnUp, today: date) -> date:
    """Return how far the drawing goes: to the latest finish anybody has spoken of."""
    found = path.finish_range
    named = [path.promised_finish, found and found.early_on, found and found.late_on]
    last_week = path.weeks[-1].monday + WEEK
    return max([last_week, today + DAY, *(day for day in named if day)])


def _forecast(path: BurnUp, now: str, point: Callable[[date, int], str]) -> str:
    """Return the corners of the range; it stays open to the right without a latest day."""
    found = path.finish_range
    if not found or not found.early_on or path.done_minutes >= path.required_minutes:
        return ""
    most = path.required_minutes
    return f"{now} {point(found.early_on, most)} {point(found.late_on or date.max, most)}"
