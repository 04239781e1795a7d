"""A certificate that runs out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from studyplans.reminders.kinds.kind import Lead, News, Offer, Traits
from studyplans.reminders.kinds.note import Line, NoNews, Note, in_days, shortened
from studyplans.reminders.kinds.reading import Wished, by_learner, day_of, learners_of, wished
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from tracker.credentials.models import NOTICE_DAYS, HeldCertification

NO_EXPIRY = "no certificate is a step nearer to its end"


@dataclass(frozen=True, slots=True)
class CertificateKind(Traits):
    @property
    def example(self) -> News:
        return _note([(60, "Associate certificate", date(2026, 5, 1))])

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        newest = by_learner(_newest(learners_of(deliveries)))
        wishes = wished(deliveries, KindName.CERTIFICATE)
        return [
            _news(newest[delivery.learner_id], day_of(delivery), wishes[delivery.learner_id])
            for delivery in deliveries
        ]


CERTIFICATE = CertificateKind(
    list_title="Milepost certificates",
    schedule=KindName.CERTIFICATE,
    is_repeated_in_doubt=True,
    offer=Offer(
        says="A certificate you hold runs out: so many days ahead, and then at 30 and 7 days.",
        lead=Lead.DAYS,
        lead_minutes=max(NOTICE_DAYS) * Lead.DAYS.value,
    ),
)


def _newest(learners: Iterable[int]) -> list[HeldCertification]:
    """Return of each certification a learner holds the one that is valid longest."""
    held = HeldCertification.objects.filter(learner__in=list(learners)).order_by("pk")
    newest: dict[tuple[int, int], HeldCertification] = {}
    for each in held.select_related("certification"):
        place = each.learner_id, each.certification_id
        if place not in newest or _end(each) > _end(newest[place]):
            newest[place] = each
    return list(newest.values())


def _end(held: HeldCertification) -> date:
    return held.expires_on or date.max


def _news(held: Iterable[HeldCertification], today: date, wish: Wished) -> News:
    nearer = [
        (left, str(each.certification), _end(each))
        for each in held
        if (left := wish.days_left(_end(each), today=today, steps=NOTICE_DAYS)) is not None
    ]
    return _note(sorted(nearer)) if nearer else NoNews(NO_EXPIRY)


def _note(nearer: Sequence[tuple[int, str, date]]) -> Note:
    left, title, _ = nearer[0]
    path = reverse("held")
    return Note(
        heading=f"{shortened(title)} expires {in_days(left)}",
        says="Renewing often takes a course or an exam. Renewed already? Note the new date.",
        lines=tuple(
            Line(title, path, f"Valid until {on.day} {on:%B} {on.year}") for _, title, on in nearer
        ),
        why="reminders of certificates are",
        button="Look at your certificates",
        path=path,
    )
