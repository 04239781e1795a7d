"""A history, the work left and the weeks ahead become an honest range."""

import ast
import sys
from math import inf

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from studyplans.forecasting import FinishForecast, StudiedWeek, forecast
from tests.running import ROOT
from tests.studyplans.forecasting.builders import ends, weeks

YEARS = [300] * 520

MINUTES = st.integers(0, 6_000)
WEEK = st.builds(
    StudiedWeek,
    planned_minutes=st.integers(0, 1_200),
    finished_minutes=MINUTES,
    begun_minutes=MINUTES,
)
HISTORY = st.lists(WEEK, max_size=40)
WORK = st.integers(0, 100_000)
AHEAD = st.lists(st.integers(0, 1_200), max_size=120)
PROPERTY = settings(deadline=None, max_examples=200)


def closed_ends(found: FinishForecast) -> list[float]:
    return [inf if end is None else end for end in (found.early, found.likely, found.late)]


def test_three_of_four_planned_minutes_finish_in_four_thirds_of_the_weeks() -> None:
    steady = weeks(*[225] * 40)

    early, likely, late = ends(forecast(steady, 225 * 20, YEARS))

    assert early < 20 < late
    assert likely == pytest.approx(20, rel=0.1)


def test_the_range_is_for_80_percent_and_its_middle_for_half() -> None:
    found = forecast(weeks(100, 300, 0, 260), 9_000, YEARS)

    chances = [found.probability_by(end) for end in ends(found)]

    assert chances == pytest.approx([0.1, 0.5, 0.9])


@PROPERTY
@given(HISTORY, WORK, AHEAD)
def test_early_comes_before_likely_before_late(
    history: list[StudiedWeek], work: int, ahead: list[int]
) -> None:
    found = closed_ends(forecast(history, work, ahead))

    assert found == sorted(found)


@PROPERTY
@given(HISTORY, WORK, st.integers(1, 100_000))
def test_more_work_is_never_earlier(history: list[StudiedWeek], work: int, more: int) -> None:
    less_work = forecast(history, work, YEARS)
    more_work = forecast(history, work + more, YEARS)

    for before, after in zip(closed_ends(less_work), closed_ends(more_work), strict=True):
        assert after >= before - 1e-9


@PROPERTY
@given(HISTORY, WORK, AHEAD, st.data())
def test_more_minutes_are_never_later(
    history: list[StudiedWeek], work: int, ahead: list[int], data: st.DataObject
) -> None:
    assume(ahead)
    week = data.draw(st.integers(0, len(ahead) - 1))
    fuller = [*ahead[:week], ahead[week] + data.draw(st.integers(1, 600)), *ahead[week + 1 :]]
    before = forecast(history, work, ahead)
    after = forecast(history, work, fuller)

    for plain, full in zip(closed_ends(before), closed_ends(after), strict=True):
        assert full <= plain + 1e-9
    assert after.probability_by(len(ahead)) >= before.probability_by(len(ahead))


@PROPERTY
@example([], 2, [1], [0.0, 5e-324])  # the least number there is
@given(HISTORY, WORK, AHEAD, st.lists(st.floats(-1, 200), min_size=2))
def test_the_probability_rises_with_the_weeks(
    history: list[StudiedWeek], work: int, ahead: list[int], asked: list[float]
) -> None:
    found = forecast(history, work, ahead)

    chances = [found.probability_by(position) for position in sorted(asked)]

    assert chances == sorted(chances)
    assert 0 <= chances[0] <= chances[-1] <= 1


@PROPERTY
@given(HISTORY, WORK, AHEAD, st.integers(2, 60))
def test_hours_in_place_of_minutes_give_the_same_weeks(
    history: list[StudiedWeek], work: int, ahead: list[int], factor: int
) -> None:
    larger = [
        StudiedWeek(
            planned_minutes=week.planned_minutes * factor,
            finished_minutes=week.finished_minutes * factor,
            begun_minutes=week.begun_minutes * factor,
        )
        for week in history
    ]

    found = forecast(larger, work * factor, [minutes * factor for minutes in ahead])

    # The last week ahead may end a rounding error before or after the work does.
    for end, scaled in zip(
        closed_ends(forecast(history, work, ahead)), closed_ends(found), strict=True
    ):
        assert scaled == pytest.approx(end) or {scaled, end} >= {inf}


def test_a_break_ahead_moves_every_date_by_its_week() -> None:
    history = weeks(200, 250, 240)

    plain = ends(forecast(history, 6_000, YEARS))
    after_break = ends(forecast(history, 6_000, [0, *YEARS]))

    assert after_break == pytest.approx([end + 1 for end in plain])


def test_a_break_behind_is_not_slowness() -> None:
    before, after = weeks(200, 250), weeks(240)
    with_break = [*before, *weeks(0, planned=0), *after]

    plain = forecast([*before, *after], 6_000, YEARS)

    assert ends(forecast(with_break, 6_000, YEARS)) == ends(plain)


def test_what_is_done_in_a_break_counts() -> None:
    idle = [*weeks(200), *weeks(0, planned=0), *weeks(200)]
    busy = [*weeks(200), *weeks(150, planned=0), *weeks(200)]

    assert ends(forecast(busy, 6_000, YEARS)) < ends(forecast(idle, 6_000, YEARS))


def test_a_milestone_under_way_counts_half_and_only_once() -> None:
    under_way = StudiedWeek(planned_minutes=300, finished_minutes=100, begun_minutes=200)
    now = forecast([under_way], 5_200, YEARS)
    halves = forecast(weeks(200), 5_100, YEARS)

    next_week = forecast([under_way, *weeks(300)], 5_000, YEARS)
    in_even_steps = forecast(weeks(200, 200), 5_000, YEARS)

    assert ends(now) == ends(halves)
    assert ends(next_week) == pytest.approx(ends(in_even_steps))


def test_a_large_milestone_put_aside_is_no_progress_backwards() -> None:
    under_way = StudiedWeek(planned_minutes=300, finished_minutes=0, begun_minutes=6_000)
    history = [*[under_way] * 20, *weeks(0)]

    assert ends(forecast(history, 600, YEARS)) > (0, 0, 0)


def test_recent_weeks_weigh_more() -> None:
    picking_up = weeks(*[100] * 8, *[300] * 8)
    letting_go = weeks(*[300] * 8, *[100] * 8)

    assert ends(forecast(picking_up, 6_000, YEARS)) < ends(forecast(letting_go, 6_000, YEARS))


def test_an_uneven_learner_gets_a_wider_range() -> None:
    even = ends(forecast(weeks(*[200] * 12), 6_000, YEARS))
    uneven = ends(forecast(weeks(*[0, 400] * 6), 6_000, YEARS))

    assert uneven[2] / uneven[0] > even[2] / even[0]


def test_nothing_left_is_finished_now() -> None:
    found = forecast(weeks(200), 0, YEARS)

    assert ends(found) == (0, 0, 0)
    assert found.probability_by(0) == 1


@pytest.mark.parametrize("ahead", [[], [0] * 30, [60] * 30])
def test_a_finish_beyond_the_weeks_ahead_is_open(ahead: list[int]) -> None:
    found = forecast([], 30_000, ahead)

    assert (found.early, found.likely, found.late) == (None, None, None)
    assert found.probability_by(30) < 0.1


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ([], "Based on learners in general; your own pace will sharpen this."),
        (weeks(240), "Based on your first week and on learners in general."),
        (weeks(0, 240, 240), "Based on your first 3 weeks and on learners in general."),
        (weeks(*[240] * 5), "You finish about 80% of what you plan; based on 5 weeks."),
        (weeks(*[390] * 30), "You finish about 130% of what you plan; based on 30 weeks."),
    ],
)
def test_it_says_what_it_rests_on(history: list[StudiedWeek], said: str) -> None:
    assert str(forecast(history, 6_000, YEARS).rests_on) == said


def test_weeks_of_a_break_are_not_weeks_of_data() -> None:
    history = [*weeks(200, 200), *weeks(0, 0, planned=0)]

    assert forecast(history, 6_000, YEARS).rests_on.weeks == 2


def test_negative_minutes_are_refused() -> None:
    with pytest.raises(ValueError, match="work"):
        forecast([], -1, YEARS)
    with pytest.raises(ValueError, match="week ahead"):
        forecast([], 60, [300, -1])
    with pytest.raises(ValueError, match="studied week"):
        weeks(-1)


def test_it_needs_nothing_but_the_standard_library_and_no_chance() -> None:
    sources = list((ROOT / "studyplans" / "forecasting").glob("*.py"))
    nodes = [node for source in sources for node in ast.walk(ast.parse(source.read_text()))]
    imported = {
        alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}

    others = {name for name in imported if not name.startswith("studyplans.forecasting")}

    assert others
    assert others <= sys.stdlib_module_names - {"random", "secrets", "time"} | {"collections.abc"}
