"""Sessions put somewhere by hand stay there, and the rest is planned around them."""

from studyplans.scheduling import Session, plan
from tests.studyplans.scheduling.builders import at, milestone, pin, problem, written


def test_a_pin_takes_its_minutes_from_the_milestone_and_from_the_window() -> None:
    answer = plan(
        problem(
            milestone("a", 90, 0),
            milestone("b", 60, 1),
            pinned=(pin("b", "2027-01-04 19:30-20:00"),),
            minimum_piece_minutes=0,
        )
    )

    assert written(answer) == [
        "a 04 19:00-19:30",
        "b 04 19:30-20:00",
        "a 04 20:00-20:30",
        "a 05 19:00-19:30",
        "b 05 19:30-20:00",
    ]
    assert [session.pinned for session in answer.sessions] == [False, True, False, False, False]


def test_a_pin_may_lie_outside_every_window() -> None:
    answer = plan(problem(milestone("a", 60), pinned=(pin("a", "2027-01-06 07:00-08:00"),)))

    assert answer.sessions == (
        Session(
            key="a",
            starts_at=at("2027-01-06 07:00"),
            ends_at=at("2027-01-06 08:00"),
            pinned=True,
        ),
    )
    assert answer.finish == at("2027-01-06 08:00")


def test_what_follows_waits_for_the_last_pin() -> None:
    answer = plan(
        problem(
            milestone("a", 60),
            milestone("b", 30, requires=("a",)),
            pinned=(pin("a", "2027-01-06 19:00-19:30"),),
            minimum_piece_minutes=0,
        )
    )

    assert written(answer) == ["a 04 19:00-19:30", "a 06 19:00-19:30", "b 06 19:30-20:00"]


def test_what_a_pin_needs_is_done_before_it() -> None:
    answer = plan(
        problem(
            milestone("easy", 90, 0),
            milestone("base", 60, 1),
            milestone("top", 60, 2, requires=("base",)),
            pinned=(pin("top", "2027-01-05 07:00-08:00"),),
            minimum_piece_minutes=0,
        )
    )

    assert written(answer) == [
        "base 04 19:00-20:00",
        "easy 04 20:00-20:30",
        "top 05 07:00-08:00",
        "easy 05 19:00-20:00",
    ]
    assert answer.feasible
    assert answer.early_pins == ()


def test_a_date_gives_way_to_a_pin_that_can_be_kept() -> None:
    """Prerequisites before a start are a must; a date may be missed, by as little as can be."""
    answer = plan(
        problem(
            milestone("dated", 60, 0, due=at("2027-01-04 20:00")),
            milestone("base", 60, 1),
            milestone("top", 60, 2, requires=("base",)),
            pinned=(pin("top", "2027-01-04 20:30-21:30"),),
            minimum_piece_minutes=0,
        )
    )

    assert answer.early_pins == ()
    assert [(late.key, late.finish) for late in answer.late] == [("dated", at("2027-01-05 19:30"))]
    assert answer.max_lateness_minutes == 24 * 60 - 30


def test_beside_a_pin_nothing_is_later_than_it_must_be() -> None:
    """Not even by the minute that would let the author's order stand."""
    answer = plan(
        problem(
            milestone("tiny", 1, 0),
            milestone("dated", 60, 1, due=at("2027-01-04 20:00")),
            milestone("base", 60, 2),
            milestone("top", 60, 3, requires=("base",)),
            pinned=(pin("top", "2027-01-04 20:30-21:30"),),
            minimum_piece_minutes=0,
        )
    )

    assert answer.max_lateness_minutes == 24 * 60 - 30
    assert written(answer)[-1] == "tiny 05 19:30-19:31"


def test_a_pin_and_dates_that_do_not_fit_the_horizon_are_planned_all_the_same() -> None:
    answer = plan(
        problem(
            milestone("dated", 60, 0, due=at("2027-01-04 20:00")),
            milestone("base", 60, 1),
            milestone("top", 60, 2, requires=("base",)),
            pinned=(pin("top", "2027-01-04 20:30-21:30"),),
            horizon_days=1,
        )
    )

    assert answer.unplaced == ("dated",)
    assert answer.early_pins == ()


def test_a_pin_that_cannot_be_kept_is_named_and_the_dates_are_met() -> None:
    early = pin("top", "2027-01-04 19:00-20:00")
    answer = plan(
        problem(
            milestone("dated", 30, 1, due=at("2027-01-04 20:30")),
            milestone("base", 60, 0),
            milestone("top", 90, 2, requires=("base",)),
            pinned=(early,),
            minimum_piece_minutes=0,
        )
    )

    assert answer.early_pins == (early,)
    assert answer.late == ()
    assert not answer.feasible
    assert written(answer)[-1] == "top 05 20:00-20:30"


def test_a_pin_before_its_not_before_is_named() -> None:
    early = pin("a", "2027-01-04 19:00-20:00")

    answer = plan(problem(milestone("a", 60, not_before=at("2027-01-05 00:00")), pinned=(early,)))

    assert answer.early_pins == (early,)


def test_a_pinned_milestone_counts_as_late_by_its_last_pin() -> None:
    answer = plan(
        problem(
            milestone("a", 60, due=at("2027-01-06 00:00")),
            pinned=(pin("a", "2027-01-06 07:00-08:00"),),
        )
    )

    assert [late.minutes for late in answer.late] == [8 * 60]


def test_moving_one_pin_moves_nothing_that_another_pin_holds() -> None:
    held = pin("a", "2027-01-06 19:00-20:00")
    asked = [milestone("a", 60, 0), milestone("b", 60, 1)]

    for other in ("2027-01-05 19:00-20:00", "2027-01-07 06:00-07:00"):
        answer = plan(problem(*asked, pinned=(held, pin("b", other))))

        assert "a 06 19:00-20:00" in written(answer)
