import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
import time_machine

from studyplans.reminders import claiming, tasks
from studyplans.reminders.actions import recount_schedules, set_reminder_schedule
from studyplans.reminders.models import Delivery, ReminderSchedule
from studyplans.reminders.names import KindName
from studyplans.reminders.rules import moment_of
from tests.factories import make_learner
from tests.studyplans.cast import enrol, make_maths
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, SUNDAY, enrol_on_sunday, outcomes
from tracker.accounts.actions import change_profile
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


def schedule_of(learner: User) -> ReminderSchedule:
    return ReminderSchedule.objects.get(learner=learner, kind=KindName.DIGEST)


def choose(learner: User, *, at: datetime, **choices: Any) -> ReminderSchedule:
    defaults = {"is_on": True, "local_time": time(8), "weekdays": list(range(7))}
    return set_reminder_schedule(
        learner=learner, kind=KindName.DIGEST, at=at, **{**defaults, **choices}
    )


def test_enrolling_brings_the_digest_at_eight(planned_ada: User) -> None:
    schedule = schedule_of(planned_ada)

    assert schedule.is_on
    assert schedule.next_run_at == MONDAY_AT_EIGHT


def test_an_enrolment_dated_back_brings_no_digests_of_the_past(
    ada: User, maths: Curriculum, clock: time_machine.Traveller
) -> None:
    clock.move_to(SUNDAY)
    enrol(ada, maths, at=SUNDAY - timedelta(days=21))

    assert schedule_of(ada).next_run_at == MONDAY_AT_EIGHT


def test_an_opt_out_survives_another_enrolment(planned_ada: User) -> None:
    choose(planned_ada, at=SUNDAY, is_on=False)

    enrol_on_sunday(planned_ada, make_maths(slug="stats"))

    assert not schedule_of(planned_ada).is_on


def test_a_choice_of_weekdays_decides_the_next_run(planned_ada: User) -> None:
    schedule = choose(planned_ada, at=SUNDAY, local_time=time(6, 30), weekdays=[5, 2])

    assert schedule.next_run_at == datetime(2026, 3, 4, 5, 30, tzinfo=UTC)
    assert schedule.weekdays == [2, 5]


def test_moving_to_another_zone_keeps_the_local_hour(planned_ada: User) -> None:
    with time_machine.travel(SUNDAY, tick=False):
        change_profile(learner=planned_ada, name="Ada", time_zone="Asia/Kathmandu")

    assert schedule_of(planned_ada).next_run_at == datetime(2026, 3, 2, 2, 15, tzinfo=UTC)


def test_a_later_hour_brings_no_second_digest_today(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: list[Any]
) -> None:
    clock.move_to(MONDAY_AT_EIGHT)
    tasks.dispatch_due()

    schedule = choose(planned_ada, at=MONDAY_AT_EIGHT, local_time=time(18))

    assert schedule.next_run_at == datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
    assert len(mailoutbox) == 1


def test_flying_west_over_the_date_line_repeats_no_date(
    ada: User, clock: time_machine.Traveller
) -> None:
    ada.time_zone = "Pacific/Apia"
    ada.save()
    choose(ada, at=SUNDAY)
    clock.move_to(datetime(2026, 3, 1, 19, 0, tzinfo=UTC))  # Monday, 08:00 in Apia
    tasks.dispatch_due()

    change_profile(learner=ada, name="Ada", time_zone="Pacific/Honolulu")

    assert [occurrence for occurrence, *_ in outcomes(ada)] == ["2026-03-02"]
    # Sunday again, and Monday is to come once more: the next is Tuesday's.
    assert schedule_of(ada).next_run_at == datetime(2026, 3, 3, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hour"), [(datetime(2026, 3, 28, 12, tzinfo=UTC), 6), (SUNDAY, 7)])
def test_eight_stays_eight_when_the_clocks_change(ada: User, day: datetime, hour: int) -> None:
    schedule = choose(ada, at=day)

    assert schedule.next_run_at is not None
    assert schedule.next_run_at.astimezone(UTC).hour == hour


def test_signing_up_alone_brings_no_mail(
    transactional_db: None, clock: time_machine.Traveller
) -> None:
    ben = make_learner("ben@example.org")
    tasks.dispatch_due()

    assert not ReminderSchedule.objects.filter(learner=ben).exists()


def test_a_digest_still_to_come_today_is_not_lost_on_the_way_east(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: list[Any]
) -> None:
    clock.move_to(MONDAY_AT_EIGHT - timedelta(minutes=10))
    change_profile(learner=planned_ada, name="Ada", time_zone="Europe/Helsinki")  # 08:50 there
    assert schedule_of(planned_ada).next_run_at == MONDAY_AT_EIGHT

    clock.move_to(MONDAY_AT_EIGHT)
    tasks.dispatch_due()

    assert [occurrence for occurrence, *_ in outcomes(planned_ada)] == ["2026-03-02"]
    assert schedule_of(planned_ada).next_run_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("hour", [time(0, 30), time(3, 59), time(4)])
def test_a_digest_in_the_night_tells_the_day_to_come(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: list[Any], hour: time
) -> None:
    schedule = choose(planned_ada, at=SUNDAY, local_time=hour)
    assert schedule.next_run_at is not None
    clock.move_to(schedule.next_run_at)
    tasks.dispatch_due()

    assert [letter.subject for letter in mailoutbox] == ["Today: 1 session, 1 h"]
    assert "Monday 2 March" in str(mailoutbox[0].body)


def test_new_zone_rules_move_all_schedules_alike_at_once(
    planned_ada: User, cleo: User, clock: time_machine.Traveller
) -> None:
    choose(cleo, at=SUNDAY)
    ReminderSchedule.objects.update(next_run_at=MONDAY_AT_EIGHT + timedelta(hours=1))

    assert recount_schedules() == 2
    assert recount_schedules() == 0
    assert schedule_of(planned_ada).next_run_at == MONDAY_AT_EIGHT
    assert schedule_of(cleo).next_run_at == MONDAY_AT_EIGHT


def test_a_zone_that_an_operator_changes_is_followed_by_the_next_day(planned_ada: User) -> None:
    User.objects.update(time_zone="Asia/Kathmandu")

    assert recount_schedules() == 1
    assert schedule_of(planned_ada).next_run_at == datetime(2026, 3, 2, 2, 15, tzinfo=UTC)


def test_new_zone_rules_repeat_no_date(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: list[Any]
) -> None:
    clock.move_to(MONDAY_AT_EIGHT)
    tasks.dispatch_due()
    ReminderSchedule.objects.update(next_run_at=MONDAY_AT_EIGHT + timedelta(hours=10))

    recount_schedules()

    assert schedule_of(planned_ada).next_run_at == MONDAY_AT_EIGHT + timedelta(days=1)


def hours_passed(zone: str, *, since: datetime, until: datetime) -> list[date]:
    """Return the dates on which it was eight there, after one moment and up to another."""
    first = since.astimezone(ZoneInfo(zone)).date()
    days = [first + timedelta(days=number) for number in range((until - since).days + 3)]
    moments = {day: moment_of(day, time(8), ZoneInfo(zone)) for day in days}
    return [day for day, moment in moments.items() if moment and since < moment <= until]


@pytest.mark.parametrize("seed", range(4))
def test_whoever_travels_the_world_gets_every_new_date_once(
    ada: User, clock: time_machine.Traveller, seed: int
) -> None:
    chance, arrived = random.Random(seed), SUNDAY  # noqa: S311  repeatable, not secret
    zones = sorted(available_timezones() - {"Factory", "localtime"})
    clock.move_to(arrived)
    choose(ada, at=arrived)
    seen: list[date] = []
    for _ in range(10):
        zone = chance.choice(zones)
        change_profile(learner=ada, name="Ada", time_zone=zone)
        left = arrived + timedelta(minutes=chance.randrange(60, 5400))
        wanted = hours_passed(zone, since=arrived, until=left)
        clock.move_to(left)
        claiming.claim_all_due(at=left)
        before = max(seen, default=date.min)
        rows = Delivery.objects.filter(learner=ada).order_by("pk")
        seen = [date.fromisoformat(each) for each in rows.values_list("occurrence", flat=True)]
        assert {day for day in wanted if day > before} <= set(seen)
        arrived = left

    assert seen == sorted(set(seen))
    assert len(seen) > 5
