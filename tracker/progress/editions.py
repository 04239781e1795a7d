"""What a new edition means for one learner, before and after they accept it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.curricula import editions as library
from tracker.curricula.edition_diff import EditionDiff, sources_of
from tracker.curricula.models import Curriculum
from tracker.progress.models import Achievement, EditionChange, Enrolment
from tracker.progress.percent import COUNTED_STATES, Share, counted_keys
from tracker.progress.selectors import share_with, states_of


@dataclass(frozen=True, slots=True)
class EditionOffer:
    """A newer edition of what a learner follows, and what accepting it would do."""

    enrolment: Enrolment
    edition: Curriculum
    diff: EditionDiff
    share_now: Share
    share_then: Share


def newer_edition(enrolment: Enrolment) -> Curriculum | None:
    """Return the published edition when the learner follows an older one."""
    present = enrolment.curriculum
    if present.is_published:
        return None
    newer = Curriculum.objects.published().filter(slug=present.slug, edition__gt=present.edition)
    return newer.first()


def offer_to(enrolment: Enrolment) -> EditionOffer | None:
    edition = newer_edition(enrolment)
    if edition is None:
        return None
    before = enrolment.curriculum
    replaced = library.replacements_between(before, edition)
    states = states_of(enrolment.learner)
    counted = counted_keys(states)
    then = counted | {
        key for key, state in carried_states(replaced, states).items() if state in COUNTED_STATES
    }
    return EditionOffer(
        enrolment,
        edition,
        library.diff_between(before, edition),
        share_with(before, counted),
        share_with(edition, then),
    )


def carried_states(
    replaced: Mapping[str, Sequence[str]], states: Mapping[str, str]
) -> dict[str, str]:
    """Return the state each successor takes over from what it replaces.

    A milestone made of several is taken over when all of them count; done when all are done.
    One that the learner has touched already keeps its own state.
    """
    carried: dict[str, str] = {}
    for key, sources in sources_of(dict(replaced)).items():
        if states.get(key, Achievement.State.OPEN) in COUNTED_STATES:
            continue
        held = {states.get(source, Achievement.State.OPEN) for source in sources}
        if held <= COUNTED_STATES:
            is_done = held == {Achievement.State.DONE}
            carried[key] = Achievement.State.DONE if is_done else Achievement.State.CREDITED
    return carried


def last_change(enrolment: Enrolment) -> EditionChange | None:
    """Return the acceptance that can be taken back."""
    standing = enrolment.edition_changes.filter(after=enrolment.curriculum, undone_at=None)
    return standing.select_related("before", "after").first()
