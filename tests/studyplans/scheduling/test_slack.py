"""What every date can spare, held against counting it anew each time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from studyplans.scheduling.axis import NEVER
from studyplans.scheduling.slack import Slack

LIMITS = st.integers(1, 400) | st.just(NEVER)
MILESTONES = st.lists(st.tuples(LIMITS, st.integers(1, 30)), min_size=1, max_size=60)


class CountedSlack:
    """The same questions, answered by counting."""

    def __init__(self, milestones: list[tuple[int, int]]) -> None:
        self.left = [list(each) for each in milestones]
        self.dates = sorted({limit for limit, _ in milestones} - {NEVER})
        self.now = 0

    def refuses(self, number: int, minutes: int) -> int | None:
        refusing = [
            place
            for place, date in enumerate(self.dates)
            if date < self.left[number][0] and self.is_open(date) and self.of(date) < minutes
        ]
        return max(refusing, default=None)

    def spare(self, number: int) -> int:
        open_dates = [date for date in self.dates if self.is_open(date)]
        earlier = [self.of(date) for date in open_dates if date < self.left[number][0]]
        return min(earlier, default=NEVER)

    def of(self, date: int) -> int:
        return date - self.now - sum(work for limit, work in self.left if limit <= date)

    def is_open(self, date: int) -> bool:
        return any(work for limit, work in self.left if limit <= date)


@settings(deadline=None, max_examples=200)
@given(milestones=MILESTONES, data=st.data())
def test_every_question_is_answered_as_by_counting(
    milestones: list[tuple[int, int]], data: st.DataObject
) -> None:
    slack = Slack([limit for limit, _ in milestones], [work for _, work in milestones])
    counted = CountedSlack(milestones)

    for _ in range(data.draw(st.integers(0, 40))):
        number = data.draw(st.integers(0, len(milestones) - 1))
        group, left = slack.group[number], counted.left[number][1]
        minutes = data.draw(st.integers(1, max(left, 1)))
        assert slack.refuses(group, minutes) == counted.refuses(number, minutes)
        assert slack.spare(group) == counted.spare(number)
        if data.draw(st.booleans()):
            slack.rest(minutes)
            counted.now += minutes
        elif left:
            slack.work(group, minutes)
            counted.left[number][1] -= minutes
            counted.now += minutes

    open_dates = [counted.of(date) for date in counted.dates if counted.is_open(date)]
    assert slack.least() == min(open_dates, default=NEVER)


def test_a_date_is_met_when_all_work_up_to_it_is_done() -> None:
    slack = Slack([10, 20, NEVER], [5, 5, 5])

    assert slack.work(slack.group[1], 5) == []
    assert slack.work(slack.group[0], 5) == [0, 1]
    assert slack.refuses(slack.group[2], 1000) is None


def test_what_need_not_be_done_frees_its_minutes() -> None:
    slack = Slack([10, 20], [5, 5])

    slack.forgive(slack.group[0], 5)

    assert slack.least() == 15
