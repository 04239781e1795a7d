"""The nineteen laws of readiness, exact, over random libraries, ladders and evidence."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.tracker.readiness.worlds import (
    BETTER,
    FAILS,
    FRACTIONS,
    TODAY,
    World,
    passing,
    pieces,
    project,
    units,
    worlds,
)
from tracker.readiness.advice import gain_of
from tracker.readiness.model import Assessment, Library, Requirement, Role, Unit
from tracker.readiness.proof import (
    FLOOR,
    PASS_MARK,
    Evidence,
    Kind,
    Level,
    cap,
    credit_of,
    quiz_quality,
)


def fell(before: list[Fraction], after: list[Fraction]) -> bool:
    return any(now < was for was, now in zip(before, after, strict=True))


often = settings(max_examples=100, deadline=None)


@often
@given(worlds())
def test_a_score_lies_between_0_and_100(world: World) -> None:
    assert all(0 <= points <= 100 for points in world.points())


@often
@given(worlds())
def test_without_evidence_the_score_is_0(world: World) -> None:
    assert not any(world.but(evidence=()).points())


@often
@given(worlds())
def test_the_explanation_adds_up(world: World) -> None:
    for rung in world.score().rungs:
        assert sum(rung.points_of(key) for key in rung.shares) == rung.points


@often
@given(worlds())
def test_the_weights_sum_to_one(world: World) -> None:
    for rung in world.score().rungs:
        assert sum(each.weight for each in rung.skills) == bool(rung.skills)
        assert sum(rung.shares.values()) == bool(rung.skills)


@often
@given(worlds(fading=False))
def test_proof_of_everything_is_100(world: World) -> None:
    score = world.score(world.all_proven)
    assume(all(rung.skills for rung in score.rungs))

    assert score.points == 100


@often
@given(worlds(kinds=[kind for kind in Kind if kind is not Kind.PROJECT]), st.data())
def test_it_is_below_100_while_any_required_unit_lacks_a_project(
    world: World, data: st.DataObject
) -> None:
    single = {
        key
        for each in world.score().own.skills
        if len(each.requirement.skills) == 1
        for key in each.weights
    }
    assume(single)
    lacking = data.draw(st.sampled_from(sorted(single)))
    others = [unit.key for unit in world.units if unit.key != lacking]

    held = Evidence(Kind.CERTIFICATE, "held", frozenset({lacking}))
    assert world.score(project(*others), held).points < 100


@often
@given(worlds(), st.data())
def test_passing_never_lowers(world: World, data: st.DataObject) -> None:
    new = data.draw(passing(world))

    assert not fell(world.points(), world.points(new))


@often
@given(worlds(), st.data())
def test_better_quality_never_lowers(world: World, data: st.DataObject) -> None:
    assume(world.evidence)
    at = data.draw(st.integers(0, len(world.evidence) - 1))
    better = list(world.evidence)
    better[at] = replace(better[at], quality=max(better[at].quality, data.draw(BETTER)))

    assert not fell(world.points(), world.but(evidence=tuple(better)).points())


@often
@given(worlds(), st.data())
def test_the_same_evidence_twice_counts_once(world: World, data: st.DataObject) -> None:
    assume(world.evidence)
    again = data.draw(st.lists(st.sampled_from(world.evidence)))

    assert world.points(*again) == world.points()


@often
@given(worlds(), st.integers())
def test_the_order_of_evidence_does_not_matter(world: World, seed: int) -> None:
    shuffled = list(world.evidence)
    Random(seed).shuffle(shuffled)  # noqa: S311  repeatable, not secret

    assert world.but(evidence=tuple(shuffled)).points() == world.points()


@often
@given(worlds(), units(skills=["x0", "x1"], prefix="x"), st.data())
def test_other_specialisations_do_not_leak(
    world: World, others: tuple, data: st.DataObject
) -> None:
    evidence = data.draw(pieces([unit.key for unit in others]))
    wider = world.but(units=(*world.units, *others), evidence=(*world.evidence, *evidence))

    assert wider.points() == world.points()


@often
@given(worlds(), st.data())
def test_splitting_a_unit_changes_nothing(world: World, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(world.units))
    first = data.draw(st.integers(1, whole.minutes - 1))
    parts = (
        replace(whole, minutes=first),
        replace(whole, key="part", minutes=whole.minutes - first),
    )
    evidence = tuple(
        replace(each, units=each.units | {"part"}) if whole.key in each.units else each
        for each in world.evidence
    )
    recalls = dict(world.recalls)
    if whole.key in recalls:
        recalls["part"] = recalls[whole.key]
    rest = tuple(unit for unit in world.units if unit is not whole)
    split = world.but(units=(*rest, *parts), evidence=evidence, recalls=recalls)

    assert split.points() == world.points()


@often
@given(worlds())
def test_nothing_fades_before_its_review_is_due(world: World) -> None:
    later = {
        key: replace(recall, due_on=TODAY + timedelta(days=1))
        for key, recall in world.recalls.items()
    }

    assert world.but(recalls=later).points() == world.but(recalls={}).points()


@often
@given(worlds(), st.sampled_from([0, 1, 9, 41]), st.data())
def test_time_alone_never_raises(world: World, days: int, data: st.DataObject) -> None:
    everything = frozenset(unit.key for unit in world.units)
    weak = Evidence(Kind.PROJECT, "weak", everything, data.draw(FAILS), expires_on=TODAY)
    less = {
        key: replace(recall, value=recall.value * data.draw(FRACTIONS))
        for key, recall in world.recalls.items()
    }
    later = world.but(recalls=less).points(weak, on=TODAY + timedelta(days=days))

    assert not fell(later, world.points(weak))


@often
@given(worlds())
def test_fading_stops_at_the_floor(world: World) -> None:
    unfaded = [FLOOR * points for points in world.but(recalls={}).points()]
    assert not fell(unfaded, world.points())


@often
@given(worlds())
def test_entry_is_at_least_mid_and_mid_at_least_senior(world: World) -> None:
    assessment = world.assess()
    entry, mid, senior = (assessment.score(world.ladder[: rungs + 1]).points for rungs in range(3))

    assert entry >= mid >= senior


@often
@given(worlds(kinds=[Kind.SELF_RATING]))
def test_self_rating_alone_stays_under_its_cap(world: World) -> None:
    for rung in world.score().rungs:
        assert rung.points <= 100 * cap(Kind.SELF_RATING, rung.role.level)


@often
@given(worlds(), st.data())
def test_the_gain_promised_is_the_gain_had(world: World, data: st.DataObject) -> None:
    new = data.draw(pieces([unit.key for unit in world.units]))
    promised = gain_of(world.assess(), world.ladder, *new)

    assert world.score().points + promised == world.score(*new).points


@often
@given(worlds(), st.data())
def test_a_failed_quiz_costs_at_most_its_units_share(world: World, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(world.units))
    failed = Evidence(Kind.QUIZ, "failed", frozenset({unit.key}), data.draw(FAILS))
    before, after = world.score(), world.score(failed)

    for was, now in zip(before.rungs, after.rungs, strict=True):
        assert was.points - now.points <= 100 * was.shares.get(unit.key, Fraction(0))


# --- what the laws rest on --------------------------------------------------------------------


@given(st.fractions(0, 1), st.fractions(0, Fraction(3, 4)))
def test_a_quiz_counts_beyond_guessing(score: Fraction, guess: Fraction) -> None:
    assert 0 <= quiz_quality(score, guess=guess) <= 1
    assert quiz_quality(guess, guess=guess) == 0
    assert quiz_quality(Fraction(1), guess=guess) == 1


def test_a_pass_is_worth_at_least_a_check_off() -> None:
    for level in Level:
        assert cap(Kind.QUIZ, level) * PASS_MARK >= cap(Kind.CHECK_OFF, level)
        assert cap(Kind.CLAIM, level) < cap(Kind.CHECK_OFF, level)


def test_a_certificate_counts_on_its_last_day_and_then_as_a_check_off() -> None:
    held = Evidence(Kind.CERTIFICATE, "c", frozenset({"u0"}), expires_on=TODAY)

    assert held.worth(Level.ENTRY, TODAY) == Fraction(90, 100)
    assert held.worth(Level.ENTRY, TODAY + timedelta(days=1)) == Fraction(60, 100)


def test_what_a_proof_replaced_does_not_come_back_when_it_expires() -> None:
    unit = frozenset({"u0"})
    weak = Evidence(Kind.PROJECT, "weak", unit, Fraction(1, 4), expires_on=TODAY)
    given_ = [Evidence(Kind.CHECK_OFF, "u0", unit), weak]
    later = TODAY + timedelta(days=1)

    assert credit_of(given_, level=Level.ENTRY, on=TODAY).worth == Fraction(1, 4)
    assert credit_of(given_, level=Level.ENTRY, on=later).worth == Fraction(1, 4)


def test_a_skill_taught_only_above_what_is_asked_is_still_assessed() -> None:
    library = Library([Unit("u0", 60, {"sql": 2}), Unit("u1", 60, {"sql": 4})])

    assert library.weights("sql", 1).keys() == {"u0"}
    assert library.weights("sql", 3).keys() == {"u0"}
    assert library.weights("sql", 4).keys() == {"u0", "u1"}
    assert not library.weights("cobol", 3)


def test_of_either_skill_the_better_one_counts() -> None:
    library = Library([Unit("aws", 60, {"aws": 3}), Unit("gcp", 60, {"gcp": 3})])
    role = Role("r", Level.ENTRY, (Requirement(("aws", "gcp"), 3),))

    score = Assessment(library, [project("gcp")], on=TODAY).score([role])

    assert [each.skill for each in score.own.skills] == ["gcp"]
    assert score.points == 100


def test_a_skill_nobody_teaches_is_named_and_left_out() -> None:
    library = Library([Unit("u0", 60, {"sql": 2})])
    role = Role("r", Level.ENTRY, (Requirement(("sql",), 2), Requirement(("cobol",), 5)))

    score = Assessment(library, [project("u0")], on=TODAY).score([role])

    assert score.points == 100
    assert score.own.not_assessed == ("cobol",)


def test_ready_asks_for_score_must_haves_and_proof() -> None:
    library = Library([Unit("a", 900, {"a": 4}), Unit("b", 60, {"b": 3}), Unit("c", 60, {"c": 4})])
    asked = (("a", 5), ("b", 3), ("c", 5))
    requirements = tuple(Requirement((skill,), level) for skill, level in asked)
    role = Role("r", Level.ENTRY, (*requirements, Requirement(("a",), 5)))
    ticked = Evidence(Kind.CHECK_OFF, "t", frozenset({"a", "b", "c"}))

    checked_off = Assessment(library, [ticked], on=TODAY).score([role])
    without_b = Assessment(library, [project("a", "c")], on=TODAY).score([role])
    with_b = Assessment(library, [project("a", "c"), ticked], on=TODAY).score([role])

    assert (checked_off.shown, checked_off.missing_musts) == (60, [])
    assert not checked_off.is_half_proven
    assert [each.skill for each in without_b.missing_musts] == ["b"]
    assert (without_b.shown, without_b.is_ready) == (83, False)
    assert (with_b.shown, with_b.is_ready) == (93, True)
