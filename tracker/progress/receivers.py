"""What progress knows of a publication before it happens."""

from typing import Any

from django.dispatch import receiver

from tracker.curricula.models import Curriculum
from tracker.curricula.signals import publication_weighed
from tracker.progress.models import Enrolment


@receiver(publication_weighed)
def count_followers(sender: object, *, before: Curriculum, **news: Any) -> str:
    count = Enrolment.objects.current().filter(curriculum__slug=before.slug).count()
    if not count:
        return "Nobody follows it yet."
    who = "learner follows" if count == 1 else "learners follow"
    return f"{count} {who} it. Nobody moves to the new edition before choosing to."
