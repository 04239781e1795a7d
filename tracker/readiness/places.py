"""Where a milestone can be studied: in what the learner follows, or in what leads to the role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress.models import Enrolment


@dataclass(frozen=True, slots=True)
class Place:
    """A curriculum that holds a milestone."""

    slug: str
    title: str
    is_followed: bool


def places_of(learner: User, keys: Iterable[str], *, role_key: str) -> dict[str, Place]:
    """Return the best place for each key, in two queries.

    What the learner follows, else a path to the role, else the shortest way: the subject itself.
    """
    followed = set(Enrolment.objects.of(learner).current().values_list("curriculum_id", flat=True))
    is_open = Q(curriculum__status=Curriculum.Status.PUBLISHED) | Q(curriculum__in=followed)
    found = Milestone.objects.filter(is_open, key__in=set(keys))
    held = list(found.select_related("curriculum__role").order_by("curriculum__position", "pk"))

    def preference(milestone: Milestone) -> tuple[bool, bool, bool]:
        curriculum = milestone.curriculum
        leads_there = curriculum.role is not None and curriculum.role.key == role_key
        is_home = curriculum.kind == Curriculum.Kind.SUBJECT
        return (curriculum.pk not in followed, not leads_there, not is_home)

    places: dict[str, Place] = {}
    for milestone in sorted(held, key=preference):
        curriculum = milestone.curriculum
        place = Place(curriculum.slug, curriculum.title, curriculum.pk in followed)
        places.setdefault(milestone.key, place)
    return places
