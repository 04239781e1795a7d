"""Problems drawn at random, with everything the engine knows in them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from studyplans.scheduling import (
    Interval,
    PathShare,
    Pin,
    PlanMilestone,
    PlanProblem,
    Review,
    SpecialDay,
)
from tests.studyplans.scheduling.builders import at, milestone, problem, slot

START = at("2027-03-26 00:00")  # two days before Berlin's clocks change
DAYS = 12
MOMENTS = st.integers(0, DAYS * 24 * 60).map(lambda late: START + timedelta(minutes=late))
WINDOWS = st.sampled_from(
    ["mon 19:00-20:30", "wed 07:00-07:20", "sat 09:00-12:00", "sun 01:30-03:30", "sun 03:00-04:10"]
)
SLOTS = st.sampled_from(["08:00-09:00", "08:30-10:00", "21:00-21:10"])
PATHS = ("", "ml", "cloud")


@st.composite
def milestones(draw: st.DrawFn) -> list[PlanMilestone]:
    made: list[PlanMilestone] = []
    for number in range(draw(st.integers(0, 7))):
        earlier = [one.key for one in made]
        needs = draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else []
        made.append(
            milestone(
                f"m{number}",
                draw(st.integers(0, 130)),
                draw(st.integers(0, 5)),
                requires=tuple(needs),
                not_before=draw(st.none() | MOMENTS),
                due=draw(st.none() | MOMENTS),
                path=draw(st.sampled_from(PATHS)),
                whole=draw(st.booleans()) and draw(st.booleans()),
            )
        )
    return made


def pins(asked: list[PlanMilestone], moments: list[datetime]) -> tuple[Pin, ...]:
    """Pin half an hour of some milestones, as long as they have it and nothing overlaps."""
    made: list[Pin] = []
    for one, begins in zip(asked, sorted(moments), strict=False):
        ends = begins + timedelta(minutes=30)
        if one.minutes >= 30 and (not made or made[-1].ends_at <= begins):
            made.append(Pin(key=one.key, starts_at=begins, ends_at=ends))
    return tuple(made)


@st.composite
def problems(draw: st.DrawFn) -> PlanProblem:
    asked = draw(milestones())
    days = st.dates(START.date(), START.date() + timedelta(days=DAYS))
    busy = draw(st.lists(MOMENTS, max_size=3))
    return problem(
        *asked,
        zone=draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])),
        start=draw(st.sampled_from([START, START + timedelta(days=1, hours=8, minutes=40)])),
        windows=draw(st.lists(WINDOWS, max_size=4)),
        horizon_days=draw(st.sampled_from([10, 60])),
        days_off=tuple(draw(st.lists(days, max_size=2))),
        special_days=_special_days(draw(st.dictionaries(days, st.lists(SLOTS), max_size=2))),
        busy=tuple(Interval(starts_at=m, ends_at=m + timedelta(minutes=45)) for m in busy),
        pinned=pins(asked, draw(st.lists(MOMENTS, max_size=2))),
        minimum_piece_minutes=draw(st.sampled_from([0, 25])),
        style=draw(st.sampled_from(["soon", "steady"])),
        shares=draw(st.sampled_from([(), (share("ml", 3), share("cloud", 1))])),
        reviews=tuple(
            Review(key=f"r{number}", minutes=draw(st.integers(1, 15)), due=draw(MOMENTS))
            for number in range(draw(st.integers(0, 3)))
        ),
    )


def _special_days(slots: dict[date, list[str]]) -> tuple[SpecialDay, ...]:
    return tuple(SpecialDay(date=day, slots=tuple(map(slot, each))) for day, each in slots.items())


def share(path: str, weight: int) -> PathShare:
    return PathShare(path=path, weight=weight)


def plain(asked: PlanProblem) -> PlanProblem:
    """Return the problem with nothing in it but the dates."""
    whole = tuple(replace(one, whole=False) for one in asked.milestones)
    return replace(
        asked,
        milestones=whole,
        minimum_piece_minutes=0,
        style="soon",
        shares=(),
        reviews=(),
    )
