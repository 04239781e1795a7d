"""Steady plans ask the same of every week, and meet the same dates."""

from collections import Counter

from studyplans.scheduling import Plan, plan
from tests.studyplans.scheduling.builders import at, milestone, minutes_of, problem, written


def minutes_by_week(answer: Plan) -> list[int]:
    weeks: Counter[int] = Counter()
    for session in answer.sessions:
        weeks[(session.starts_at - at("2027-01-04 00:00")).days // 7] += minutes_of(session)
    return [weeks[week] for week in range(max(weeks) + 1)]


def test_the_work_is_spread_evenly_up_to_the_date() -> None:
    asked = milestone("a", 1200, due=at("2027-02-01 00:00"))

    steady = plan(problem(asked, style="steady"))
    soon = plan(problem(asked))

    assert minutes_by_week(soon) == [630, 570]
    assert max(minutes_by_week(steady)) - min(minutes_by_week(steady)) <= 5
    assert len(minutes_by_week(steady)) == 4
    assert steady.feasible


def test_sessions_keep_their_length() -> None:
    asked = milestone("a", 720, due=at("2027-02-01 00:00"))

    answer = plan(problem(asked, style="steady"))

    assert written(answer)[:3] == ["a 04 19:00-20:30", "a 05 19:00-20:30", "a 11 19:00-20:30"]


def test_a_tight_early_date_sets_the_load_of_all_weeks() -> None:
    early = milestone("early", 600, 0, due=at("2027-01-11 00:00"))
    late = milestone("late", 60, 1, due=at("2027-02-01 00:00"))

    answer = plan(problem(early, late, style="steady"))

    assert answer.feasible
    assert minutes_by_week(answer)[0] >= 600


def test_undated_work_is_spread_up_to_the_last_date_too() -> None:
    asked = [milestone("a", 60, 0, due=at("2027-02-01 00:00")), milestone("b", 1140, 1)]

    weeks = minutes_by_week(plan(problem(*asked, style="steady")))

    assert len(weeks) == 4
    assert max(weeks) <= 305


def test_without_dates_or_when_they_cannot_be_met_it_is_soon() -> None:
    undated = milestone("a", 300)
    hopeless = milestone("a", 300, due=at("2027-01-05 00:00"))
    later = milestone("b", 300, 1, due=at("2027-03-01 00:00"))

    for asked in ([undated], [hopeless], [hopeless, later]):
        assert written(plan(problem(*asked, style="steady"))) == written(plan(problem(*asked)))


def test_steady_never_leaves_work_out() -> None:
    asked = [milestone("exam", 0, 0, due=at("2027-01-06 00:00")), milestone("a", 1200, 1)]

    answer = plan(problem(*asked, style="steady", horizon_days=14))

    assert answer.unplaced == ()
