"""What to do next: in order, with gains that come true."""

from datetime import date
from fractions import Fraction

from hypothesis import given, settings

from tests.tracker.readiness.worlds import TODAY, Dice, World, confirmed, thrown
from tracker.readiness.advice import Finish, gain_of, next_steps, remainder
from tracker.readiness.density import closure_of
from tracker.readiness.model import Assessment, Library, Requirement, Role, Unit
from tracker.readiness.proof import Kind, Level

often = settings(max_examples=100, deadline=None)


def unfinished(world: World, dice: Dice) -> dict[str, Finish]:
    """Throw what is still open: what needs something open is open too."""
    open_: dict[str, Finish] = {}
    for unit in world.units:
        if dice.is_heads() or any(need in open_ for need in unit.needs):
            kind = dice.one([Kind.CHECK_OFF, Kind.REVIEWED])
            open_[unit.key] = Finish(unit.key, unit.minutes, kind)
    return open_


@often
@given(thrown)
def test_the_gains_of_all_steps_add_up_to_what_all_of_them_gain(dice: Dice) -> None:
    world = dice.world()
    assessment = world.assess()
    steps = next_steps(assessment, world.ladder, unfinished(world, dice), count=3)
    together = gain_of(assessment, world.ladder, *(step.finish.evidence for step in steps))

    assert sum(step.gain for step in steps) == together


@often
@given(thrown)
def test_a_step_waits_for_nothing_but_the_steps_before_it(dice: Dice) -> None:
    world = dice.world()
    open_ = unfinished(world, dice)
    needs = {unit.key: unit.needs for unit in world.units}

    for step in next_steps(world.assess(), world.ladder, open_, count=5):
        key = step.finish.key
        assert not [need for need in needs[key] if need in open_]
        assert closure_of(key, needs, open_) <= set(step.block)
        del open_[key]


@often
@given(thrown)
def test_no_single_milestone_with_what_it_needs_is_worth_more_per_hour(dice: Dice) -> None:
    """Hold the first block of a single rung against every closure of one milestone."""
    world = dice.world()
    open_, ladder = unfinished(world, dice), world.ladder[:1]
    assessment = world.assess()
    # An either-or requirement may jump: there the block is a good one, not the best.
    asked = tuple(each for each in ladder[0].requirements if len(each.skills) == 1)
    plain = [Role("plain", Level.ENTRY, asked)]
    needs = {unit.key: unit.needs for unit in world.units}
    steps = next_steps(assessment, plain, open_, count=1)
    best = steps[0].block_gain / steps[0].block_minutes if steps else Fraction(0)

    for key in open_:
        closure = closure_of(key, needs, open_)
        # A weak proof in place of claims may lower a rung; nobody is advised to do that.
        gains = [gain_of(assessment, plain, open_[each].evidence) for each in closure]
        if all(gain >= 0 for gain in gains):
            assert sum(gains) / sum(open_[each].minutes for each in closure) <= best


def assess(*units: Unit, on: date = TODAY) -> Assessment:
    return Assessment(Library(units), [], on=on)


def test_what_opens_the_way_comes_first_and_says_what_it_opens() -> None:
    ground = Unit("ground", 60, {"other": 1})
    top = Unit("top", 60, {"sql": 2}, needs=("ground",))
    role = Role("r", Level.ENTRY, (Requirement(("sql",), 2),))
    open_ = {key: Finish(key, 60, Kind.CHECK_OFF) for key in ("ground", "top")}

    first, second = next_steps(assess(ground, top), [role], open_, count=3)

    assert (first.finish.key, first.gain, first.opens_count) == ("ground", Fraction(0), 1)
    assert (first.block_gain, first.block_minutes) == (Fraction(60), 120)
    assert (second.finish.key, second.gain) == ("top", Fraction(60))


def test_what_is_left_for_100_is_counted_once_over_the_rungs() -> None:
    units = [Unit(key, 60, {"sql": 2}) for key in ("open", "ticked", "shown")]
    rungs = [
        Role(level.name, level, (Requirement(("sql",), 2),)) for level in (Level.ENTRY, Level.MID)
    ]
    ticked = Finish("ticked", 60, Kind.CHECK_OFF).evidence
    score = assess(*units).with_more(ticked, confirmed("shown")).score(rungs)

    left = remainder(score.rungs, {"open": Finish("open", 60, Kind.CHECK_OFF)}, {"ticked", "shown"})

    assert left.open_keys == ("open",)
    assert left.unproven_keys == ("ticked",)
    assert left.minutes == 60


def test_where_two_rungs_hold_it_down_the_better_block_for_both_comes_first() -> None:
    units = [Unit("sql", 30, {"sql": 1}), Unit("python", 60, {"python": 1})]
    entry = (Requirement(("sql",), 1), Requirement(("python",), 1))
    mid = (Requirement(("sql",), 1), Requirement(("python",), 5))
    ladder = [Role("entry", Level.ENTRY, entry), Role("mid", Level.MID, mid)]
    open_ = {unit.key: Finish(unit.key, unit.minutes, Kind.CHECK_OFF) for unit in units}

    first, _ = next_steps(assess(*units), ladder, open_, count=3)

    # For entry alone the half-hour of SQL is quicker; for mid it hardly counts.
    assert (first.finish.key, first.gain) == ("python", Fraction(30))
