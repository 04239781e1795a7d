"""The countdown to an exam: one that is booked, or a certification's target date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.urls import reverse

from studyplans.plans.models import StudySession
from studyplans.reminders.kinds.kind import Lead, News, Offer, Traits
from studyplans.reminders.kinds.note import Line, NoNews, Note, in_days, shortened
from studyplans.reminders.kinds.reading import (
    Wished,
    by_learner,
    day_of,
    learners_of,
    settled,
    short_day,
    sittings,
    span_around,
    wished,
)
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress.models import Enrolment

NO_EXAM = "no exam is a step nearer"
# From the first day on that the learner asked for, an exam is counted down at these.
STEPS = (30, 14, 7, 3, 1, 0)
LONGEST_LEAD_DAYS = 90


class Exam(NamedTuple):
    learner_id: int
    title: str
    path: str
    on: date
    is_booked: bool


@dataclass(frozen=True, slots=True)
class ExamKind(Traits):
    @property
    def example(self) -> News:
        exam = Exam(0, "Associate exam", "Associate exam", date(2026, 3, 9), is_booked=True)
        return _note([(7, exam)])

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        exams = by_learner(_exams(deliveries))
        wishes = wished(deliveries, KindName.EXAM)
        return [
            _news(exams[delivery.learner_id], day_of(delivery), wishes[delivery.learner_id])
            for delivery in deliveries
        ]


EXAM = ExamKind(
    list_title="Milepost exam countdown",
    schedule=KindName.EXAM,
    # A day later it would count wrongly, and many mailboxes show the same Message-ID once.
    is_repeated_in_doubt=True,
    offer=Offer(
        says="So many days before an exam, then 14, 7, 3 and 1 days before, and on its day.",
        lead=Lead.DAYS,
        lead_minutes=30 * Lead.DAYS.value,
    ),
)


def _exams(deliveries: Sequence[Delivery]) -> list[Exam]:
    learners = learners_of(deliveries)
    since, until = span_around(deliveries, before=0, after=LONGEST_LEAD_DAYS)
    found = sittings(
        learners,
        since=since,
        until=until,
        state=StudySession.State.PLANNED,
        is_pinned=True,
        enrolment__curriculum__milestones__kind=Milestone.Kind.EXAM,
    )
    over = settled(found)
    booked = [
        Exam(each.learner_id, each.title, each.path, each.day(learners[each.learner_id]), True)
        for each in found
        if each.place not in over
    ]
    known = {(each.learner_id, each.path) for each in booked}
    return [*booked, *(each for each in _targets(learners) if each[:1] + each[2:3] not in known)]


def _targets(learners: Iterable[int]) -> list[Exam]:
    """Return the target dates of certifications being followed."""
    found = Enrolment.objects.active().filter(
        learner__in=list(learners),
        target_date__isnull=False,
        curriculum__kind=Curriculum.Kind.CERTIFICATION,
    )
    rows = found.values_list("learner", "curriculum__title", "target_date")
    return [Exam(learner, title, title, on, False) for learner, title, on in rows if on]


def _news(exams: Iterable[Exam], today: date, wish: Wished) -> News:
    nearer = [
        (left, exam)
        for exam in exams
        if (left := wish.days_left(exam.on, today=today, steps=STEPS)) is not None
    ]
    return _note(sorted(nearer)) if nearer else NoNews(NO_EXAM)


def _note(nearer: Sequence[tuple[int, Exam]]) -> Note:
    left, first = nearer[0]
    return Note(
        heading=f"{shortened(first.title)}: {in_days(left)}",
        says="Your plan works towards this day. Look at what comes before it, and what can wait.",
        lines=tuple(_line(left, exam) for left, exam in nearer),
        why="the countdown to exams is",
        button="Open your plan",
        path=reverse("plan"),
    )


def _line(left: int, exam: Exam) -> Line:
    what = "Booked for" if exam.is_booked else "Target date"
    return Line(exam.title, reverse("plan"), f"{what} {short_day(exam.on)}, {in_days(left)}")
