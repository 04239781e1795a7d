"""A new edition of something a learner follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.urls import reverse

from common import clock
from studyplans.reminders.kinds.kind import News, Offer, Traits
from studyplans.reminders.kinds.note import LONGEST_DETAIL, Line, NoNews, Note, shortened
from studyplans.reminders.kinds.reading import Wished, by_learner, day_of, learners_of, wished
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from tracker.curricula.models import Curriculum
from tracker.progress.models import Enrolment

NO_EDITION = "nothing that is followed has a new edition"


class NewEdition(NamedTuple):
    learner_id: int
    slug: str
    title: str
    note: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class EditionKind(Traits):
    @property
    def example(self) -> News:
        path = reverse("edition", args=["linear-algebra"])
        return _note([Line("Linear algebra", path, "Two new projects, one topic retired.")])

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        found = by_learner(_new_editions(learners_of(deliveries)))
        wishes = wished(deliveries, KindName.EDITION)
        return [
            _news(delivery, found[delivery.learner_id], wishes[delivery.learner_id])
            for delivery in deliveries
        ]


EDITION = EditionKind(
    list_title="Milepost editions",
    schedule=KindName.EDITION,
    offer=Offer(says="A path you follow has a new edition. You decide whether to go over to it."),
)


def _new_editions(learners: Iterable[int]) -> list[NewEdition]:
    """Return the published editions newer than the ones being followed."""
    outgrown = Enrolment.objects.active().filter(
        learner__in=list(learners), curriculum__status=Curriculum.Status.RETIRED
    )
    followed = list(outgrown.values_list("learner", "curriculum__slug", "curriculum__edition"))
    published = Curriculum.objects.published().filter(slug__in={slug for _, slug, _ in followed})
    newest = {edition.slug: edition for edition in published}
    return [
        NewEdition(learner, slug, new.title, new.edition_note, new.published_at)
        for learner, slug, number in followed
        if (new := newest.get(slug)) and new.edition > number and new.published_at
    ]


def _news(delivery: Delivery, editions: Iterable[NewEdition], wish: Wished) -> News:
    """Tell of what was published on the days since the last time, today left for tomorrow."""
    learner, today = delivery.learner, day_of(delivery)
    since = today - timedelta(days=wish.days_covered(today))
    fresh = [
        Line(each.title, reverse("edition", args=[each.slug]), _detail(each))
        for each in editions
        if since <= clock.date_of(each.published_at, learner) < today
    ]
    return _note(fresh) if fresh else NoNews(NO_EDITION)


def _detail(edition: NewEdition) -> str:
    return shortened(edition.note, LONGEST_DETAIL) or "A new edition"


def _note(lines: Sequence[Line]) -> Note:
    return Note(
        heading=f"New edition: {shortened(lines[0].title)}",
        says="You stay on yours until you choose. Every tick is kept, and you can go back.",
        lines=tuple(lines),
        why="news of editions are",
        button="See what changes",
        path=lines[0].path,
    )
