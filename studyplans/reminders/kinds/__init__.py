"""The kinds of mail: a module each, with what it reads, when it helps, and its wording."""

from studyplans.reminders.kinds.certificate import CERTIFICATE
from studyplans.reminders.kinds.digest import DIGEST, TEST
from studyplans.reminders.kinds.due import DUE
from studyplans.reminders.kinds.edition import EDITION
from studyplans.reminders.kinds.exam import EXAM
from studyplans.reminders.kinds.kind import ReminderKind
from studyplans.reminders.kinds.nudge import NUDGE
from studyplans.reminders.kinds.paused import PAUSED
from studyplans.reminders.kinds.review import REVIEW
from studyplans.reminders.kinds.session import SESSION
from studyplans.reminders.kinds.weekly import WEEKLY
from studyplans.reminders.names import KindName

KINDS: dict[str, ReminderKind] = {
    KindName.TEST: TEST,
    KindName.SESSION: SESSION,
    KindName.DIGEST: DIGEST,
    KindName.EXAM: EXAM,
    KindName.DUE: DUE,
    KindName.WEEKLY: WEEKLY,
    KindName.REVIEW: REVIEW,
    KindName.CERTIFICATE: CERTIFICATE,
    KindName.EDITION: EDITION,
    KindName.PAUSED: PAUSED,
    KindName.NUDGE: NUDGE,
}
# Those a learner has a schedule of.
SCHEDULED: dict[str, ReminderKind] = {
    name: kind for name, kind in KINDS.items() if kind.needs_schedule
}
