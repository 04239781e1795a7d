"""What the links in mails ask for: a question to show, and the deed when it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from common import clock
from studyplans.plans.models import StudySession
from studyplans.plans.session_actions import Refused, move_session
from studyplans.plans.session_selectors import is_booked_exam, minutes_to_place, time_on
from studyplans.plans.workload import SETTLED_STATES
from studyplans.reminders import actions, selectors
from studyplans.reminders.models import UsedLink
from studyplans.reminders.names import title_of
from studyplans.reminders.tokens import LIFETIMES, Ask, Purpose, digest_of
from tracker.accounts.models import User
from tracker.progress.actions import set_state
from tracker.progress.models import Achievement, AchievementEvent
from tracker.progress.selectors import titles_by_key

LONGEST_SAID = 300
# What "fewer" offers: the weekdays to keep, and how to say so.
FEWER = {
    "0,2,4": "Only on Mondays, Wednesdays and Fridays",
    "0": "Only on Mondays",
    "": "None of these any more",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a link would do.  Without a button there is nothing left to do."""

    title: str
    text: str
    button: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def is_open(self) -> bool:
        return bool(self.button)


@dataclass(frozen=True, slots=True)
class Deed:
    """A question, and what answering it does; the deed returns what to say then."""

    question: Question
    do: Callable[[str], Question] | None = None


class NotDone(Exception):
    """The deed was not possible after all, or not clear; the link stays unused."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.title)
        self.question = question


GONE = Deed(Question("This is no longer here", "It is not part of your plan any more."))


def question_of(ask: Ask, token: str, *, learner: User, at: datetime) -> Question:
    """Return what a link asks as things stand now; nothing is changed by looking."""
    used = UsedLink.objects.filter(digest=digest_of(token)).first()
    return _used_before(used, learner) if used else _deed_for(ask, learner=learner, at=at).question


def answer_to(ask: Ask, token: str, choice: str, *, learner: User, at: datetime) -> Question:
    """Do what a link asks for, unless it has been done; return what to say then.

    A link works once.  Followed again it changes nothing, whatever has happened in the meantime:
    a pause that was ended does not begin again.
    """
    try:
        return _answer_once(ask, token, choice, learner=learner, at=at)
    except NotDone as left:
        return left.question


@transaction.atomic
def _answer_once(ask: Ask, token: str, choice: str, *, learner: User, at: datetime) -> Question:
    UsedLink.objects.filter(learner=learner, expires_at__lte=at).delete()
    used, is_new = UsedLink.objects.get_or_create(
        digest=digest_of(token),
        defaults={"learner": learner, "used_at": at, "expires_at": at + LIFETIMES[ask.purpose]},
    )
    if not is_new:
        return _used_before(used, learner)
    deed = _deed_for(ask, learner=learner, at=at)
    if deed.do is None:
        raise NotDone(deed.question)
    answer = deed.do(choice)
    used.said = answer.title[:LONGEST_SAID]
    used.save(update_fields=["said"])
    return answer


def _used_before(used: UsedLink, learner: User) -> Question:
    moment = used.used_at.astimezone(learner.zone)
    when = f"{moment:%A} {moment.day} {moment:%B}, {moment:%H:%M}"
    text = f"This link works once. On {when} it did its part: {used.said}."
    return Question("Already done", f"{text} What you changed after that stays as it is.")


def _deed_for(ask: Ask, *, learner: User, at: datetime) -> Deed:
    match ask.purpose:
        case Purpose.DONE:
            return _done(learner, ask.thing, at=at)
        case Purpose.TOMORROW:
            return _tomorrow(learner, ask.thing, at=at)
        case Purpose.PAUSE:
            return _pause(learner, date.fromisoformat(ask.thing), at=at)
        case Purpose.FEWER:
            return _fewer(learner, ask.thing, at=at)


def _done(learner: User, milestone_key: str, *, at: datetime) -> Deed:
    title = titles_by_key([milestone_key]).get(milestone_key)
    if title is None:
        return GONE
    own = Achievement.objects.of(learner).filter(milestone_key=milestone_key)
    if own.filter(state__in=SETTLED_STATES).exists():
        return Deed(Question(f"“{title}” is checked off", "There is nothing left to do here."))

    def do(_: str) -> Question:
        set_state(
            learner=learner,
            milestone_key=milestone_key,
            state=Achievement.State.DONE,
            source=AchievementEvent.Source.MAIL,
            at=at,
        )
        return Question(f"“{title}” is checked off", "Your plan has heard of it.")

    text = "It counts as done, and your plan moves on. You can undo it on your progress page."
    return Deed(Question(f"Check off “{title}”?", text, "Check it off"), do)


def _tomorrow(learner: User, thing: str, *, at: datetime) -> Deed:
    uid, _, stamp = thing.partition(" ")
    sessions = StudySession.objects.of(learner).select_related("enrolment__curriculum", "plan")
    session = sessions.filter(uid=uid).first()
    if session is None:
        return GONE
    title = titles_by_key([session.milestone_key]).get(session.milestone_key, "This session")
    is_same = int(session.starts_at.timestamp()) == int(stamp)
    if not is_same or session.state != StudySession.State.PLANNED:
        return Deed(
            Question(f"“{title}” has changed since", "It was moved, studied or checked off.")
        )
    if is_booked_exam(session):
        return Deed(Question(f"“{title}” stays where it is", "An exam stays where it is booked."))

    def do(_: str) -> Question:
        return _moved(session, title, at=at)

    text = "It takes your first free time tomorrow; the rest of the plan gives way."
    return Deed(Question(f"Move “{title}” to tomorrow?", text, "Move to tomorrow"), do)


def _moved(session: StudySession, title: str, *, at: datetime) -> Question:
    learner = session.plan.learner
    starts_at = time_on(session, clock.date_of(at, learner) + timedelta(days=1), at=at)
    minutes = min(session.minutes, minutes_to_place(session, at=at)) or session.minutes
    try:
        move_session(session=session, starts_at=starts_at.astimezone(UTC), minutes=minutes, at=at)
    except Refused as refusal:
        raise NotDone(Question(f"“{title}” stays where it is", str(refusal))) from refusal
    moment = starts_at.astimezone(learner.zone)
    when = f"{moment:%A} {moment.day} {moment:%B}, {moment:%H:%M}"
    return Question(f"“{title}” is moved", f"It is planned for {when}.")


def _pause(learner: User, until: date, *, at: datetime) -> Deed:
    day = f"{until:%A} {until.day} {until:%B}"
    if until <= clock.wall_date(at, learner):
        return Deed(Question("That week is over", "Take the link in a newer mail."))
    pause = selectors.pause_of(learner, at=at)
    if pause is not None and pause >= until:
        return Deed(
            Question("Reminders are paused", f"The next one comes on {day} at the earliest.")
        )

    def do(_: str) -> Question:
        actions.pause_reminders(learner=learner, until=until)
        return Question("Reminders are paused", f"None comes before {day}. Your plan goes on.")

    text = f"None comes before {day}. Your plan goes on as it is."
    return Deed(Question("Pause reminders for a week?", text, "Pause reminders"), do)


def _fewer(learner: User, kind: str, *, at: datetime) -> Deed:
    schedule = selectors.schedule_of(learner, kind=kind)
    title = title_of(kind)
    if schedule is None or not schedule.is_on:
        return Deed(Question(f"You get none: {title}", "It is switched off."))
    choices = tuple(
        (value, label)
        for value, label in FEWER.items()
        if not value or len(_days(value)) < len(schedule.weekdays)
    )

    def do(choice: str) -> Question:
        if choice not in dict(choices):
            raise NotDone(asked)
        if not choice:
            actions.switch_off(learner=learner, kind=kind)
            return Question(
                f"Switched off: {title}", "You can switch it on again in your settings."
            )
        actions.choose_weekdays(learner=learner, kind=kind, weekdays=_days(choice), at=at)
        return Question(f"Fewer from now on: {title}", f"{FEWER[choice]}.")

    asked = Question(f"Fewer of these: {title}", "How often would help you?", "Save", choices)
    return Deed(asked, do)


def _days(value: str) -> list[int]:
    return [int(day) for day in value.split(",")]
