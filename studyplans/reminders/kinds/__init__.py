"""The kinds of mail: a module each, with what it reads, when it helps, and its wording."""

from studyplans.reminders.kinds.digest import DIGEST, TEST
from studyplans.reminders.kinds.kind import ReminderKind
from studyplans.reminders.models import Kind

KINDS: dict[str, ReminderKind] = {Kind.DIGEST: DIGEST, Kind.TEST: TEST}
