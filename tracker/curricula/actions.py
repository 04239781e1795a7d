"""The only places that change what there is to learn."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from tracker.accounts.models import User
from tracker.curricula import (
    catalogue_validation,
    edition_loading,
    editions,
    loader,
    selectors,
    validation,
)
from tracker.curricula.catalogue_files import read_catalogue
from tracker.curricula.link_check import Finding, Standing, Verdict, standing_after
from tracker.curricula.link_pace import PER_MINUTE, Pace
from tracker.curricula.link_visits import Target, Visitor, once_online, visit_all
from tracker.curricula.models import (
    Curriculum,
    LinkCheck,
    Milestone,
    Resource,
    ResourceProposal,
)
from tracker.curricula.outline import Fault
from tracker.curricula.personal_paths import write_personal_path

LINKS_LOCK = "curricula.check_links"
# Longer than any one visit takes; each that comes back renews it.
LINKS_LOCK_SECONDS = 10 * 60
# What was checked so lately is not due again.
LINKS_REST = timedelta(hours=20)
STANDING = tuple(each.name for each in fields(Standing))
NOT_MODIFIED = 304

PROPOSALS_A_DAY = 10
PROPOSED_BEFORE: dict[str, str] = {
    ResourceProposal.State.OPEN: "You proposed this link already. An author will look at it.",
    ResourceProposal.State.ACCEPTED: "You proposed this link already, and it was accepted.",
    ResourceProposal.State.DECLINED: (
        "You proposed this link already, and an author decided against it. "
        "Perhaps you know another one."
    ),
}


class Faulty(Exception):
    """Something cannot be done before its faults are mended; `faults` names them all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


class CannotPublish(Faulty): ...


class CannotLoad(Faulty): ...


@transaction.atomic
def publish_curriculum(*, curriculum: Curriculum, at: datetime) -> None:
    """Open a draft to learners and seal it; those who follow the edition before stay on it.

    Raises CannotPublish with every fault, also with what those learners would lose.
    """
    # Whoever is saving this draft just now is done first, and is checked with the rest.
    locked = Curriculum.objects.select_for_update()
    curriculum.refresh_from_db(fields=["status"], from_queryset=locked)
    if curriculum.is_published:
        return
    follows = editions.edition_before(curriculum)
    faults = validation.faults_of(curriculum)
    if follows is not None:
        _number_after(follows, curriculum)
        faults += editions.faults_in_succession(follows, curriculum)
    if faults:
        raise CannotPublish(faults)
    editions.publish_rows(curriculum, follows=follows, at=at)


def _number_after(edition: Curriculum, draft: Curriculum) -> None:
    """Renumber a draft that a catalogue's file has overtaken."""
    if draft.edition < edition.edition:
        draft.edition = editions.next_number(draft.slug)
        draft.save(update_fields=["edition"])


@transaction.atomic
def draft_next_edition(*, curriculum: Curriculum) -> Curriculum:
    """Return the draft of this curriculum, a copy of this edition where there is none yet."""
    return editions.draft_edition(curriculum.slug) or editions.copy_as_draft(curriculum)


def retire_curriculum(*, curriculum: Curriculum) -> None:
    """Close a published curriculum to new learners; those who follow it keep it."""
    if not curriculum.is_published:
        return
    curriculum.status = Curriculum.Status.RETIRED
    curriculum.save(update_fields=["status"])


def load_catalogue(*, folder: Path, at: datetime) -> loader.LoadReceipt:
    """Load a folder of catalogue files; a faulty one changes nothing."""
    reading = read_catalogue(folder)
    faults = catalogue_validation.faults_in_catalogue(reading)
    if faults:
        raise CannotLoad(faults)
    with transaction.atomic():
        faults = edition_loading.succession_faults(reading.catalogue.curricula)
        if faults:
            raise CannotLoad(faults)
        return loader.write_catalogue(reading.catalogue, at=at)


# --- links --------------------------------------------------------------------------------------


class AlreadyChecking(Exception):
    """Another run is checking links: two together would ask each host twice as much."""


@dataclass
class LinksReceipt:
    """What a run found."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    moved: list[LinkCheck] = field(default_factory=list)
    dead: list[LinkCheck] = field(default_factory=list)

    def note(self, finding: Finding, check: LinkCheck) -> None:
        self.verdicts[finding.verdict] += 1
        if finding.moved_to:
            self.moved.append(check)
        if check.dead_since:
            self.dead.append(check)


def link_visitor(*, per_minute: int = PER_MINUTE) -> Visitor:
    return Visitor(
        user_agent=f"Milepost link check (+{settings.SITE_URL})",
        pace=Pace(per_minute=per_minute),
        may_go_private=settings.LINK_CHECK_MAY_GO_PRIVATE,
    )


def check_links(*, visitor: Visitor, at: datetime, limit: int | None = None) -> LinksReceipt:
    """Visit links, the longest unchecked first, and record each as it comes.

    A run that broke off is taken up by the next, which leaves alone what was checked just now.
    """
    if not cache.add(LINKS_LOCK, value=True, timeout=LINKS_LOCK_SECONDS):
        raise AlreadyChecking
    try:
        return _check_links(visitor, at, limit)
    finally:
        cache.delete(LINKS_LOCK)


def _check_links(visitor: Visitor, at: datetime, limit: int | None) -> LinksReceipt:
    due = selectors.resources_to_check(before=at - LINKS_REST, limit=limit)
    resources = {resource.pk: resource for resource in due}
    targets = {pk: _target(resource) for pk, resource in resources.items()}
    receipt = LinksReceipt()
    with closing(visit_all(visitor, targets)) as visits:
        for pk, finding in once_online(_holding_the_lock(visits), targets):
            check = record_finding(resource=resources[pk], finding=finding, at=at)
            if check is not None:
                receipt.note(finding, check)
    return receipt


def _holding_the_lock(found: Iterable[tuple[int, Finding]]) -> Iterator[tuple[int, Finding]]:
    for each in found:
        cache.touch(LINKS_LOCK, LINKS_LOCK_SECONDS)
        yield each


def _target(resource: Resource) -> Target:
    known = selectors.link_check_of(resource)
    if known is None:
        return Target(resource.url)
    return Target(resource.url, known.etag, known.last_modified)


@transaction.atomic
def record_finding(*, resource: Resource, finding: Finding, at: datetime) -> LinkCheck | None:
    """Write down one look at a link; nothing when the resource has gone meanwhile."""
    if not Resource.objects.select_for_update().filter(pk=resource.pk).exists():
        return None
    check = LinkCheck.objects.filter(resource=resource).first()
    if check is None or check.url != resource.url:
        row = check.pk if check else None
        check = LinkCheck(pk=row, resource=resource, url=resource.url)
    before = Standing(**{name: getattr(check, name) for name in STANDING})
    after = standing_after(before, finding, at)
    for name in STANDING:
        setattr(check, name, getattr(after, name))
    check.last_checked_at = at
    check.status, check.reason = finding.status, finding.reason[:200]
    if finding.verdict is Verdict.SEEN:
        _remember(check, finding)
    check.save()
    return check


def _remember(check: LinkCheck, finding: Finding) -> None:
    check.moved_to = fitting(finding.moved_to, 1000)
    if finding.status == NOT_MODIFIED:
        return  # what we know the page by is as it was
    check.etag = fitting(finding.etag, 300)
    check.last_modified = fitting(finding.last_modified, 100)


def fitting(text: str, length: int) -> str:
    """Return a header's text that can be kept and sent back as it is, or nothing."""
    return text if len(text) <= length and text.isprintable() else ""


# --- proposals ----------------------------------------------------------------------------------


class CannotPropose(Exception):
    """A proposal cannot be taken; says why, to the learner."""


@transaction.atomic
def propose_resource(
    *, resource: Resource, learner: User, title: str, url: str, note: str, at: datetime
) -> ResourceProposal:
    """Lay a learner's replacement for a resource before the authors."""
    if url == resource.url:
        raise CannotPropose("That is the link it has now. Propose another one.")
    # One proposal of a learner at a time, or two could both be the day's last.
    User.objects.select_for_update().get(pk=learner.pk)
    mine = ResourceProposal.objects.of(learner)
    earlier = mine.filter(resource=resource, url=url).first()
    if earlier:
        raise CannotPropose(PROPOSED_BEFORE[earlier.state])
    if mine.made_since(at - timedelta(days=1)).count() >= PROPOSALS_A_DAY:
        raise CannotPropose(
            f"You made {PROPOSALS_A_DAY} proposals within a day, thank you. "
            "Please come back tomorrow with the next."
        )
    return ResourceProposal.objects.create(
        resource=resource, learner=learner, title=title, url=url, note=note, created_at=at
    )


@transaction.atomic
def accept_proposal(*, proposal: ResourceProposal, by: User, at: datetime) -> bool:
    """Give the resource the proposed title and link; False when it was decided before."""
    if not _decide(proposal, ResourceProposal.State.ACCEPTED, by, at):
        return False
    resource = proposal.resource
    resource.title, resource.url = proposal.title, proposal.url
    resource.save(update_fields=["title", "url"])
    LinkCheck.objects.filter(resource=resource).delete()
    return True


def decline_proposal(*, proposal: ResourceProposal, by: User, at: datetime) -> bool:
    """Close a proposal and leave the resource as it is; False when it was decided before."""
    return _decide(proposal, ResourceProposal.State.DECLINED, by, at)


def _decide(proposal: ResourceProposal, state: str, by: User, at: datetime) -> bool:
    undecided = ResourceProposal.objects.to_review().filter(pk=proposal.pk)
    return undecided.update(state=state, decided_by=by, decided_at=at) == 1


@transaction.atomic
def create_personal_path(
    *, owner: User, title: str, summary: str, milestones: Sequence[Milestone]
) -> Curriculum:
    """Make a path of a learner's own from milestones of the catalogue, in the order given."""
    return write_personal_path(owner=owner, title=title, summary=summary, milestones=milestones)


def rename_personal_path(*, path: Curriculum, title: str) -> None:
    path.title = title
    path.save(update_fields=["title"])
