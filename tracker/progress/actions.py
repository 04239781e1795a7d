"""Everything that changes progress."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction

from tracker.accounts.models import User
from tracker.curricula.edition_diff import sources_of
from tracker.curricula.editions import replacements_between
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress import editions
from tracker.progress.models import Achievement, AchievementEvent, EditionChange, Enrolment
from tracker.progress.percent import COUNTED_STATES
from tracker.progress.selectors import shares_of, states_of, unlocked_by
from tracker.progress.signals import (
    achievement_changed,
    background_credited,
    edition_changed,
    enrolment_left,
    learner_enrolled,
)

# What an event remembers of an achievement, and what undoing restores.
RECORDED_FIELDS = ("state", "note", "evidence_url", "minutes_spent", "is_tested")


class NotOpenForEnrolment(ValueError):
    """The curriculum is a draft, retired, or someone else's own."""


class CannotUndo(ValueError):
    """What the event changed has changed again since."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a change came to: its event (None when nothing differed) and what it unlocked."""

    event: AchievementEvent | None
    unlocked: tuple[Milestone, ...] = ()


@transaction.atomic
def enrol_learner(
    *,
    learner: User,
    curriculum: Curriculum,
    started_on: date,
    target_date: date | None = None,
    at: datetime,
) -> Enrolment:
    """Enrol a learner, or change and reopen the enrolment they already have."""
    if not curriculum.admits(learner):
        raise NotOpenForEnrolment(curriculum.slug)
    enrolment = _enrolment_to_change(learner, curriculum) or Enrolment(
        learner=learner, curriculum=curriculum, enrolled_at=at
    )
    enrolment.started_on = started_on
    enrolment.target_date = target_date
    enrolment.state = Enrolment.State.ACTIVE
    enrolment.save()
    _settle_enrolments(learner, [enrolment])
    transaction.on_commit(partial(learner_enrolled.send, Enrolment, enrolment=enrolment, at=at))
    return enrolment


def _enrolment_to_change(learner: User, curriculum: Curriculum) -> Enrolment | None:
    """Return the enrolment in any edition; who left an old one comes back to this one."""
    User.objects.select_for_update().get(pk=learner.pk)  # a double click enrols once
    enrolments = Enrolment.objects.of(learner).select_related("curriculum")
    enrolment = enrolments.filter(curriculum__slug=curriculum.slug).first()
    if enrolment is not None and enrolment.state == Enrolment.State.LEFT:
        enrolment.curriculum = curriculum
    return enrolment


@transaction.atomic
def accept_edition(*, enrolment: Enrolment, at: datetime) -> EditionChange | None:
    """Follow the newest edition; ticks are carried over to what replaces their milestones.

    None when there is no newer one, so that accepting twice changes nothing more.
    """
    enrolment = _locked_enrolment(enrolment)
    edition = editions.newer_edition(enrolment)
    if edition is None:
        return None
    change = EditionChange.objects.create(
        enrolment=enrolment, before=enrolment.curriculum, after=edition, accepted_at=at
    )
    change.carried.set(_carry_over(change, at=at))
    _follow(enrolment, edition, at=at)
    return change


@transaction.atomic
def go_back_to_edition(*, enrolment: Enrolment, at: datetime) -> EditionChange | None:
    """Follow again the edition from before the last acceptance, which is undone.

    Ticks that were carried over and have not changed since go too; everything else stays.
    """
    enrolment = _locked_enrolment(enrolment)
    change = editions.last_change(enrolment)
    if change is None:
        return None
    for event in change.carried.select_related("learner"):
        with contextlib.suppress(CannotUndo):
            undo_change(event=event, at=at)
    change.undone_at = at
    change.save(update_fields=["undone_at"])
    _follow(enrolment, change.before, at=at)
    return change


def _locked_enrolment(enrolment: Enrolment) -> Enrolment:
    locked = Enrolment.objects.select_for_update(of=["self"])
    return locked.select_related("curriculum", "learner").get(pk=enrolment.pk)


def _carry_over(change: EditionChange, *, at: datetime) -> list[AchievementEvent]:
    learner = change.enrolment.learner
    replaced = replacements_between(change.before, change.after)
    carried = editions.carried_states(replaced, states_of(learner))
    sources = sources_of(replaced)
    notes = {
        achievement.milestone_key: achievement for achievement in Achievement.objects.of(learner)
    }
    events = []
    for key, state in carried.items():
        held = [notes[source] for source in sources[key] if source in notes]
        event = change_achievement(
            learner=learner,
            milestone_key=key,
            at=at,
            source=AchievementEvent.Source.EDITION,
            state=state,
            **_record_of(notes.get(key), held),
        ).event
        events += [event] if event else []
    return events


def _record_of(own: Achievement | None, held: list[Achievement]) -> dict[str, Any]:
    """Return note and evidence for a successor that has none of its own."""
    record: dict[str, Any] = {}
    if own is None or not own.note:
        record["note"] = "\n\n".join(one.note for one in held if one.note)[:10_000]
    if own is None or not own.evidence_url:
        record["evidence_url"] = next((one.evidence_url for one in held if one.evidence_url), "")
    return record


def _follow(enrolment: Enrolment, edition: Curriculum, *, at: datetime) -> None:
    enrolment.curriculum = edition
    enrolment.save(update_fields=["curriculum"])
    _settle_enrolments(enrolment.learner, [enrolment])
    transaction.on_commit(partial(edition_changed.send, Enrolment, enrolment=enrolment, at=at))


@transaction.atomic
def leave_enrolment(*, enrolment: Enrolment, at: datetime) -> None:
    """Stop following a curriculum; every achievement stays."""
    enrolment.state = Enrolment.State.LEFT
    enrolment.save(update_fields=["state"])
    transaction.on_commit(partial(enrolment_left.send, Enrolment, enrolment=enrolment, at=at))


@transaction.atomic
def put_back_enrolment(
    *, enrolment: Enrolment, state: str, started_on: date, target_date: date | None, at: datetime
) -> None:
    """Give an enrolment the standing and the dates it had before a change that is undone."""
    enrolment.state = state
    enrolment.started_on = started_on
    enrolment.target_date = target_date
    enrolment.save(update_fields=["state", "started_on", "target_date"])
    is_left = state == Enrolment.State.LEFT
    news = enrolment_left if is_left else learner_enrolled
    transaction.on_commit(partial(news.send, Enrolment, enrolment=enrolment, at=at))


@transaction.atomic
def change_achievement(
    *,
    learner: User,
    milestone_key: str,
    at: datetime,
    changed_by: User | None = None,
    source: str = AchievementEvent.Source.WEB,
    undoes: AchievementEvent | None = None,
    **changes: Any,
) -> Change:
    """Write new values of RECORDED_FIELDS and log them; the same values again change nothing."""
    achievement = _locked_achievement(learner, milestone_key, at)
    before = _recorded(achievement)
    after = {**before, **changes}
    if after == before:
        return Change(None)
    for field, value in changes.items():
        setattr(achievement, field, value)
    achievement.changed_at = at
    achievement.doubted_at = None
    achievement.save()
    event = AchievementEvent.objects.create(
        learner=learner,
        milestone_key=milestone_key,
        before=before,
        after=after,
        happened_at=at,
        changed_by=changed_by or learner,
        source=source,
        undoes=undoes,
    )
    return Change(event, _follow_up(event))


def set_state(
    *, learner: User, milestone_key: str, state: str, at: datetime, **origin: Any
) -> Change:
    """Check off, skip, credit, start or reopen a milestone."""
    return change_achievement(
        learner=learner, milestone_key=milestone_key, at=at, state=state, **origin
    )


@transaction.atomic
def credit_background(
    *, learner: User, curriculum: Curriculum, at: datetime
) -> list[AchievementEvent]:
    """Claim as known what a path takes for known; what the learner has said otherwise stays."""
    return credit_milestones(learner=learner, milestone_keys=curriculum.credited_keys, at=at)


@transaction.atomic
def credit_milestones(
    *,
    learner: User,
    milestone_keys: Sequence[str],
    at: datetime,
    tested_keys: Collection[str] = (),
    evidence_url: str = "",
) -> list[AchievementEvent]:
    """Credit those of the milestones that are still to do, and add what shows those finished.

    What is being learnt or was skipped stays so.  Each credit is an event of its own, so that
    each can be undone; they are announced together.
    """
    changed, events = [], []
    for achievement in _locked_achievements(learner, milestone_keys, at):
        before = _recorded(achievement)
        _credit(achievement, is_tested=achievement.milestone_key in tested_keys, url=evidence_url)
        if _recorded(achievement) != before:
            achievement.changed_at, achievement.doubted_at = at, None
            changed.append(achievement)
            events.append(_credit_event(achievement, before, at))
    Achievement.objects.bulk_update(
        changed, [*RECORDED_FIELDS, "changed_at", "doubted_at"], batch_size=100
    )
    if not events:
        return []
    AchievementEvent.objects.bulk_create(events)
    keys = tuple(event.milestone_key for event in events)
    _settle_enrolments_holding(keys, learner)
    announce = partial(
        background_credited.send,
        Achievement,
        learner=learner,
        milestone_keys=keys,
        events=events,
        at=at,
    )
    transaction.on_commit(announce)
    return events


def _credit(achievement: Achievement, *, is_tested: bool, url: str) -> None:
    if achievement.state == Achievement.State.OPEN:
        achievement.state = Achievement.State.CREDITED
    if achievement.state in COUNTED_STATES:
        achievement.is_tested |= is_tested
        achievement.evidence_url = achievement.evidence_url or url


def _locked_achievements(
    learner: User, milestone_keys: Sequence[str], at: datetime
) -> list[Achievement]:
    """Return and lock the achievements of the milestones, in the order given."""
    of_learner = Achievement.objects.of(learner).filter(milestone_key__in=milestone_keys)
    blank = [
        Achievement(learner=learner, milestone_key=key, changed_at=at) for key in milestone_keys
    ]
    Achievement.objects.bulk_create(blank, ignore_conflicts=True)
    # The row locks make a double click wait and then find nothing left to claim.
    order = {key: place for place, key in enumerate(milestone_keys)}
    locked = of_learner.select_related("learner").select_for_update(of=["self"]).order_by("pk")
    return sorted(locked, key=lambda each: order[each.milestone_key])


def _credit_event(
    achievement: Achievement, before: dict[str, Any], at: datetime
) -> AchievementEvent:
    return AchievementEvent(
        learner=achievement.learner,
        milestone_key=achievement.milestone_key,
        before=before,
        after=_recorded(achievement),
        happened_at=at,
        changed_by=achievement.learner,
    )


def doubt_claim(*, learner: User, milestone_key: str, at: datetime) -> bool:
    """Ask again about what was only claimed; what was done or shown is never doubted.

    Nothing is taken away.  Any later change of the achievement, or `keep_claim`, settles it.
    """
    claimed = Achievement.objects.of(learner).unproven_credits().filter(doubted_at=None)
    return claimed.filter(milestone_key=milestone_key).update(doubted_at=at) == 1


def keep_claim(*, learner: User, milestone_key: str) -> None:
    """Take the learner's word again; saying so twice changes nothing more."""
    Achievement.objects.of(learner).filter(milestone_key=milestone_key).update(doubted_at=None)


@transaction.atomic
def add_minutes(
    *, learner: User, milestone_key: str, minutes: int, at: datetime, **origin: Any
) -> Change:
    """Add study minutes to a milestone; one that was open becomes learning."""
    achievement = _locked_achievement(learner, milestone_key, at)
    state = achievement.state
    if state == Achievement.State.OPEN:
        state = Achievement.State.LEARNING
    return change_achievement(
        learner=learner,
        milestone_key=milestone_key,
        at=at,
        state=state,
        minutes_spent=achievement.minutes_spent + minutes,
        **origin,
    )


@transaction.atomic
def take_minutes(
    *, learner: User, milestone_key: str, minutes: int, at: datetime, **origin: Any
) -> Change:
    """Take study minutes off a milestone again; one left without any is open as before."""
    achievement = _locked_achievement(learner, milestone_key, at)
    left = max(0, achievement.minutes_spent - minutes)
    state = achievement.state
    if state == Achievement.State.LEARNING and not left:
        state = Achievement.State.OPEN
    return change_achievement(
        learner=learner,
        milestone_key=milestone_key,
        at=at,
        state=state,
        minutes_spent=left,
        **origin,
    )


@transaction.atomic
def undo_change(*, event: AchievementEvent, at: datetime, changed_by: User | None = None) -> Change:
    """Put back what an event changed; undoing twice changes nothing more.

    Raises CannotUndo when the same fields have changed again since.
    """
    if AchievementEvent.objects.filter(undoes=event).exists():
        return Change(None)
    achievement = _locked_achievement(event.learner, event.milestone_key, at)
    changed = [field for field in RECORDED_FIELDS if event.before[field] != event.after[field]]
    if any(getattr(achievement, field) != event.after[field] for field in changed):
        raise CannotUndo(event.milestone_key)
    return change_achievement(
        learner=event.learner,
        milestone_key=event.milestone_key,
        at=at,
        changed_by=changed_by,
        source=event.source,
        undoes=event,
        **{field: event.before[field] for field in changed},
    )


def _locked_achievement(learner: User, milestone_key: str, at: datetime) -> Achievement:
    # The row lock makes a double click wait and then find nothing left to change.
    achievement, _ = Achievement.objects.select_for_update().get_or_create(
        learner=learner, milestone_key=milestone_key, defaults={"changed_at": at}
    )
    return achievement


def _recorded(achievement: Achievement) -> dict[str, Any]:
    return {field: getattr(achievement, field) for field in RECORDED_FIELDS}


def _follow_up(event: AchievementEvent) -> tuple[Milestone, ...]:
    learner, key = event.learner, event.milestone_key
    announce = partial(
        achievement_changed.send,
        Achievement,
        learner=learner,
        milestone_key=key,
        event=event,
        source=event.source,
        at=event.happened_at,
    )
    transaction.on_commit(announce)
    was_counted = event.before["state"] in COUNTED_STATES
    is_counted = event.after["state"] in COUNTED_STATES
    if was_counted == is_counted:
        return ()
    _settle_enrolments_holding([key], learner)
    return tuple(unlocked_by(key, learner=learner)) if is_counted else ()


def settle_enrolments(*, learner: User) -> None:
    """Let every enrolment say whether it is finished, after achievements came by another way."""
    current = Enrolment.objects.of(learner).current()
    _settle_enrolments(learner, list(current.select_related("curriculum")))


def _settle_enrolments_holding(keys: Collection[str], learner: User) -> None:
    holding = Curriculum.objects.filter(milestones__key__in=keys)
    followed = Enrolment.objects.of(learner).current().filter(curriculum__in=holding)
    _settle_enrolments(learner, list(followed.select_related("curriculum")))


def _settle_enrolments(learner: User, enrolments: list[Enrolment]) -> None:
    """Finish the enrolments whose curriculum is complete, and reopen those that no longer are."""
    shares = shares_of(learner, [enrolment.curriculum for enrolment in enrolments])
    for enrolment in enrolments:
        share = shares.get(enrolment.curriculum_id)
        is_complete = share is not None and share.is_complete
        if is_complete == (enrolment.state == Enrolment.State.FINISHED):
            continue
        if enrolment.state == Enrolment.State.PAUSED and not is_complete:
            continue
        enrolment.state = Enrolment.State.FINISHED if is_complete else Enrolment.State.ACTIVE
        enrolment.save(update_fields=["state"])
