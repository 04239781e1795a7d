"""Everything that changes which roles a learner is heading for, and what they plan for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from tracker.accounts.models import User
from tracker.curricula.actions import create_personal_path
from tracker.curricula.models import Milestone, RoleProfile
from tracker.progress.actions import enrol_learner, set_state
from tracker.progress.models import Achievement, Enrolment
from tracker.progress.selectors import states_of
from tracker.readiness.models import TargetRole

SUMMARY = "What your page of readiness advised, with all that comes first."


@transaction.atomic
def choose_roles(*, learner: User, roles: Iterable[RoleProfile]) -> None:
    """Head for exactly these roles."""
    chosen = list(roles)
    TargetRole.objects.of(learner).exclude(role__in=chosen).delete()
    targets = [TargetRole(learner=learner, role=role) for role in chosen]
    TargetRole.objects.bulk_create(targets, ignore_conflicts=True)


@transaction.atomic
def plan_milestone(
    *, learner: User, milestones: Sequence[Milestone], on: date, at: datetime
) -> Enrolment | None:
    """Make a path of the learner's own of a milestone, the last, and what comes before it.

    Enrols them in it, so that the plan takes it up; None where they follow that milestone already.
    """
    User.objects.select_for_update().get(pk=learner.pk)  # a double click plans once
    wanted = milestones[-1]
    followed = Enrolment.objects.of(learner).current()
    if followed.filter(curriculum__milestones__key=wanted.key).exists():
        return None
    _take_up(learner, milestones, at)
    path = create_personal_path(
        owner=learner, title=wanted.title[:120], summary=SUMMARY, milestones=milestones
    )
    return enrol_learner(learner=learner, curriculum=path, started_on=on, at=at)


def _take_up(learner: User, milestones: Sequence[Milestone], at: datetime) -> None:
    """Open again what was skipped: no plan holds it otherwise."""
    states = states_of(learner, [milestone.key for milestone in milestones])
    for key, state in states.items():
        if state == Achievement.State.SKIPPED:
            set_state(learner=learner, milestone_key=key, state=Achievement.State.OPEN, at=at)
