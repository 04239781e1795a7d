"""Sessions put there by hand: what they take, and what must be done before them."""

from collections.abc import Iterable, Sequence

from studyplans.scheduling.axis import NEVER, StudyAxis
from studyplans.scheduling.minutes import first_minute_from, last_minute_by
from studyplans.scheduling.network import Network
from studyplans.scheduling.outcome import Piece
from studyplans.scheduling.problem import Pin
from studyplans.scheduling.urgency import finish_by_urgency


def pinned_pieces(pins: Iterable[Pin]) -> list[Piece]:
    return [
        (last_minute_by(pin.starts_at), last_minute_by(pin.ends_at), pin.key, True) for pin in pins
    ]


def limits_before_pins(
    network: Network, axis: StudyAxis, horizon: int, pins: Iterable[Pin]
) -> dict[int, int]:
    """Return by when what pinned milestones require must be done, on the wall.

    A pin that cannot be kept together with those before it asks nothing of anybody.
    """
    limits: dict[int, int] = {}
    for pin in sorted(pins, key=lambda pin: pin.starts_at):
        begins = last_minute_by(pin.starts_at)
        needs = network.requires[network.number[pin.key]]
        more = limits | {needed: min(begins, limits.get(needed, begins)) for needed in needs}
        if more != limits and can_be_kept(network, axis, horizon, more):
            limits = more
    return limits


def can_be_kept(network: Network, axis: StudyAxis, horizon: int, limits: dict[int, int]) -> bool:
    finish = finish_by_urgency(network, axis, horizon, limits)
    return all(finish[number] <= limit for number, limit in limits.items())


def least_lateness_beside(
    network: Network, axis: StudyAxis, horizon: int, dues: dict[int, int], fixed: dict[int, int]
) -> int | None:
    """Return the least lateness of the dues, not negative, that keeps the fixed limits too.

    Fixed limits do not shift with the lateness, so the order by limit depends on it: search.
    None says that not even the end of the horizon is late enough.
    """

    def is_enough(lateness: int) -> bool:
        return can_be_kept(network, axis, horizon, shifted(dues, lateness, fixed))

    too_little, enough = -1, max(0, horizon - min(dues.values(), default=horizon))
    if not is_enough(enough):
        return None
    while enough - too_little > 1:
        middle = (too_little + enough) // 2
        too_little, enough = (too_little, middle) if is_enough(middle) else (middle, enough)
    return enough


def shifted(dues: dict[int, int], lateness: int, fixed: dict[int, int]) -> dict[int, int]:
    """Return the limits when every due may be so late, and the fixed limits stay."""
    limits = {number: due + lateness for number, due in dues.items()}
    return limits | {
        number: min(limit, limits.get(number, limit)) for number, limit in fixed.items()
    }


def early_pins(network: Network, finish: Sequence[int], pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """Return the pins that start before what their milestone waits for is done."""
    return tuple(
        pin
        for pin in sorted(pins, key=lambda pin: pin.starts_at)
        if first_minute_from(pin.starts_at) < _ready(network, finish, network.number[pin.key])
    )


def _ready(network: Network, finish: Sequence[int], number: int) -> int:
    needs = (finish[needed] for needed in network.requires[number])
    return max([network.releases.get(number, -NEVER), *needs])
