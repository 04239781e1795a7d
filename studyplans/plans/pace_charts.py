"""The charts of the page of pace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from common.durations import duration
from studyplans.plans.pace_burn_up_chart import burn_up_chart
from studyplans.plans.pace_chart import HEIGHT, WIDTH, Chart, of_day, of_minutes, of_number, of_text
from studyplans.plans.pace_day_charts import activity_chart, consistency_chart
from studyplans.plans.pace_selectors import Accuracy, Compared, Pace
from tracker.progress.models import Achievement

State = Achievement.State


def charts_of(pace: Pace) -> list[Chart]:
    """Return the charts there is enough for: a trend of less than a week would be made up."""
    if pace.first_day is None:
        return []
    activity, states = activity_chart(pace), _states(pace)
    if not pace.is_enough:
        return [activity, states]
    burn_ups = [burn_up_chart(each, pace.today) for each in pace.burn_ups()]
    by_time = [_weeks(pace), _areas(pace), activity, consistency_chart(pace)]
    return [*burn_ups, *by_time, _accuracy(pace), states]


@dataclass(frozen=True, slots=True)
class Bar:
    """Two amounts side by side, in the units of the drawing."""

    label: str
    planned: int
    real: int
    x: int = 0
    real_x: int = 0

    @property
    def planned_y(self) -> int:
        return HEIGHT - self.planned

    @property
    def real_y(self) -> int:
        return HEIGHT - self.real


@dataclass(frozen=True, slots=True)
class Bars:
    bars: tuple[Bar, ...]
    width: int
    most: str

    @property
    def ends(self) -> tuple[Bar, ...]:
        """The bars that are named below: the first and the last."""
        return (self.bars[0], self.bars[-1]) if len(self.bars) > 1 else self.bars


def _weeks(pace: Pace) -> Chart:
    weeks = pace.weeks()
    return Chart(
        slug="weeks",
        title="Minutes by week",
        sentence=_compared_sentence(weeks[:-1] or weeks),
        columns=("Week of", "Minutes planned", "Minutes studied"),
        rows=tuple(
            (of_day(each.name), of_minutes(each.planned), of_minutes(each.real))
            for each in weeks
            if isinstance(each.name, date)
        ),
        kind="weeks",
        drawing=_draw_weeks(weeks),
    )


def _compared_sentence(weeks: Sequence[Compared]) -> str:
    planned, real = sum(each.planned for each in weeks), sum(each.real for each in weeks)
    over = "in that week" if len(weeks) == 1 else f"in the last {len(weeks)} weeks"
    return f"You wrote down {duration(real)} of study {over}, with {duration(planned)} planned."


def _draw_weeks(weeks: Sequence[Compared]) -> Bars:
    most = max(1, *(max(each.planned, each.real) for each in weeks))
    step = WIDTH // len(weeks)
    width = 3 * step // 8
    bars = (
        Bar(
            f"{each.name:%d %b}".lstrip("0"),
            HEIGHT * each.planned // most,
            HEIGHT * each.real // most,
            x=number * step + step // 8,
            real_x=number * step + step // 8 + width,
        )
        for number, each in enumerate(weeks)
    )
    return Bars(tuple(bars), width, duration(most))


def _areas(pace: Pace) -> Chart:
    areas = pace.by_area()
    most = max((max(each.planned, each.real) for each in areas), default=0) or 1
    return Chart(
        slug="areas",
        title="Minutes by area",
        sentence=_areas_sentence(areas),
        columns=("Area", "Minutes planned", "Minutes studied"),
        rows=tuple(
            (of_text(str(each.name)), of_minutes(each.planned), of_minutes(each.real))
            for each in areas
        ),
        kind="areas",
        drawing=[
            Bar(str(each.name), WIDTH * each.planned // most, WIDTH * each.real // most)
            for each in areas
        ],
    )


def _areas_sentence(areas: Sequence[Compared]) -> str:
    total = sum(each.real for each in areas)
    if not total:
        return "No study minutes written down in the last twelve weeks."
    first = areas[0]
    share = f"{duration(first.real)} of {duration(total)}"
    return f"In the last twelve weeks most of your time went to {first.name}: {share}."


def _accuracy(pace: Pace) -> Chart:
    enough = [each for each in pace.accuracies() if each.is_enough]
    return Chart(
        slug="estimates",
        title="Estimates and real time",
        sentence=_accuracy_sentence(enough),
        columns=("Area", "Milestones", "Minutes estimated", "Minutes real", "Times the estimate"),
        rows=tuple(
            (
                of_text(each.area),
                of_number(each.milestones),
                of_minutes(each.estimated),
                of_minutes(each.real),
                of_number(each.ratio),
            )
            for each in enough
        ),
        kind="estimates",
        drawing=_draw_accuracy(enough),
    )


def _accuracy_sentence(enough: Sequence[Accuracy]) -> str:
    if not enough:
        return (
            "Write down the minutes of three finished milestones of an area, and it says here "
            "how its estimates hold."
        )
    return " ".join(f"{each.area} takes you {_times(each.ratio)}." for each in enough[:3])


def _times(ratio: float) -> str:
    return "as long as estimated" if ratio == 1 else f"{ratio} times the estimate"


def _draw_accuracy(enough: Sequence[Accuracy]) -> list[Bar]:
    most = max((max(each.estimated, each.real) for each in enough), default=1)
    return [
        Bar(each.area, WIDTH * each.estimated // most, WIDTH * each.real // most) for each in enough
    ]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the bar of all milestones."""

    state: str
    label: str
    x: int
    width: int


SHOWN_STATES = (State.DONE, State.CREDITED, State.LEARNING, State.OPEN, State.SKIPPED)


def _states(pace: Pace) -> Chart:
    counts = Counter(pace.states.values())
    return Chart(
        slug="states",
        title="Milestones by state",
        sentence=_states_sentence(counts),
        columns=("State", "Milestones"),
        rows=tuple(
            (of_text(str(state.label).capitalize()), of_number(counts[state]))
            for state in SHOWN_STATES
        ),
        kind="states",
        drawing=list(_pieces(counts)),
    )


def _states_sentence(counts: Counter[str]) -> str:
    if not counts:
        return "You follow no path at the moment."
    named = [f"{counts[state]} {state.label}" for state in SHOWN_STATES if counts[state]]
    return f"Of {counts.total()} milestones you follow: {', '.join(named)}."


def _pieces(counts: Counter[str]) -> Iterator[Piece]:
    before, total = 0, counts.total() or 1
    for state in SHOWN_STATES:
        x, end = WIDTH * before // total, WIDTH * (before + counts[state]) // total
        before += counts[state]
        if end > x:
            yield Piece(state, f"{str(state.label).capitalize()}: {counts[state]}", x, end - x)
