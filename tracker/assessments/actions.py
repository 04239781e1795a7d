"""Everything that changes checks and placements."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tracker.accounts.models import User
from tracker.assessments import marking
from tracker.assessments.models import Attempt, Placement
from tracker.assessments.selectors import (
    Bank,
    Offer,
    asked_milestones,
    next_number,
    offer_of,
    view_of,
)
from tracker.curricula.models import Module
from tracker.progress.actions import (
    CannotUndo,
    change_achievement,
    credit_milestones,
    keep_claim,
    undo_change,
)
from tracker.progress.models import Achievement, AchievementEvent
from tracker.progress.percent import COUNTED_STATES
from tracker.progress.selectors import states_of


class NothingToAsk(ValueError):
    """There are no questions."""


class TooSoon(ValueError):
    """The learner has just seen all the answers."""


# --- checks -----------------------------------------------------------------------------------


@transaction.atomic
def start_attempt(*, learner: User, bank: Bank, at: datetime) -> Attempt:
    """Begin an attempt with questions not seen lately, or give back the one under way.

    Raises NothingToAsk or TooSoon.
    """
    User.objects.select_for_update().get(pk=learner.pk)  # a double click begins once
    offer = offer_of(bank, learner=learner, at=at)
    if offer.open_attempt:
        return offer.open_attempt
    if not offer.drawn:
        raise NothingToAsk(bank.about)
    if offer.retry_at:
        raise TooSoon(bank.about)
    return _begin(offer, learner, at)


def _begin(offer: Offer, learner: User, at: datetime) -> Attempt:
    return Attempt.objects.create(
        learner=learner,
        scope=offer.bank.scope,
        about=offer.bank.about,
        number=next_number(offer.attempts),
        is_practice=offer.is_practice,
        question_keys=list(offer.drawn),
        milestone_keys=list(offer.bank.milestone_keys),
        started_at=at,
    )


@transaction.atomic
def answer_question(*, attempt: Attempt, choice_id: int, at: datetime) -> Attempt:
    """Take a choice of the question that is asked; any other is ignored, so a second click is."""
    attempt = _locked(attempt)
    asked = view_of(attempt).question
    choice = asked.choice(choice_id) if asked else None
    if asked is None or choice is None:
        return attempt
    attempt.answers.append(
        {
            "question": asked.key,
            "choice": choice.text,
            "is_right": choice.is_right,
            "of": len(asked.choices),
        }
    )
    attempt.asked_count = len(attempt.answers)
    attempt.right_count = sum(attempt.results)
    attempt.save(update_fields=["answers", "asked_count", "right_count"])
    if view_of(attempt).question is None:
        _finish(attempt, at)
    return attempt


@transaction.atomic
def stop_attempt(*, attempt: Attempt, at: datetime) -> Attempt:
    """End an attempt early: it is kept, and proves nothing."""
    attempt = _locked(attempt)
    if attempt.finished_at is None:
        attempt.finished_at, attempt.has_passed = at, False
        attempt.save(update_fields=["finished_at", "has_passed"])
    return attempt


def _locked(attempt: Attempt) -> Attempt:
    # The row lock makes a double click wait and then find the attempt further on.
    locked = Attempt.objects.select_for_update(of=["self"])
    return locked.select_related("learner").get(pk=attempt.pk)


def _finish(attempt: Attempt, at: datetime) -> None:
    attempt.finished_at = at
    attempt.has_passed = _verdict(attempt)
    attempt.save(update_fields=["finished_at", "has_passed"])
    if not attempt.has_passed:
        return
    if attempt.is_of_module:
        _place_by_check(attempt, at)
    elif attempt.is_practice:
        # Too little to show it, enough to take the learner's word again.
        keep_claim(learner=attempt.learner, milestone_key=attempt.about)
    else:
        _check_off(attempt, at)


def _verdict(attempt: Attempt) -> bool:
    if attempt.is_of_module:
        return marking.is_known(attempt.results)
    return marking.is_passed(attempt.right_count, attempt.asked_count)


def _check_off(attempt: Attempt, at: datetime) -> None:
    """Count the pass as proof; what was finished already keeps its state."""
    learner, key = attempt.learner, attempt.about
    state = states_of(learner, [key]).get(key)
    change_achievement(
        learner=learner,
        milestone_key=key,
        at=at,
        state=state if state in COUNTED_STATES else Achievement.State.DONE,
        is_tested=True,
    )


# --- "I know this" ----------------------------------------------------------------------------


def _place_by_check(attempt: Attempt, at: datetime) -> None:
    slug, _, key = attempt.about.partition("/")
    events = credit_milestones(
        learner=attempt.learner,
        milestone_keys=attempt.milestone_keys,
        tested_keys=asked_milestones(attempt.milestone_keys),
        at=at,
    )
    placement = Placement(
        learner=attempt.learner,
        curriculum_slug=slug,
        module_key=key,
        way=Placement.Way.CHECK,
        attempt=attempt,
        placed_at=at,
    )
    _keep(placement, events)


@transaction.atomic
def claim_module(*, learner: User, module: Module, at: datetime) -> Placement | None:
    """Credit what is still to do in a module, on the learner's word; None where nothing is."""
    events = credit_milestones(learner=learner, milestone_keys=_keys_of(module), at=at)
    placement = _placement(learner, module, Placement.Way.CLAIM, at)
    return _keep(placement, events)


@transaction.atomic
def show_module(
    *, learner: User, module: Module, evidence_kind: str, evidence_url: str, at: datetime
) -> Placement | None:
    """Credit a module with a link to what shows it; claims in it become shown ones."""
    events = credit_milestones(
        learner=learner, milestone_keys=_keys_of(module), evidence_url=evidence_url, at=at
    )
    placement = _placement(learner, module, Placement.Way.EVIDENCE, at)
    placement.evidence_kind, placement.evidence_url = evidence_kind, evidence_url
    return _keep(placement, events)


def _keys_of(module: Module) -> list[str]:
    in_order = module.milestones.order_by("position", "pk")
    return list(in_order.values_list("key", flat=True))


def _placement(learner: User, module: Module, way: str, at: datetime) -> Placement:
    return Placement(
        learner=learner,
        curriculum_slug=module.curriculum.slug,
        module_key=module.key,
        way=way,
        placed_at=at,
    )


def _keep(placement: Placement, events: Sequence[AchievementEvent]) -> Placement | None:
    if not events:
        return None
    placement.save()
    placement.events.set(events)
    return placement


@transaction.atomic
def undo_placement(*, placement: Placement, at: datetime) -> None:
    """Take a placement back; what has changed again since stays as it is."""
    placement = Placement.objects.select_for_update().get(pk=placement.pk)
    if placement.undone_at is not None:
        return
    for event in placement.events.select_related("learner"):
        with contextlib.suppress(CannotUndo):
            undo_change(event=event, at=at)
    placement.undone_at = at
    placement.save(update_fields=["undone_at"])
