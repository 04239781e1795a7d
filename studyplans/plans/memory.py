"""What a change did to the sessions: written down so that it can be told, and taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from studyplans.plans.models import CancelledSession, StudyPlan, StudySession

# Calendars that fetch once a month still hear of what is gone.
CANCELLATIONS_KEPT = timedelta(days=31)

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SessionChange:
    """One session before and after: its columns, or None where it was not there."""

    uid: str
    before: Columns | None
    after: Columns | None

    @property
    def document(self) -> dict[str, Any]:
        return {"uid": self.uid, "before": self.before, "after": self.after}


@dataclass(slots=True)
class Changes:
    """The sessions a change has touched so far; what is touched twice stands here once."""

    _by_uid: dict[str, SessionChange] = field(default_factory=dict)

    def note(self, uid: UUID, before: Columns | None, after: Columns | None) -> None:
        known = self._by_uid.get(str(uid))
        first = known.before if known else before
        self._by_uid[str(uid)] = SessionChange(str(uid), first, after)

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [each.document for each in self._by_uid.values() if each.before != each.after]


def columns_of(session: StudySession) -> Columns:
    return {
        "enrolment": session.enrolment_id,
        "key": session.milestone_key,
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "state": session.state,
        "is_pinned": session.is_pinned,
    }


def note_states(sessions: Iterable[StudySession], state: str, changes: Changes) -> None:
    """Give sessions another state in one statement, and note it."""
    listed = list(sessions)
    for session in listed:
        before = columns_of(session)
        changes.note(session.uid, before, {**before, "state": state})
    StudySession.objects.filter(pk__in=[session.pk for session in listed]).update(state=state)


def store_sessions(
    study_plan: StudyPlan,
    *,
    standing: Sequence[StudySession],
    wanted: Sequence[StudySession],
    changes: Changes,
    at: datetime,
) -> None:
    """Turn the standing sessions into the wanted ones, moving rather than making anew.

    A milestone's first session stays its first session, so that calendars see it move.
    """
    waiting = defaultdict(list)
    for session in standing:
        waiting[session.enrolment_id, session.milestone_key].append(session)
    moved, fresh = [], []
    for session in wanted:
        own = waiting[session.enrolment_id, session.milestone_key]
        if not own:
            fresh.append(session)
            changes.note(session.uid, None, columns_of(session))
        elif _move(known := own.pop(0), session, changes):
            moved.append(known)
    gone = [session for left in waiting.values() for session in left]
    StudySession.objects.bulk_create(fresh)
    _write(moved, ["starts_at", "ends_at", "sequence"])
    cancel_sessions(study_plan, gone, changes=changes, at=at)


def _write(sessions: Sequence[StudySession], fields: Sequence[str]) -> None:
    """Write fields of many sessions in one statement.

    An INSERT that meets each row again, as bulk_update's CASE grows with the square of the rows.
    """
    StudySession.objects.bulk_create(
        sessions, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


def _move(session: StudySession, wanted: StudySession, changes: Changes) -> bool:
    """Move a session in memory; False where it is in its place already."""
    if (session.starts_at, session.ends_at) == (wanted.starts_at, wanted.ends_at):
        return False
    before = columns_of(session)
    session.starts_at, session.ends_at = wanted.starts_at, wanted.ends_at
    session.sequence += 1
    changes.note(session.uid, before, columns_of(session))
    return True


def cancel_sessions(
    study_plan: StudyPlan, sessions: Sequence[StudySession], *, changes: Changes, at: datetime
) -> None:
    """Take sessions out of the plan; calendars are told for a month."""
    for session in sessions:
        changes.note(session.uid, columns_of(session), None)
    StudySession.objects.filter(pk__in=[session.pk for session in sessions]).delete()
    CancelledSession.objects.bulk_create(
        [
            CancelledSession(
                plan=study_plan,
                uid=session.uid,
                sequence=session.sequence + 1,
                milestone_key=session.milestone_key,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                cancelled_at=at,
            )
            for session in sessions
        ]
    )
    forgotten = CancelledSession.objects.filter(plan=study_plan)
    forgotten.filter(cancelled_at__lt=at - CANCELLATIONS_KEPT).delete()


def take_back(study_plan: StudyPlan, documents: Iterable[dict[str, Any]], *, at: datetime) -> None:
    """Give sessions their columns from before a change, unless they changed again since."""
    listed = list(documents)
    uids = [document["uid"] for document in listed]
    present = {str(each.uid): each for each in study_plan.sessions.filter(uid__in=uids)}
    cancelled = {
        str(each.uid): each
        for each in CancelledSession.objects.filter(plan=study_plan, uid__in=uids)
    }
    changed, fresh, gone = [], [], []
    for document in listed:
        uid, before, after = document["uid"], document["before"], document["after"]
        session = present.get(uid)
        if session is None:
            if after is None and before is not None:
                tombstone = cancelled.get(uid)
                fresh.append(_session(study_plan, uid, before, tombstone))
        elif columns_of(session) != after:
            continue
        elif before is None:
            gone.append(session)
        else:
            _set(session, before)
            session.sequence += 1
            changed.append(session)
    fields = ["starts_at", "ends_at", "state", "is_pinned", "sequence"]
    _write(changed, fields)
    back = [each.uid for each in fresh]
    CancelledSession.objects.filter(plan=study_plan, uid__in=back).delete()
    StudySession.objects.bulk_create(fresh)
    cancel_sessions(study_plan, gone, changes=Changes(), at=at)


def _session(
    study_plan: StudyPlan, uid: str, columns: Columns, tombstone: CancelledSession | None
) -> StudySession:
    session = StudySession(plan=study_plan, uid=UUID(uid), enrolment_id=columns["enrolment"])
    session.milestone_key = columns["key"]
    session.sequence = tombstone.sequence + 1 if tombstone else 1
    _set(session, columns)
    return session


def _set(session: StudySession, columns: Columns) -> None:
    session.starts_at = datetime.fromisoformat(columns["starts_at"])
    session.ends_at = datetime.fromisoformat(columns["ends_at"])
    session.state = columns["state"]
    session.is_pinned = columns["is_pinned"]
