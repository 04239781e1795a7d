"""Level 2 where more than prerequisites decides: releases, whole sessions, shares of the week.

The rule is that of `sequence`: the first in turn that may run without making the dates
impossible.  Where releases leave nothing that fits whole, the most urgent runs until the next
release (a heuristic, but no date suffers).  Milestones not to be split wait for a session they
fit into, and what fits goes ahead of them; deciding that exactly would be bin packing.
"""

from collections import defaultdict
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

from studyplans.scheduling.axis import NEVER, StudyAxis
from studyplans.scheduling.frontier import Frontier
from studyplans.scheduling.network import Network
from studyplans.scheduling.outcome import Stint
from studyplans.scheduling.slack import Slack


class Turns(Protocol):
    """Decides which lane goes next and how long; each path has a lane of its own."""

    def lane_of(self, number: int) -> int: ...

    def in_turn(self, busy_lanes: list[int], place: int, now: int) -> list[int]: ...

    def stint(self, lane: int, left: int, room: int) -> int: ...

    def charge(self, lane: int, minutes: int) -> None: ...


class OneLane:
    """All paths together, each milestone in one go."""

    def lane_of(self, number: int) -> int:
        return 0

    def in_turn(self, busy_lanes: list[int], place: int, now: int) -> list[int]:
        return busy_lanes

    def stint(self, lane: int, left: int, room: int) -> int:
        return left

    def charge(self, lane: int, minutes: int) -> None:
        pass


class Choice(NamedTuple):
    number: int
    minutes: int


REST = Choice(-1, 0)


class Dispatch:
    """Lays milestone after milestone on the axis; `stints` and `finish` are the result."""

    def __init__(
        self, network: Network, axis: StudyAxis, frontier: Frontier, slack: Slack, turns: Turns
    ) -> None:
        self.stints: list[Stint] = []
        self.finish = frontier.finish
        self._axis = axis
        self._frontier = frontier
        self._left = frontier.left
        self._slack = slack
        self._group = slack.group
        self._turns = turns
        self._whole = {n for n, each in enumerate(network.milestones) if each.whole}
        self._lanes: dict[int, list[int]] = defaultdict(list)
        self._begun = len(network.keys)
        self._aside: list[int] = []
        self._aside_at = 0
        self._parked: dict[int, list[int]] = defaultdict(list)
        self._parked_by: dict[int, int] = {}
        self._urgent: list[tuple[int, int]] = []
        self._now = 0
        self._place = 0
        self._last = -1

    def run(self, minimum_piece: int) -> None:
        """Fill the axis; rests too short for a new start stay free where no date suffers."""
        self._minimum_piece = minimum_piece
        while self._reach_span():
            for number in self._frontier.admit(self._now):
                self._enter(number)
            choice = self._choose()
            if choice.minutes:
                self._spend(choice)
            elif not self._rest():
                return

    def _reach_span(self) -> bool:
        """Move to the span that `now` lies in; False when time is over."""
        while self._axis.has(self._place):
            if self._now < self._axis.ends[self._place]:
                self._take_back(self._place)
                return True
            self._place += 1
        return False

    def _take_back(self, place: int) -> None:
        """Let those that were too long for the last session try this one."""
        while self._aside and place != self._aside_at:
            self._enter(self._aside.pop())
        self._aside_at = place

    def _enter(self, number: int, *, is_begun: bool = False) -> None:
        lane = self._turns.lane_of(number)
        heappush(self._lanes[lane], number - self._begun if is_begun else number)

    def _choose(self) -> Choice:
        room = self._axis.ends[self._place] - self._now
        busy = [lane for lane, numbers in self._lanes.items() if numbers]
        for lane in self._turns.in_turn(busy, self._place, self._now):
            choice = self._choose_from(lane, room)
            if choice is not None:
                return choice
        return self._most_urgent(room)

    def _choose_from(self, lane: int, room: int) -> Choice | None:
        numbers = self._lanes[lane]
        while numbers:
            number = numbers[0] % self._begun
            minutes = self._stint(lane, number, room)
            refusing = self._slack.refuses(self._group[number], minutes)
            if refusing is None and self._is_scrap(number, room):
                return REST
            heappop(numbers)
            if refusing is not None:
                self._park(number, refusing)
            elif self._is_too_long(number, room):
                self._aside.append(number)
            else:
                return Choice(number, minutes)
        return None

    def _stint(self, lane: int, number: int, room: int) -> int:
        left = self._left[number]
        if number in self._whole:
            return left
        minutes = self._turns.stint(lane, left, room)
        if minutes < left:
            # It will be split anyway: rather a shorter stint than none.
            spare = self._slack.spare(self._group[number])
            minutes = min(minutes, max(spare, self._minimum_piece, 1))
        return min(minutes, room) if self._aside else minutes

    def _is_scrap(self, number: int, room: int) -> bool:
        """Tell whether the rest of a window is too small to turn to this milestone in.

        A whole window is never too small, or those shorter than a piece would stay empty.
        """
        if number == self._last or room >= min(self._minimum_piece, self._left[number]):
            return False
        opens, closes = self._axis.spans[self._place]
        is_window = closes - opens == room and (self._place or not self._axis.begins_inside_window)
        return not is_window and self._slack.can_rest(room)

    def _is_too_long(self, number: int, room: int) -> bool:
        return number in self._whole and self._left[number] > room

    def _park(self, number: int, date: int) -> None:
        """Put a milestone away until the work for that date is done: slack never grows."""
        self._parked[date].append(number)
        self._parked_by[number] = date
        heappush(self._urgent, (self._group[number], number))

    def _most_urgent(self, room: int) -> Choice:
        """Return the most urgent of the parked, up to the next release."""
        too_long: list[tuple[int, int]] = []
        choice = REST
        while self._urgent and choice is REST:
            entry = heappop(self._urgent)
            if self._is_too_long(entry[1], room):
                too_long.append(entry)
            elif self._unpark(entry[1]):
                step = self._frontier.next_release - self._now
                choice = Choice(entry[1], min(self._left[entry[1]], step))
        for entry in too_long:
            heappush(self._urgent, entry)
        return choice

    def _unpark(self, number: int) -> bool:
        return self._parked_by.pop(number, None) is not None

    def _spend(self, choice: Choice) -> None:
        number, minutes = choice
        is_filler = bool(self._aside)
        if not self._lay(number, minutes):
            return
        self._turns.charge(self._turns.lane_of(number), minutes)
        self._left[number] -= minutes
        if self._left[number]:
            self._enter(number, is_begun=not is_filler)
        else:
            self._frontier.complete(number, self.stints[-1][1])
        for date in self._slack.work(self._group[number], minutes):
            self._enter_parked(date)

    def _enter_parked(self, date: int) -> None:
        for number in self._parked.pop(date, ()):
            if self._parked_by.get(number) == date:
                del self._parked_by[number]
                self._enter(number)

    def _lay(self, number: int, minutes: int) -> bool:
        """Lay minutes from now on, over as many spans as it takes; False when time runs out."""
        self._last = number
        until = self._now + minutes
        while self._now < until and self._axis.has(self._place):
            end = self._axis.ends[self._place]
            closes = self._axis.spans[self._place].closes
            stop = min(end, until)
            self._add(number, closes - (end - self._now), closes - (end - stop))
            self._now = stop
            self._place += stop == end
        return self._now == until

    def _add(self, number: int, opens: int, closes: int) -> None:
        if self.stints and self.stints[-1][1:] == (opens, number):
            opens = self.stints.pop()[0]
        self.stints.append((opens, closes, number))

    def _rest(self) -> bool:
        """Pass on to where something can run; False when nothing ever will."""
        target = self._frontier.next_release
        if self._aside or self._parked_by or any(self._lanes.values()):
            target = min(target, self._axis.ends[self._place])
        if target == NEVER:
            return False
        self._slack.rest(target - self._now)
        self._now = target
        return True
