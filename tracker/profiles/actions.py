"""Everything that changes what a learner shows to everyone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from tracker.accounts.models import User
from tracker.profiles.models import PublicProfile, ShownItem

# Words that the site, or somebody in its name, could seem to speak under.
RESERVED_WORDS = """
    about abuse account accounts admin administrator api anonymous billing card contact delete
    demo edit everyone guest help hostmaster info legal login logout mail me milepost moderator
    new nobody null official operator owner postmaster preview privacy profile root security
    settings signup staff static status support system team terms test undefined user users
    webmaster www you
"""
RESERVED = frozenset(RESERVED_WORDS.split())


class AddressTaken(ValueError):
    """Somebody has that address, or nobody may; which of the two is not said."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a learner has switched on."""

    slug: str
    name: str = ""
    is_public: bool = False
    may_be_indexed: bool = False
    shows_activity: bool = False
    shows_skills: bool = False
    shows_proof_links: bool = False

    def as_fields(self) -> dict[str, str | bool]:
        return {name: getattr(self, name) for name in self.__slots__}


@transaction.atomic
def save_profile(
    *, learner: User, choices: Choices, items: Mapping[str, Collection[str]]
) -> PublicProfile:
    """Show exactly this from now on.  Raises AddressTaken."""
    if choices.slug in RESERVED:
        raise AddressTaken(choices.slug)
    User.objects.select_for_update().get(pk=learner.pk)  # a double click makes one profile
    try:
        with transaction.atomic():
            profile, _ = PublicProfile.objects.update_or_create(
                learner=learner, defaults=choices.as_fields()
            )
    except IntegrityError as error:
        raise AddressTaken(choices.slug) from error
    _show(profile, items)
    return profile


def _show(profile: PublicProfile, items: Mapping[str, Collection[str]]) -> None:
    profile.items.all().delete()
    ShownItem.objects.bulk_create(
        ShownItem(profile=profile, kind=kind, key=key)
        for kind, keys in items.items()
        for key in dict.fromkeys(keys)
    )


def hide_profile(*, profile: PublicProfile) -> None:
    """Close the page at once; what it showed is kept for another time."""
    profile.is_public = False
    profile.save(update_fields=["is_public"])
