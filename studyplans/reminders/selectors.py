"""Questions asked of reminders; each answers in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import Count, Min, Q

from studyplans.reminders.addresses import troubles_of
from studyplans.reminders.claiming import TOO_LATE, delivery_on, due_schedules, occasions_of
from studyplans.reminders.kinds import KINDS
from studyplans.reminders.kinds.kind import News
from studyplans.reminders.models import AddressState, Delivery, Kind, MailServer, ReminderSchedule
from studyplans.reminders.rules import end_of_quiet
from tracker.accounts.models import User

NO_ADDRESS = "there is no confirmed e-mail address to send it to"
SWITCHED_OFF = "it is switched off"
BOUNCED = "mail to the address comes back"
COMPLAINED = "our mail to the address was reported as spam"
TROUBLE = {AddressState.Trouble.BOUNCED: BOUNCED, AddressState.Trouble.COMPLAINED: COMPLAINED}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a delivery is still true and useful: an empty reason says that it is.

    `quiet_until` is when it may go instead of now.
    """

    delivery: Delivery
    news: News
    reason: str
    quiet_until: datetime | None = None


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


def decisions_on(deliveries: Sequence[Delivery], *, at: datetime) -> list[Decision]:
    """Decide on deliveries whose learners are loaded, saved or not."""
    known = _known_of(list({each.learner_id: each.learner for each in deliveries}.values()))
    return [
        _decision(delivery, news, known, at=at) for delivery, news in _with_news(deliveries, at=at)
    ]


def _with_news(deliveries: Sequence[Delivery], *, at: datetime) -> list[tuple[Delivery, News]]:
    by_kind: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        by_kind[delivery.kind].append(delivery)
    return [
        pair
        for kind, those in by_kind.items()
        for pair in zip(those, KINDS[kind].news_for(those, at=at), strict=True)
    ]


def _known_of(learners: Sequence[User]) -> Known:
    keys = [learner.pk for learner in learners]
    schedules = ReminderSchedule.objects.on().filter(learner__in=keys)
    rows = schedules.values_list("learner", "kind", "quiet_from", "quiet_until")
    return Known(
        reachable=_reachable(learners),
        troubles=troubles_of(learners),
        wishes={(learner, kind): Wish(*quiet) for learner, kind, *quiet in rows},
    )


def _decision(delivery: Delivery, news: News, known: Known, *, at: datetime) -> Decision:
    kind = KINDS[delivery.kind]
    wish = known.wishes.get((delivery.learner_id, kind.schedule))
    reason = _reason_against(delivery, known, at=at)
    if not reason and kind.needs_schedule and wish is None:
        reason = SWITCHED_OFF
    quiet_until = _quiet_until(wish, delivery, at=at) if kind.needs_schedule else None
    return Decision(delivery, news, reason or news.why_useless, quiet_until)


def _reason_against(delivery: Delivery, known: Known, *, at: datetime) -> str:
    if delivery.stale_at <= at:
        return TOO_LATE
    if delivery.learner_id not in known.reachable:
        return NO_ADDRESS
    trouble = known.troubles.get(delivery.learner_id)
    return TROUBLE[AddressState.Trouble(trouble.trouble)] if trouble else ""


def _quiet_until(wish: Wish | None, delivery: Delivery, *, at: datetime) -> datetime | None:
    if wish is None or wish.quiet_from is None or wish.quiet_until is None:
        return None
    zone = delivery.learner.zone
    return end_of_quiet(at, quiet_from=wish.quiet_from, quiet_until=wish.quiet_until, zone=zone)


def _reachable(learners: Sequence[User]) -> set[int]:
    """Return the keys of learners with an open account and a confirmed address."""
    keys = [learner.pk for learner in learners]
    confirmed = EmailAddress.objects.filter(user__in=keys, verified=True)
    addresses = {(pk, email.lower()) for pk, email in confirmed.values_list("user", "email")}
    return {
        learner.pk
        for learner in learners
        if learner.is_active and (learner.pk, learner.email.lower()) in addresses
    }


# --- what a learner sees ----------------------------------------------------------------------


def schedule_of(learner: User, *, kind: str = Kind.DIGEST) -> ReminderSchedule | None:
    return ReminderSchedule.objects.filter(learner=learner, kind=kind).first()


def deliveries_to(learner: User, *, limit: int) -> list[Delivery]:
    """Return the latest deliveries, newest first."""
    return list(Delivery.objects.filter(learner=learner).order_by("-due_at", "-pk")[:limit])


def trouble_with(learner: User) -> AddressState | None:
    """Return why no reminder goes to the learner's address; None when all is well."""
    return troubles_of([learner]).get(learner.pk)


# --- what an operator sees --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """The outbox at one moment; the last three count one day."""

    waiting: int
    oldest_due_at: datetime | None
    leased: int
    sent: int
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


def rehearsal(*, at: datetime) -> list[Decision]:
    """Decide on everything that a dispatch at this moment would take up; write nothing."""
    waiting = list(Delivery.objects.due(at).select_related("learner"))
    schedules = due_schedules(at=at)
    fresh = [
        delivery_on(occasion, schedule, at=at)
        for schedule in schedules
        for occasion in occasions_of(schedule.rule, until=at)
    ]
    learners = User.objects.in_bulk({delivery.learner_id for delivery in fresh})
    known = set(
        Delivery.objects.filter(learner__in=learners).values_list("learner", "kind", "occurrence")
    )
    for delivery in fresh:
        delivery.learner = learners[delivery.learner_id]
    unknown = [
        delivery
        for delivery in fresh
        if (delivery.learner_id, delivery.kind, delivery.occurrence) not in known
    ]
    return decisions_on([*waiting, *unknown], at=at)
