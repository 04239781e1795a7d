"""How many minutes each date can spare."""

from collections.abc import Sequence

from studyplans.scheduling.axis import NEVER

# So many dates are looked through faster than the tree is brought up to date.
FEW = 12


class Slack:
    """The slack of every distinct date: its study minutes left, less the work due by then.

    All dates can be met exactly while no slack is negative.  Work on a milestone takes slack
    from the earlier dates alone.  A date whose work is all done no longer counts.

    Slack is a prefix sum over the dates: the minutes since the date before, less the work due
    on this one, less the minutes passed.  A tree of sums and least prefix sums changes one
    date, or finds the last date that cannot spare a number of minutes, in O(log dates).
    """

    def __init__(self, limits: Sequence[int], work: Sequence[int]) -> None:
        """Take each milestone's limit on the study axis, NEVER for none, and its work."""
        dates = sorted({*limits} - {NEVER})
        place = {limit: at for at, limit in enumerate(dates)} | {NEVER: len(dates)}
        self.group = [place[limit] for limit in limits]
        self._work = [0] * (len(dates) + 1)
        for group, minutes in zip(self.group, work, strict=True):
            self._work[group] += minutes
        self._dates = dates
        self._gaps = [date - before for before, date in zip([0, *dates], dates, strict=False)]
        self._now = 0
        self._met = 0
        self._spare = -1
        self._stale: set[int] = set()
        self._plant()
        self._note_met()

    def refuses(self, group: int, minutes: int) -> int | None:
        """Return the last date before this group's that cannot spare so many minutes."""
        if group <= self._met or minutes <= self._spare:
            return None
        if group - self._met <= FEW:
            return self._last_of_few(group, minutes + self._now)
        self._refresh()
        return None if minutes <= self._spare else self._last_below(group, minutes + self._now)

    def spare(self, group: int) -> int:
        """Return how many minutes the dates before this group's can spare."""
        work, least = 0, NEVER
        for date in range(self._met, group):
            work += self._work[date]
            least = min(least, self._dates[date] - work)
        return NEVER if least == NEVER else least - self._now

    def can_rest(self, minutes: int) -> bool:
        """Tell whether nobody's date suffers when so many minutes stay free."""
        return self.refuses(len(self._gaps), minutes) is None

    def work(self, group: int, minutes: int) -> list[int]:
        """Pass minutes on a milestone of this group; return the dates met by that."""
        self._now += minutes
        self._spare -= minutes
        self._work[group] -= minutes
        self._stale.add(group)
        return [] if self._work[group] else self._note_met()

    def forgive(self, group: int, minutes: int) -> None:
        """Take away work that need not be done any more."""
        self._work[group] -= minutes
        self._stale.add(group)
        if not self._work[group]:
            self._note_met()

    def least(self) -> int:
        """Return what the tightest date can spare, NEVER without dates."""
        self._refresh()
        return self._spare if self._met < len(self._dates) else NEVER

    def rest(self, minutes: int) -> None:
        self._now += minutes
        self._spare -= minutes

    def _note_met(self) -> list[int]:
        before = self._met
        while self._met < len(self._gaps) and not self._work[self._met]:
            self._stale.add(self._met)
            self._met += 1
        return list(range(before, self._met))

    def _plant(self) -> None:
        self._size = 1 << max(1, len(self._gaps)).bit_length()
        self._sum = [0] * (2 * self._size)
        self._least = [NEVER] * (2 * self._size)
        for date, gap in enumerate(self._gaps):
            self._sum[self._size + date] = self._least[self._size + date] = gap - self._work[date]
        for node in range(self._size - 1, 0, -1):
            self._join(node)

    def _join(self, node: int) -> None:
        left, right = 2 * node, 2 * node + 1
        self._sum[node] = self._sum[left] + self._sum[right]
        self._least[node] = min(self._least[left], self._sum[left] + self._least[right])

    def _last_of_few(self, group: int, bound: int) -> int | None:
        found, work = None, 0
        for date in range(self._met, group):
            work += self._work[date]
            if self._dates[date] - work < bound:
                found = date
        return found

    def _refresh(self) -> None:
        """Bring the tree up to date, and what every date can spare."""
        nodes = {self._set_leaf(date) for date in self._stale if date < len(self._gaps)}
        self._stale.clear()
        while len(nodes) > 1:
            for node in nodes:
                self._join(node)
            nodes = {node // 2 for node in nodes}
        node = nodes.pop() if nodes else 0
        while node:
            self._join(node)
            node //= 2
        self._spare = self._least[1] - self._now

    def _set_leaf(self, date: int) -> int:
        leaf = self._size + date
        self._sum[leaf] = self._gaps[date] - self._work[date]
        self._least[leaf] = NEVER if date < self._met else self._sum[leaf]
        return leaf // 2

    def _last_below(self, group: int, bound: int) -> int | None:
        """Find the last date before the group whose prefix sum is below the bound."""
        before, leaf, found = 0, self._size + group, None
        for height in range(self._size.bit_length() - 1, 0, -1):
            node = leaf >> (height - 1)
            if node % 2:
                if before + self._least[node - 1] < bound:
                    found = node - 1, before
                before += self._sum[node - 1]
        return None if found is None else self._last_inside(*found, bound)

    def _last_inside(self, node: int, before: int, bound: int) -> int:
        while node < self._size:
            node *= 2
            if before + self._sum[node] + self._least[node + 1] < bound:
                before += self._sum[node]
                node += 1
        return node - self._size
