"""Questions asked of reminders; each answers in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import Count, Min, Q, QuerySet

from common import clock
from studyplans.reminders.addresses import troubles_of
from studyplans.reminders.channels.channel import Channel
from studyplans.reminders.channels.registry import channels
from studyplans.reminders.claiming import TOO_LATE, claimable
from studyplans.reminders.kinds import KINDS, SCHEDULED
from studyplans.reminders.kinds.kind import Brief, News, Rhythm
from studyplans.reminders.models import (
    EMAIL,
    AddressState,
    Delivery,
    Destination,
    MailServer,
    ReminderSchedule,
)
from studyplans.reminders.names import ALL, KindName, title_of
from studyplans.reminders.rowset import rows_of
from studyplans.reminders.rules import cached_next_run, end_of_quiet
from tracker.accounts.models import User

NO_ADDRESS = "there is no confirmed e-mail address to send it to"
SWITCHED_OFF = "it is switched off"
BOUNCED = "mail to the address comes back"
COMPLAINED = "our mail to the address was reported as spam"
PAUSED = "the learner wants no reminders for a while"
TOO_MANY = "another mail went out within the hour"
BETWEEN_MAILS = timedelta(hours=1)
LONGEST_LIFE = timedelta(days=4)
LATEST_SHOWN = 5
# Of what is waiting, and of the schedules that are due.
MOST_REHEARSED = 1000
# Another sender is writing to the same learner just now: see what it comes to.
SOON = timedelta(minutes=1)
TROUBLE = {AddressState.Trouble.BOUNCED: BOUNCED, AddressState.Trouble.COMPLAINED: COMPLAINED}


class Decision(NamedTuple):
    """Whether a delivery is still true and useful: an empty reason says that it is.

    `wait_until` is when it may go instead of now.  `riders` are those of the same learner that its
    letter carries along: what becomes of the letter becomes of them.
    """

    delivery: Delivery
    news: News
    reason: str
    wait_until: datetime | None = None
    riders: tuple[Decision, ...] = ()

    @property
    def is_for_now(self) -> bool:
        return not self.reason and self.wait_until is None

    @property
    def aboard(self) -> tuple[Delivery, ...]:
        return (self.delivery, *(rider.delivery for rider in self.riders))

    @property
    def also(self) -> tuple[Brief, ...]:
        return tuple(rider.news.brief for rider in self.riders)


class Wish(NamedTuple):
    """What a learner's schedule, switched on, says about the moment of sending."""

    quiet_from: time | None
    quiet_until: time | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a batch's learners besides their news."""

    reachable: set[int]
    troubles: dict[int, AddressState]
    wishes: dict[tuple[int, str], Wish]
    pauses: dict[int, date]
    last_mails: dict[int, datetime]
    elsewhere: set[int]


def decisions_on(deliveries: Sequence[Delivery], *, at: datetime) -> list[Decision]:
    """Decide on deliveries whose learners are loaded, saved or not.

    Of several for one learner one carries the others, so the list may be shorter.
    """
    known = _known_of(deliveries, at=at)
    decided = [
        _decision(delivery, news, known, at=at) for delivery, news in _with_news(deliveries, at=at)
    ]
    return [each for each in bundled(decided) if each is not None]


PRECEDENCE = {name: place for place, name in enumerate(KindName)}


def bundled(decisions: Sequence[Decision]) -> list[Decision]:
    """Put what goes to one learner now into one letter; what was asked for goes by itself."""
    alone: list[Decision] = []
    together: dict[tuple[int, str, int], list[Decision]] = defaultdict(list)
    for each in decisions:
        if each.is_for_now and KINDS[each.delivery.kind].needs_schedule:
            together[place_of(each.delivery)].append(each)
        else:
            alone.append(each)
    return alone + [_one_letter(those) for those in together.values()]


def place_of(delivery: Delivery) -> tuple[int, str, int]:
    """Return where a delivery goes: what goes to one place may go together."""
    return delivery.learner_id, delivery.channel, delivery.destination_number


def _one_letter(decisions: list[Decision]) -> Decision:
    if len(decisions) == 1:
        return decisions[0]
    first, *riders = sorted(decisions, key=lambda each: PRECEDENCE[KindName(each.delivery.kind)])
    return first._replace(riders=tuple(riders))


def _with_news(deliveries: Sequence[Delivery], *, at: datetime) -> list[tuple[Delivery, News]]:
    by_kind: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        by_kind[delivery.kind].append(delivery)
    return [
        pair
        for kind, those in by_kind.items()
        for pair in zip(those, KINDS[kind].news_for(those, at=at), strict=True)
    ]


def _known_of(deliveries: Sequence[Delivery], *, at: datetime) -> Known:
    learners = {each.learner_id: each.learner for each in deliveries}
    keys = list(learners)
    kinds = {KINDS[kind].schedule for kind in {each.kind for each in deliveries}}
    schedules = ReminderSchedule.objects.filter(Q(kind__in=kinds, is_on=True) | Q(kind=ALL))
    rows = list(
        schedules.filter(learner__among=keys).values_list(
            "learner", "kind", "last_day", "quiet_from", "quiet_until"
        )
    )
    last_mails, elsewhere = _mails_to(keys, besides=deliveries, at=at)
    return Known(
        reachable=_reachable(learners),
        troubles=troubles_of(learners.values()),
        wishes={(pk, kind): Wish(*quiet) for pk, kind, _, *quiet in rows if kind != ALL},
        pauses={pk: last for pk, kind, last, *_ in rows if kind == ALL and last},
        last_mails=last_mails,
        elsewhere=elsewhere,
    )


def _mails_to(
    learners: Sequence[int], *, besides: Sequence[Delivery], at: datetime
) -> tuple[dict[int, datetime], set[int]]:
    """Return by learner the last mail within the hour, and those another sender writes to now."""
    # Every occurrence begins with its date, so the unique index finds the latest at once.
    since = (at - LONGEST_LIFE).date().isoformat()
    others = Delivery.objects.by_mail().filter(
        learner__among=learners, kind__in=[*SCHEDULED], occurrence__gte=since
    )
    recent = Q(status=Delivery.Status.SENT, settled_at__gt=at - BETWEEN_MAILS)
    found = others.filter(recent | Q(status=Delivery.Status.LEASED))
    own = {delivery.pk for delivery in besides}
    last_mails: dict[int, datetime] = {}
    elsewhere = set()
    for pk, learner, settled_at in rows_of(found.values_list("pk", "learner", "settled_at")):
        if settled_at is not None:
            last_mails[learner] = max(settled_at, last_mails.get(learner, settled_at))
        elif pk not in own:
            elsewhere.add(learner)
    return last_mails, elsewhere


def _decision(delivery: Delivery, news: News, known: Known, *, at: datetime) -> Decision:
    kind = KINDS[delivery.kind]
    reason = _reason_against(delivery, known, at=at)
    if not kind.needs_schedule:
        return Decision(delivery, news, reason or news.why_useless)
    wish = known.wishes.get((delivery.learner_id, kind.schedule))
    reason = reason or _unwanted(wish, delivery, known, at=at) or news.why_useless
    wait_until = _wait_until(wish, delivery, known, at=at)
    if not reason and wait_until and wait_until >= delivery.stale_at:
        reason = TOO_MANY if _last_mail(delivery, known) else TOO_LATE
    return Decision(delivery, news, reason, wait_until)


def _unwanted(wish: Wish | None, delivery: Delivery, known: Known, *, at: datetime) -> str:
    if wish is None:
        return SWITCHED_OFF
    last = known.pauses.get(delivery.learner_id)
    is_paused = last is not None and clock.wall_date(at, delivery.learner) <= last
    return PAUSED if is_paused else ""


def _wait_until(
    wish: Wish | None, delivery: Delivery, known: Known, *, at: datetime
) -> datetime | None:
    waits = []
    if last_mail := _last_mail(delivery, known):
        waits.append(last_mail + BETWEEN_MAILS)
    if delivery.channel == EMAIL and delivery.learner_id in known.elsewhere:
        waits.append(at + SOON)
    if quiet_until := _quiet_until(wish, delivery, at=at):
        waits.append(quiet_until)
    return max(waits, default=None)


def _last_mail(delivery: Delivery, known: Known) -> datetime | None:
    """Return the mail within the hour that another mail would follow too soon."""
    return known.last_mails.get(delivery.learner_id) if delivery.channel == EMAIL else None


def _reason_against(delivery: Delivery, known: Known, *, at: datetime) -> str:
    if delivery.stale_at <= at:
        return TOO_LATE
    if delivery.channel != EMAIL:
        return ""
    if delivery.learner_id not in known.reachable:
        return NO_ADDRESS
    trouble = known.troubles.get(delivery.learner_id)
    return TROUBLE[AddressState.Trouble(trouble.trouble)] if trouble else ""


def _quiet_until(wish: Wish | None, delivery: Delivery, *, at: datetime) -> datetime | None:
    if wish is None or wish.quiet_from is None or wish.quiet_until is None:
        return None
    zone = delivery.learner.zone
    return end_of_quiet(at, quiet_from=wish.quiet_from, quiet_until=wish.quiet_until, zone=zone)


def _reachable(learners: Mapping[int, User]) -> set[int]:
    """Return the keys of learners with an open account and a confirmed address."""
    confirmed = EmailAddress.objects.filter(user__among=learners, verified=True)
    return {
        pk
        for pk, address in confirmed.values_list("user", "email")
        if learners[pk].is_active and learners[pk].email.lower() == address.lower()
    }


# --- what a learner sees ----------------------------------------------------------------------


def schedule_of(learner: User, *, kind: str) -> ReminderSchedule | None:
    return ReminderSchedule.objects.filter(learner=learner, kind=kind).first()


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind as its learner sees it: `next_at` is None where nothing is sure to come."""

    name: str
    title: str
    says: str
    schedule: ReminderSchedule | None
    next_at: datetime | None

    @property
    def is_on(self) -> bool:
        return self.schedule is not None and self.schedule.is_on


def kinds_of(learner: User, *, at: datetime) -> list[KindRow]:
    own = {each.kind: each for each in ReminderSchedule.objects.filter(learner=learner)}
    pause = _pause_in(own.get(ALL), learner, at=at)
    return [_row_of(learner, name, own.get(name), pause) for name in SCHEDULED]


def kind_of(learner: User, kind: str, *, at: datetime) -> KindRow:
    return next(row for row in kinds_of(learner, at=at) if row.name == kind)


def pause_of(learner: User, *, at: datetime) -> date | None:
    """Return the day from which reminders come again; None when they are not paused."""
    return _pause_in(schedule_of(learner, kind=ALL), learner, at=at)


def _pause_in(row: ReminderSchedule | None, learner: User, *, at: datetime) -> date | None:
    is_paused = row and row.last_day and clock.wall_date(at, learner) <= row.last_day
    return row.last_day + timedelta(days=1) if row and row.last_day and is_paused else None


def _row_of(
    learner: User, name: str, schedule: ReminderSchedule | None, pause: date | None
) -> KindRow:
    kind = SCHEDULED[name]
    by_hour = kind.rhythm in (Rhythm.EVERY_TIME, Rhythm.NEWS)
    next_at = schedule.next_run_at if schedule and schedule.is_on and by_hour else None
    if schedule and next_at and pause:
        next_at = _first_from(pause, schedule, learner, planned=next_at)
    return KindRow(name, title_of(name), kind.offer.says, schedule, next_at)


def _first_from(
    day: date, schedule: ReminderSchedule, learner: User, *, planned: datetime
) -> datetime | None:
    begin = clock.midnight(day, learner)
    if planned >= begin:
        return planned
    return cached_next_run(
        after=begin - timedelta(microseconds=1),
        local_time=schedule.local_time,
        weekdays=tuple(schedule.weekdays),
        zone=learner.zone,
    )


def deliveries_to(learner: User) -> QuerySet[Delivery]:
    """Return all mail to a learner, newest first, with its wording if still kept."""
    own = Delivery.objects.by_mail().filter(learner=learner).select_related("wording")
    return own.order_by("-due_at", "-pk")


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel besides e-mail as its learner sees it, with the latest it has brought."""

    channel: Channel
    destinations: Sequence[Destination]
    latest: Sequence[Delivery]


def channels_of(learner: User) -> list[ChannelRow]:
    own: dict[str, list[Destination]] = defaultdict(list)
    for destination in Destination.objects.filter(learner=learner).order_by("number"):
        own[destination.channel].append(destination)
    return [
        ChannelRow(channel, own[name], _latest(learner, name))
        for name, channel in channels().items()
    ]


def _latest(learner: User, channel: str) -> Sequence[Delivery]:
    brought = Delivery.objects.filter(learner=learner, channel=channel)
    return list(brought.order_by("-due_at", "-pk")[:LATEST_SHOWN])


def is_a_channel_off(learner: User) -> bool:
    """Say whether a destination of the learner's has been switched off for its failures."""
    return Destination.objects.off().filter(learner=learner).exists()


def trouble_with(learner: User) -> AddressState | None:
    """Return why no reminder goes to the learner's address; None when all is well."""
    return troubles_of([learner]).get(learner.pk)


# --- what an operator sees --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """The outbox at one moment; sent, failed and in doubt count one day."""

    waiting: int
    oldest_due_at: datetime | None
    leased: int
    sent: int
    sent_in_an_hour: int
    failed: int
    in_doubt: int
    server: MailServer | None

    @property
    def is_server_down(self) -> bool:
        return self.server is not None and self.server.opened_at is not None


def standing(*, at: datetime) -> Standing:
    yesterday = at - timedelta(days=1)
    waiting = Delivery.objects.due(at).aggregate(count=Count("pk"), oldest=Min("due_at"))
    settled = Delivery.objects.filter(settled_at__gt=yesterday).aggregate(
        sent=Count("pk", filter=Q(status=Delivery.Status.SENT)),
        sent_in_an_hour=Count(
            "pk", filter=Q(status=Delivery.Status.SENT, settled_at__gt=at - timedelta(hours=1))
        ),
        failed=Count("pk", filter=Q(status=Delivery.Status.FAILED)),
    )
    doubtful = Delivery.objects.filter(
        Q(settled_at__gt=yesterday) | Q(settled_at=None), doubts__gt=0
    )
    return Standing(
        waiting=waiting["count"],
        oldest_due_at=waiting["oldest"],
        leased=Delivery.objects.leased().count(),
        **settled,
        in_doubt=doubtful.count(),
        server=MailServer.objects.filter(pk=MailServer.ONLY).first(),
    )


def longest_wait(*, at: datetime) -> timedelta:
    """Return how long the longest due delivery has waited; cheap, as it is asked all the time."""
    oldest = Delivery.objects.due(at).aggregate(oldest=Min("due_at"))["oldest"]
    return at - oldest if oldest else timedelta(0)


def is_mail_server_left_alone() -> bool:
    return MailServer.objects.filter(pk=MailServer.ONLY, opened_at__isnull=False).exists()


def rehearsal(*, at: datetime) -> list[Decision]:
    """Decide on the first that a dispatch at this moment would take up; write nothing."""
    longest_due = Delivery.objects.due(at).select_related("learner").order_by("due_at")
    waiting = list(longest_due[:MOST_REHEARSED])
    fresh = claimable(at=at, limit=MOST_REHEARSED)
    learners = User.objects.in_bulk({delivery.learner_id for delivery in fresh})
    known = set(
        Delivery.objects.filter(learner__among=learners).values_list(
            "learner", "kind", "occurrence"
        )
    )
    for delivery in fresh:
        delivery.learner = learners[delivery.learner_id]
    unknown = [
        delivery
        for delivery in fresh
        if (delivery.learner_id, delivery.kind, delivery.occurrence) not in known
    ]
    decided = decisions_on([*waiting, *unknown], at=at)
    return [each for each in decided if each.delivery.pk or not _is_no_news(each)]


def unrehearsed_count(*, at: datetime) -> int:
    """Return how many a dispatch would take up besides."""
    due = (Delivery.objects.due(at).count(), ReminderSchedule.objects.due(at).count())
    return sum(max(count - MOST_REHEARSED, 0) for count in due)


def _is_no_news(decision: Decision) -> bool:
    """Tell a kind that makes no delivery when there is nothing to say."""
    has_none = KINDS[decision.delivery.kind].rhythm is not Rhythm.EVERY_TIME
    return has_none and bool(decision.news.why_useless)
