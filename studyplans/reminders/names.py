"""What the kinds of mail are called."""

from django.db import models

# The row of a learner that holds for every kind: its last day is the last of a pause.
ALL = "all"


class KindName(models.TextChoices):
    """Every kind of mail, in the order in which one carries the others of the same hour."""

    TEST = "test", "test digest"
    SESSION = "session", "session about to start"
    DIGEST = "digest", "daily digest"
    EXAM = "exam", "exam countdown"
    DUE = "due", "milestone due"
    WEEKLY = "weekly", "weekly summary"
    REVIEW = "review", "review due"
    CERTIFICATE = "certificate", "certificate expiring"
    EDITION = "edition", "edition news"
    PAUSED = "paused", "plan paused"
    NUDGE = "nudge", "come-back note"


TRIGGERS: dict[str, str] = {
    KindName.TEST: "You asked for it in your settings.",
    KindName.SESSION: "A session of your plan was about to start.",
    KindName.DIGEST: "It was the hour of your daily digest.",
    KindName.EXAM: "An exam in your plan came a step nearer.",
    KindName.DUE: "A milestone came due, or a session of one went by.",
    KindName.WEEKLY: "It was the hour of your weekly summary.",
    KindName.REVIEW: "A review of something you finished came due.",
    KindName.CERTIFICATE: "A certificate you hold came a step nearer to its end.",
    KindName.EDITION: "Something you follow was published in a new edition.",
    KindName.PAUSED: "Your plan paused itself after quiet days.",
    KindName.NUDGE: "Several days with sessions went by without a sign of you.",
}


def title_of(kind: str) -> str:
    """Name a kind as the pages do."""
    return "every reminder" if kind == ALL else str(KindName(kind).label)
