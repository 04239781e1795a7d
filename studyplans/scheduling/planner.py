"""From a problem to the best plan it has."""

from collections.abc import Callable, Sequence
from datetime import UTC

from studyplans.scheduling.axis import NEVER, StudyAxis
from studyplans.scheduling.calendar import (
    Span,
    horizon_end,
    open_years,
    starts_inside_window,
)
from studyplans.scheduling.checks import check
from studyplans.scheduling.dispatch import Dispatch, OneLane, Turns
from studyplans.scheduling.frontier import Frontier
from studyplans.scheduling.laying import lay, spare_minutes
from studyplans.scheduling.limits import Limits
from studyplans.scheduling.minutes import first_minute_from, moment_of
from studyplans.scheduling.network import Network
from studyplans.scheduling.outcome import LateMilestone, Layout, Piece, Plan
from studyplans.scheduling.pinning import can_be_kept, early_pins, pinned_pieces
from studyplans.scheduling.problem import PlanProblem
from studyplans.scheduling.reviewing import Headroom, place_reviews
from studyplans.scheduling.sequence import Sequencing
from studyplans.scheduling.sharing import SharedWeeks
from studyplans.scheduling.slack import Slack
from studyplans.scheduling.steadiness import steady_axis


def plan(problem: PlanProblem) -> Plan:
    """Return dated sessions for the problem, or raise ImpossibleProblem.

    What comes first counts most: (1) the latest milestone is as little late as can be,
    (2) the author's order or the paths' shares, (3) steady weeks if asked for, few splits
    and no scraps of sessions.  Reviews get what the dates leave them.
    """
    check(problem)
    network = Network(problem)
    axis = study_axis(problem)
    limits = Limits(network, axis, horizon_end(problem), problem.pinned)
    reviews: list[Piece] = []
    if problem.reviews:
        headroom = Headroom(network, axis, limits.on(axis), problem.reviews)
        reviews = place_reviews(problem, axis, headroom)
        axis = axis.without([Span(opens, closes) for opens, closes, *_ in reviews])
    if problem.style == "steady":
        axis = _steady(problem, network, limits, axis)
    return _plan_of(problem, network, _layout(problem, network, limits, axis), reviews)


def study_axis(problem: PlanProblem) -> StudyAxis:
    """Return the minutes left for milestones and reviews, strung together."""
    axis = StudyAxis(open_years(problem))
    is_at_once = axis.has(0) and axis.spans[0].opens == first_minute_from(problem.start)
    axis.begins_inside_window = is_at_once and starts_inside_window(problem)
    return axis


def _steady(problem: PlanProblem, network: Network, limits: Limits, axis: StudyAxis) -> StudyAxis:
    """Return an axis with even weeks up to the last date, for all work if that can be."""
    if not network.dues or not limits.can_all_be_met:
        return axis
    last = max(network.dues.values())
    horizon = horizon_end(problem)
    # Undated work is to be done by the last date as well, or else inside the horizon.
    for end in (last, horizon, NEVER):
        asked = {n: min(wall, end) for n, wall in enumerate(limits.walls) if min(wall, end) < NEVER}
        if can_be_kept(network, axis, horizon, asked):
            break
    return steady_axis(
        axis,
        problem.zone,
        last,
        problem.minimum_piece_minutes,
        lambda thinner: can_be_kept(network, thinner, horizon, asked),
    )


def _layout(problem: PlanProblem, network: Network, limits: Limits, axis: StudyAxis) -> Layout:
    if _is_mere_order(problem, network):
        order, spare = _order(network, limits, axis)
        return _laid(problem, lambda piece: lay(network, axis, order, spare, piece))
    return _laid(problem, lambda piece: _dispatched(problem, network, limits, axis, piece))


def _laid(problem: PlanProblem, lay_with: Callable[[int], Layout]) -> Layout:
    """Leave scraps of windows free, unless that costs somebody a place inside the horizon."""
    roomy = lay_with(problem.minimum_piece_minutes)
    return lay_with(0) if NEVER in roomy.finish else roomy


def _is_mere_order(problem: PlanProblem, network: Network) -> bool:
    """Tell whether nothing but prerequisites and dates decides what comes when."""
    is_shared = bool(problem.shares)
    return (
        network.is_ready_at_once
        and not is_shared
        and not any(milestone.whole for milestone in network.milestones)
    )


def _order(network: Network, limits: Limits, axis: StudyAxis) -> tuple[Sequence[int], list[int]]:
    """Return the order to study in, and the minutes each place in it can spare.

    Where the author's order is on time as it is, it is the answer, whatever else there is.
    """
    candidates = [limits.if_in_order, limits.on] if network.is_in_order else []
    for limits_on in candidates:
        spare = spare_minutes(network.order, network.work, limits_on(axis))
        if not spare or spare[0] >= 0:
            return network.order, spare
    on_axis = limits.on(axis)
    order = Sequencing(network, Slack(on_axis, network.work)).run()
    return order, spare_minutes(order, network.work, on_axis)


def _dispatched(
    problem: PlanProblem, network: Network, limits: Limits, axis: StudyAxis, piece: int
) -> Layout:
    turns: Turns = OneLane()
    if problem.shares:
        turns = SharedWeeks(network, axis, problem.shares, piece, problem.zone)
    frontier = Frontier(network, axis, horizon_end(problem))
    slack = Slack(limits.on(axis), network.work)
    dispatch = Dispatch(network, axis, frontier, slack, turns)
    dispatch.run(piece)
    return Layout(dispatch.stints, dispatch.finish)


def _plan_of(
    problem: PlanProblem, network: Network, layout: Layout, reviews: Sequence[Piece]
) -> Plan:
    unplaced = [number for number, wall in enumerate(layout.finish) if wall == NEVER]
    late, max_lateness = _held_against_dues(network, layout.finish)
    is_complete = bool(layout.finish) and not unplaced
    return Plan(
        problem=problem,
        pieces=_pieces(problem, network, layout),
        review_pieces=tuple(reviews),
        finish=moment_of(max(layout.finish)) if is_complete else None,
        late=late,
        max_lateness_minutes=max_lateness,
        unplaced=tuple(network.keys[number] for number in unplaced),
        early_pins=early_pins(network, layout.finish, problem.pinned),
    )


def _pieces(problem: PlanProblem, network: Network, layout: Layout) -> tuple[Piece, ...]:
    keys = network.keys
    pieces = [(opens, closes, keys[number], False) for opens, closes, number in layout.stints]
    if problem.pinned:
        pieces = sorted(pieces + pinned_pieces(problem.pinned))
    return tuple(pieces)


def _held_against_dues(
    network: Network, finish: Sequence[int]
) -> tuple[tuple[LateMilestone, ...], int | None]:
    """Return who is late, and the maximum lateness; None unless all that are due are placed."""
    placed = {number: due for number, due in network.dues.items() if finish[number] != NEVER}
    late = [
        _late(network, number, finish[number])
        for number, due in placed.items()
        if finish[number] > due
    ]
    late.sort(key=lambda each: (each.due, each.key))
    if not placed or len(placed) < len(network.dues):
        return tuple(late), None
    return tuple(late), max(finish[number] - due for number, due in placed.items())


def _late(network: Network, number: int, finish: int) -> LateMilestone:
    milestone = network.milestones[number]
    assert milestone.due is not None  # noqa: S101  it is late, so it is due
    return LateMilestone(
        key=milestone.key,
        due=milestone.due.astimezone(UTC),
        finish=moment_of(finish),
        minutes=finish - network.dues[number],
    )
