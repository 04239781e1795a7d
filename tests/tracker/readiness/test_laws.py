"""The nineteen laws of readiness, exact, each over a thousand random worlds."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.readiness.worlds import (
    FAILS,
    FRACTIONS,
    MODELS,
    TODAY,
    World,
    confirmed,
    with_dice,
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

UNCONFIRMED = tuple(kind for kind in Kind if kind is not Kind.CONFIRMED)
BETTER = [Fraction(1, 2), Fraction(4, 5), Fraction(1)]


def fell(before: list[Fraction], after: list[Fraction]) -> bool:
    return any(now < was for was, now in zip(before, after, strict=True))


def has_evidence(world: World) -> bool:
    return bool(world.evidence)


def is_assessed(world: World) -> bool:
    """Say whether every rung asks for something that is taught."""
    return all(rung.skills for rung in world.score().rungs)


def needed(world: World) -> list[str]:
    """Return the units of skills that the role asks for by themselves."""
    skills = [each for each in world.score().own.skills if len(each.requirement.skills) == 1]
    return sorted({key for skill in skills for key in skill.weights})


def needs_something(world: World) -> bool:
    return bool(needed(world))


def test_each_law_is_held_against_a_thousand_different_worlds() -> None:
    assert len({repr(world) for world in worlds()}) == MODELS == 1_000


def test_a_score_lies_between_0_and_100() -> None:
    for world in worlds():
        assert all(0 <= points <= 100 for points in world.points()), world


def test_without_evidence_the_score_is_0() -> None:
    for world in worlds():
        assert not any(world.but(evidence=()).points()), world


def test_the_explanation_adds_up() -> None:
    for world in worlds():
        for rung in world.score().rungs:
            assert sum(map(rung.points_of, rung.shares)) == rung.points, world


def test_the_weights_sum_to_one() -> None:
    for world in worlds():
        for rung in world.score().rungs:
            assert sum(skill.weight for skill in rung.skills) == bool(rung.skills), world
            assert sum(rung.shares.values()) == bool(rung.skills), world


def test_proof_of_everything_is_100() -> None:
    for world in worlds(fading=False, where=is_assessed):
        assert world.score(confirmed(*world.keys)).points == 100, world


def test_it_is_below_100_while_any_required_unit_lacks_a_confirmed_project() -> None:
    for world, dice in with_dice(worlds(kinds=UNCONFIRMED, where=needs_something)):
        lacking = dice.one(needed(world))
        others = [key for key in world.keys if key != lacking]
        held = Evidence(Kind.CERTIFICATE, "held", frozenset({lacking}))

        assert world.score(confirmed(*others), held).points < 100, world


def test_passing_never_lowers() -> None:
    for world, dice in with_dice(worlds()):
        passed = dice.passing(world)

        assert not fell(world.points(), world.points(passed)), (world, passed)


def test_better_quality_never_lowers() -> None:
    for world, dice in with_dice(worlds(where=has_evidence)):
        better = list(world.evidence)
        at = dice.one(range(len(better)))
        better[at] = replace(better[at], quality=max(better[at].quality, dice.one(BETTER)))

        assert not fell(world.points(), world.but(evidence=tuple(better)).points()), (world, at)


def test_the_same_evidence_twice_counts_once() -> None:
    for world, dice in with_dice(worlds(where=has_evidence)):
        again = dice.some(world.evidence, least=1)

        assert world.points(*again) == world.points(), world


def test_the_order_of_evidence_does_not_matter() -> None:
    for world, dice in with_dice(worlds(where=has_evidence)):
        shuffled = list(world.evidence)
        dice.chance.shuffle(shuffled)

        assert world.but(evidence=tuple(shuffled)).points() == world.points(), world


def test_other_specialisations_do_not_leak() -> None:
    for world, dice in with_dice(worlds()):
        others = dice.units(skills=["x0", "x1"], prefix="x")
        evidence = dice.evidence([unit.key for unit in others])
        wider = world.but(units=(*world.units, *others), evidence=(*world.evidence, *evidence))

        assert wider.points() == world.points(), (world, others)


def test_splitting_a_unit_changes_nothing() -> None:
    for world, dice in with_dice(worlds()):
        whole = dice.one(world.units)
        first = dice.chance.randint(1, whole.minutes - 1)

        assert split(world, whole, first).points() == world.points(), (world, whole, first)


def split(world: World, whole: Unit, first: int) -> World:
    """Cut a unit in two; whatever spoke for it speaks for both."""
    parts = (
        replace(whole, minutes=first),
        replace(whole, key="part", minutes=whole.minutes - first),
    )
    recalls = dict(world.recalls)
    if whole.key in recalls:
        recalls["part"] = recalls[whole.key]
    return world.but(
        units=(*(unit for unit in world.units if unit is not whole), *parts),
        evidence=tuple(
            replace(each, units=each.units | {"part"}) if whole.key in each.units else each
            for each in world.evidence
        ),
        recalls=recalls,
    )


def test_nothing_fades_before_its_review_is_due() -> None:
    tomorrow = TODAY + timedelta(days=1)
    for world in worlds():
        later = {key: replace(recall, due_on=tomorrow) for key, recall in world.recalls.items()}

        assert world.but(recalls=later).points() == world.but(recalls={}).points(), world


def test_time_alone_never_raises() -> None:
    for world, dice in with_dice(worlds()):
        everything = frozenset(world.keys)
        weak = Evidence(Kind.CONFIRMED, "weak", everything, dice.one(FAILS), expires_on=TODAY)
        less = {
            key: replace(recall, value=recall.value * dice.one(FRACTIONS))
            for key, recall in world.recalls.items()
        }
        day = TODAY + timedelta(days=dice.one([0, 1, 9, 41]))

        later = world.but(recalls=less).points(weak, on=day)

        assert not fell(later, world.points(weak)), (world, weak, day)


def test_fading_stops_at_the_floor() -> None:
    for world in worlds():
        least = [FLOOR * points for points in world.but(recalls={}).points()]

        assert not fell(least, world.points()), world


def test_entry_is_at_least_mid_and_mid_at_least_senior() -> None:
    for world in worlds():
        assessment = world.assess()
        scores = [assessment.score(world.ladder[: rungs + 1]).points for rungs in range(3)]

        assert scores == sorted(scores, reverse=True), world


def test_self_rating_alone_stays_under_its_cap() -> None:
    for world in worlds(kinds=(Kind.SELF_RATING,), where=has_evidence):
        for rung in world.score().rungs:
            assert rung.points <= 100 * cap(Kind.SELF_RATING, rung.role.level), world


def test_the_gain_promised_is_the_gain_had() -> None:
    for world, dice in with_dice(worlds()):
        new = dice.evidence(world.keys)
        promised = gain_of(world.own_assessment, world.ladder, *new)

        assert world.score().points + promised == world.score(*new).points, (world, new)


def test_a_failed_quiz_costs_at_most_its_units_share() -> None:
    for world, dice in with_dice(worlds()):
        unit = dice.one(world.keys)
        failed = Evidence(Kind.QUIZ, "failed", frozenset({unit}), dice.one(FAILS))

        for was, now in zip(world.score().rungs, world.score(failed).rungs, strict=True):
            assert was.points - now.points <= 100 * was.shares.get(unit, Fraction(0)), world


# --- what the laws rest on --------------------------------------------------------------------


@given(st.fractions(0, 1), st.fractions(0, Fraction(3, 4)))
def test_a_quiz_counts_beyond_guessing(score: Fraction, guess: Fraction) -> None:
    assert 0 <= quiz_quality(score, guess=guess) <= 1
    assert quiz_quality(guess, guess=guess) == 0
    assert quiz_quality(Fraction(1), guess=guess) == 1


@pytest.mark.parametrize("kind", [Kind.REVIEWED, Kind.QUIZ])
def test_a_pass_is_worth_at_least_a_check_off(kind: Kind) -> None:
    for level in Level:
        assert cap(kind, level) * PASS_MARK >= cap(Kind.CHECK_OFF, level)


def test_each_kind_of_evidence_is_worth_more_than_the_one_before() -> None:
    rising = [
        *(Kind.SELF_RATING, Kind.CLAIM, Kind.CHECK_OFF, Kind.REVIEWED),
        *(Kind.QUIZ, Kind.CERTIFICATE, Kind.CONFIRMED),
    ]

    for level in Level:
        caps = [cap(kind, level) for kind in rising]
        assert caps == sorted(set(caps))
        assert cap(Kind.LINK, level) == cap(Kind.CHECK_OFF, level)


def test_a_bare_link_proves_nothing_and_a_judgement_takes_its_place() -> None:
    unit = frozenset({"u0"})
    link, judged = Evidence(Kind.LINK, "u0", unit), Evidence(Kind.REVIEWED, "work", unit)

    alone = credit_of([link], level=Level.ENTRY, on=TODAY)
    together = credit_of([link, judged], level=Level.ENTRY, on=TODAY)

    assert (alone.worth, alone.is_proven) == (Fraction(60, 100), False)
    assert (together.worth, together.is_proven) == (Fraction(80, 100), True)


def test_a_certificate_counts_on_its_last_day_and_then_as_a_check_off() -> None:
    held = Evidence(Kind.CERTIFICATE, "c", frozenset({"u0"}), expires_on=TODAY)

    assert held.worth(Level.ENTRY, TODAY) == Fraction(90, 100)
    assert held.worth(Level.ENTRY, TODAY + timedelta(days=1)) == Fraction(60, 100)


def test_what_a_proof_replaced_does_not_come_back_when_it_expires() -> None:
    unit = frozenset({"u0"})
    weak = Evidence(Kind.CONFIRMED, "weak", unit, Fraction(1, 4), expires_on=TODAY)
    both = [Evidence(Kind.CHECK_OFF, "u0", unit), weak]
    later = TODAY + timedelta(days=1)

    assert credit_of(both, level=Level.ENTRY, on=TODAY).worth == Fraction(1, 4)
    assert credit_of(both, level=Level.ENTRY, on=later).worth == Fraction(1, 4)


def test_a_skill_taught_only_above_what_is_asked_is_still_assessed() -> None:
    library = Library([Unit("u0", 60, {"sql": 2}), Unit("u1", 60, {"sql": 4})])

    assert library.weights("sql", 1).keys() == {"u0"}
    assert library.weights("sql", 3).keys() == {"u0"}
    assert library.weights("sql", 4).keys() == {"u0", "u1"}
    assert not library.weights("cobol", 3)


def test_of_either_skill_the_better_one_counts() -> None:
    library = Library([Unit("aws", 60, {"aws": 3}), Unit("gcp", 60, {"gcp": 3})])
    role = Role("r", Level.ENTRY, (Requirement(("aws", "gcp"), 3),))

    score = Assessment(library, [confirmed("gcp")], on=TODAY).score([role])

    assert [each.skill for each in score.own.skills] == ["gcp"]
    assert score.points == 100


def test_a_skill_nobody_teaches_is_named_and_left_out() -> None:
    library = Library([Unit("u0", 60, {"sql": 2})])
    role = Role("r", Level.ENTRY, (Requirement(("sql",), 2), Requirement(("cobol",), 5)))

    score = Assessment(library, [confirmed("u0")], on=TODAY).score([role])

    assert score.points == 100
    assert score.own.not_assessed == ("cobol",)


def test_ready_asks_for_score_must_haves_and_proof() -> None:
    library = Library([Unit("a", 900, {"a": 4}), Unit("b", 60, {"b": 3}), Unit("c", 60, {"c": 4})])
    asked = (("a", 5), ("b", 3), ("c", 5))
    requirements = tuple(Requirement((skill,), level) for skill, level in asked)
    role = Role("r", Level.ENTRY, (*requirements, Requirement(("a",), 5)))
    ticked = Evidence(Kind.CHECK_OFF, "t", frozenset({"a", "b", "c"}))

    checked_off = Assessment(library, [ticked], on=TODAY).score([role])
    without_b = Assessment(library, [confirmed("a", "c")], on=TODAY).score([role])
    with_b = Assessment(library, [confirmed("a", "c"), ticked], on=TODAY).score([role])

    assert (checked_off.shown, checked_off.missing_musts) == (60, [])
    assert not checked_off.is_half_proven
    assert [each.skill for each in without_b.missing_musts] == ["b"]
    assert (without_b.shown, without_b.is_ready) == (83, False)
    assert (with_b.shown, with_b.is_ready) == (93, True)
