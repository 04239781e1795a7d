"""What a profile shows, and what it could: each answer in a constant number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.db.models import QuerySet

from common import clock
from common.links import leads_outside
from tracker.accounts.models import User
from tracker.credentials.models import HeldCertification
from tracker.curricula.models import Curriculum, Milestone, Proficiency, RoleProfile, SkillLevel
from tracker.profiles.activity import Activity, activity_of, first_day
from tracker.profiles.models import PublicProfile, ShownItem
from tracker.progress.models import Achievement, AchievementEvent, Enrolment
from tracker.progress.selectors import bases_of, shares_of
from tracker.readiness.models import TargetRole
from tracker.readiness.selectors import scores_of

BASIS_WORDS = {
    Achievement.Basis.EVIDENCED: "with work shown",
    Achievement.Basis.TESTED: "tested",
}


@dataclass(frozen=True, slots=True)
class ShownPath:
    curriculum: Curriculum
    percent: int

    @property
    def is_finished(self) -> bool:
        return self.percent == 100


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    held: HeldCertification
    proof_url: str


@dataclass(frozen=True, slots=True)
class ShownRole:
    role: RoleProfile
    points: int
    is_ready: bool


@dataclass(frozen=True, slots=True)
class ShownSkill:
    """A skill with the highest level that something shown led to."""

    title: str
    area: str
    proficiency: int
    bases: tuple[str, ...]

    @property
    def level(self) -> str:
        return str(Proficiency(self.proficiency).label)

    @property
    def in_words(self) -> str:
        counts = Counter(self.bases)
        return ", ".join(f"{counts[basis]} {basis}" for basis in sorted(counts))


@dataclass(frozen=True, slots=True)
class ShownProject:
    title: str
    url: str

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Showing:
    """All that anyone sees of a profile; its page and its card know nothing else."""

    name: str
    slug: str
    paths: tuple[ShownPath, ...] = ()
    certificates: tuple[ShownCertificate, ...] = ()
    roles: tuple[ShownRole, ...] = ()
    skills: tuple[tuple[str, tuple[ShownSkill, ...]], ...] = ()
    projects: tuple[ShownProject, ...] = ()
    activity: Activity | None = None

    @property
    def is_empty(self) -> bool:
        parts = (self.paths, self.certificates, self.roles, self.skills, self.projects)
        return not any(parts) and self.activity is None


def showing_of(profile: PublicProfile) -> Showing:
    learner = profile.learner
    today = clock.today_for(learner)
    return Showing(
        name=str(profile),
        slug=profile.slug,
        paths=_paths(learner, profile.keys(ShownItem.Kind.PATH)),
        certificates=_certificates(profile, today),
        roles=_roles(learner, profile.keys(ShownItem.Kind.ROLE), today),
        skills=_skills(learner) if profile.shows_skills else (),
        projects=_projects(learner, profile.keys(ShownItem.Kind.PROJECT)),
        activity=_activity(learner, today) if profile.shows_activity else None,
    )


def _paths(learner: User, slugs: list[str]) -> tuple[ShownPath, ...]:
    """Return the percent of each path in the edition the learner follows; not of one left."""
    if not slugs:
        return ()
    followed = _showable(learner).filter(curriculum__slug__in=slugs)
    curricula = [each.curriculum for each in followed.select_related("curriculum")]
    shares = shares_of(learner, curricula)
    return tuple(ShownPath(each, shares[each.pk].percent) for each in curricula)


def _showable(learner: User) -> QuerySet[Enrolment]:
    """Leave out a path of the learner's own: nobody else can open what its name leads to."""
    return Enrolment.objects.of(learner).current().filter(curriculum__owner=None)


def _certificates(profile: PublicProfile, today: date) -> tuple[ShownCertificate, ...]:
    """Return what is valid today, of a renewed certificate the newest; never a file."""
    keys = profile.keys(ShownItem.Kind.CERTIFICATE)
    if not keys:
        return ()
    held = HeldCertification.objects.of(profile.learner).valid(today)
    chosen = held.filter(certification__key__in=keys).select_related("certification")
    newest = {each.certification_id: each for each in chosen.order_by("earned_on", "pk")}
    return tuple(
        ShownCertificate(each, _link(each.proof_url) if profile.shows_proof_links else "")
        for each in newest.values()
    )


def _link(url: str) -> str:
    """Return a link that anyone can open, or none: one noted long ago may lead inside."""
    return url if url and leads_outside(url) else ""


def _roles(learner: User, keys: list[str], today: date) -> tuple[ShownRole, ...]:
    if not keys:
        return ()
    scores = scores_of(learner, on=today)
    roles = RoleProfile.objects.filter(key__in=keys)
    return tuple(
        ShownRole(role, scores[role.key].shown, scores[role.key].is_ready)
        for role in roles
        if role.key in scores
    )


def _skills(learner: User) -> tuple[tuple[str, tuple[ShownSkill, ...]], ...]:
    """Return the skills, area by area, that more than the learner's own word speaks for."""
    bases = {
        key: BASIS_WORDS[Achievement.Basis(basis)]
        for key, basis in bases_of(learner).items()
        if basis in BASIS_WORDS
    }
    by_area: dict[str, list[ShownSkill]] = defaultdict(list)
    for skill in _skills_of(bases):
        by_area[skill.area].append(skill)
    return tuple((area, tuple(skills)) for area, skills in by_area.items())


def _skills_of(bases: dict[str, str]) -> list[ShownSkill]:
    levels = SkillLevel.objects.filter(
        milestone__key__in=list(bases),
        milestone__curriculum__kind=Curriculum.Kind.SUBJECT,
        milestone__curriculum__status=Curriculum.Status.PUBLISHED,
    ).order_by("skill__area__position", "skill__area__key", "skill__title", "pk")
    columns = ("skill__title", "skill__area__title", "milestone__key", "proficiency")
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for title, area, key, proficiency in levels.values_list(*columns):
        found[title, area][key] = proficiency
    return [
        ShownSkill(title, area, max(reached.values()), tuple(bases[key] for key in reached))
        for (title, area), reached in found.items()
    ]


def _projects(learner: User, keys: list[str]) -> tuple[ShownProject, ...]:
    if not keys:
        return ()
    links, titles = _project_links(learner), _project_titles(keys)
    return tuple(
        ShownProject(titles[key], links[key]) for key in keys if key in links and key in titles
    )


def _project_links(learner: User) -> dict[str, str]:
    """Return the links of finished milestones that anyone can open, by key."""
    shown = Achievement.objects.of(learner).finished().exclude(evidence_url="")
    links = dict(shown.order_by("milestone_key").values_list("milestone_key", "evidence_url"))
    return {key: url for key, url in links.items() if leads_outside(url)}


def _project_titles(keys: Iterable[str]) -> dict[str, str]:
    projects = Milestone.objects.newest_last(keys).filter(kind=Milestone.Kind.PROJECT)
    return dict(projects.values_list("key", "title"))


def _activity(learner: User, today: date) -> Activity:
    """Count the milestones done on each local day; what was undone again is not counted."""
    since = clock.start_of_day(first_day(today), learner)
    events = AchievementEvent.objects.of(learner).filter(
        happened_at__gte=since,
        undoes=None,
        undone_by=None,
        after__state=Achievement.State.DONE.value,
    )
    done = events.exclude(source=AchievementEvent.Source.EDITION)
    rows = done.values_list("milestone_key", "happened_at")
    days = {(key, clock.date_of(happened_at, learner)) for key, happened_at in rows}
    return activity_of((day for _, day in days), today=today)


# --- what could be shown ----------------------------------------------------------------------

Offers = dict[str, list[tuple[str, str]]]


def offers_for(learner: User) -> Offers:
    """Return by kind what a learner may choose to show, as (key, title)."""
    titles = _project_titles(_project_links(learner))
    return {
        ShownItem.Kind.PATH: _distinct(
            _showable(learner).values_list("curriculum__slug", "curriculum__title")
        ),
        ShownItem.Kind.CERTIFICATE: _distinct(
            HeldCertification.objects.of(learner).values_list(
                "certification__key", "certification__title"
            )
        ),
        ShownItem.Kind.ROLE: _roles_offered(learner),
        ShownItem.Kind.PROJECT: sorted(titles.items(), key=lambda pair: pair[1]),
    }


def _distinct(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict(pairs).items())


def _roles_offered(learner: User) -> list[tuple[str, str]]:
    """Return the roles the learner heads for; without a choice, all of them."""
    chosen = TargetRole.objects.of(learner).values("role")
    roles = RoleProfile.objects.filter(pk__in=chosen) or RoleProfile.objects.all()
    return list(roles.values_list("key", "title"))
