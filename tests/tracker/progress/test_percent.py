"""The laws of the one definition of percent, on plain values."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tracker.progress.models import Achievement
from tracker.progress.percent import Share, counted_keys, module_share, sum_shares


@dataclass
class Milestone:
    key: str
    effort_minutes: int
    is_required: bool


@dataclass
class Module:
    rule: str
    rule_amount: int | None
    milestones: tuple[Milestone, ...]

    @property
    def required(self) -> list[Milestone]:
        return [milestone for milestone in self.milestones if milestone.is_required]


@st.composite
def modules(draw: st.DrawFn) -> Module:
    """A module whose rule can be met, with at least one milestone required."""
    kinds = draw(st.lists(st.tuples(st.integers(5, 6000), st.booleans()), max_size=6))
    kinds.append((draw(st.integers(5, 6000)), True))
    name = draw(st.uuids())
    milestones = tuple(Milestone(f"{name}.{at}", *kind) for at, kind in enumerate(kinds))
    required = [milestone for milestone in milestones if milestone.is_required]
    most = {"count": len(required), "minutes": sum(each.effort_minutes for each in required)}
    rule = draw(st.sampled_from(["all", "count", "minutes"]))
    amount = None if rule == "all" else draw(st.integers(1, most[rule]))
    return Module(rule, amount, milestones)


curricula = st.lists(modules(), min_size=1, max_size=4)
states = st.sampled_from(list(Achievement.State))


def share_of(curriculum: list[Module], done: set[str] | frozenset[str]) -> Share:
    return sum_shares(module_share(module, module.milestones, done) for module in curriculum)


def keys_in(curriculum: list[Module], *, required: bool) -> list[str]:
    return [
        milestone.key
        for module in curriculum
        for milestone in module.milestones
        if milestone.is_required == required
    ]


@given(curricula)
def test_all_required_done_is_exactly_100(curriculum: list[Module]) -> None:
    share = share_of(curriculum, set(keys_in(curriculum, required=True)))

    assert share.percent == 100
    assert share.is_complete
    assert share.left_minutes == 0


def meets_rule(module: Module, done: set[str]) -> bool:
    counted = [milestone for milestone in module.required if milestone.key in done]
    if module.rule == "count":
        return len(counted) >= (module.rule_amount or 0)
    if module.rule == "minutes":
        return sum(each.effort_minutes for each in counted) >= (module.rule_amount or 0)
    return len(counted) == len(module.required)


@given(curricula, st.data())
def test_it_is_100_only_when_every_rule_is_met(
    curriculum: list[Module], data: st.DataObject
) -> None:
    required = keys_in(curriculum, required=True)
    done = set(data.draw(st.lists(st.sampled_from(required), unique=True)))

    is_met = all(meets_rule(module, done) for module in curriculum)

    assert (share_of(curriculum, done).percent == 100) == is_met
    assert share_of(curriculum, done).is_complete == is_met


@given(curricula, st.data())
def test_optional_work_never_changes_it(curriculum: list[Module], data: st.DataObject) -> None:
    required = keys_in(curriculum, required=True)
    done = set(data.draw(st.lists(st.sampled_from(required), unique=True)))
    optional = set(keys_in(curriculum, required=False))

    assert share_of(curriculum, done | optional) == share_of(curriculum, done)


@given(curricula, st.data())
def test_doing_more_never_lowers_it(curriculum: list[Module], data: st.DataObject) -> None:
    keys = keys_in(curriculum, required=True) + keys_in(curriculum, required=False)
    in_order = data.draw(st.permutations(keys))

    percents = [
        share_of(curriculum, set(in_order[:count])).percent for count in range(len(keys) + 1)
    ]

    assert percents == sorted(percents)
    assert percents[0] == 0
    assert percents[-1] == 100


@given(st.dictionaries(st.text(min_size=1), states))
def test_only_done_and_credited_count(by_key: dict[str, str]) -> None:
    assert counted_keys(by_key) == {
        key for key, state in by_key.items() if state in ("done", "credited")
    }


@given(curricula, st.data())
def test_skipping_something_required_never_counts(
    curriculum: list[Module], data: st.DataObject
) -> None:
    by_key = states_in(curriculum, data)
    skipped = data.draw(st.sampled_from(keys_in(curriculum, required=True)))

    share = share_of(curriculum, counted_keys({**by_key, skipped: "skipped"}))

    assert share == share_of(curriculum, counted_keys({**by_key, skipped: "open"}))
    assert share.percent <= share_of(curriculum, counted_keys({**by_key, skipped: "done"})).percent


@given(curricula, st.data())
def test_a_skip_leaves_100_only_where_the_rule_leaves_a_choice(
    curriculum: list[Module], data: st.DataObject
) -> None:
    required = keys_in(curriculum, required=True)
    skipped = data.draw(st.sampled_from(required))
    done = set(required) - {skipped}

    is_met = all(meets_rule(module, done) for module in curriculum)

    assert (share_of(curriculum, done).percent == 100) == is_met


def states_in(curriculum: list[Module], data: st.DataObject) -> dict[str, str]:
    keys = keys_in(curriculum, required=True) + keys_in(curriculum, required=False)
    return {key: data.draw(states) for key in keys}


@given(curricula, st.data())
def test_a_new_edition_with_the_same_required_work_changes_nothing(
    curriculum: list[Module], data: st.DataObject
) -> None:
    """Order, titles, parents and optional work may change without a word."""
    counted = counted_keys(states_in(curriculum, data))
    extra = data.draw(st.lists(st.integers(5, 6000), max_size=3))
    optional = tuple(Milestone(f"new.{at}", minutes, False) for at, minutes in enumerate(extra))
    following = [
        Module(each.rule, each.rule_amount, (*reversed(each.milestones), *optional))
        for each in reversed(curriculum)
    ]

    assert share_of(following, counted) == share_of(curriculum, counted)


@given(modules(), st.data())
def test_a_rule_that_asks_for_less_never_lowers_it(module: Module, data: st.DataObject) -> None:
    counted = counted_keys(states_in([module], data))
    amount = module.rule_amount or 1
    less = Module(module.rule, data.draw(st.integers(1, amount)), module.milestones)

    assert share_of([less], counted).percent >= share_of([module], counted).percent


def test_a_count_rule_weighs_so_many_times_the_mean() -> None:
    module = Module("count", 2, tuple(Milestone(str(at), 60 * at, True) for at in (1, 2, 3)))

    share = module_share(module, module.milestones, {"3"})

    assert share.done_minutes == 120
    assert share.required_minutes == 240
    assert share.percent == 50


def test_a_minutes_rule_weighs_its_minutes() -> None:
    module = Module("minutes", 90, (Milestone("a", 60, True), Milestone("b", 60, True)))

    assert module_share(module, module.milestones, {"a"}).percent == 66
    assert module_share(module, module.milestones, {"a", "b"}).percent == 100
