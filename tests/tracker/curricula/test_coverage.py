"""Every fact of the founding documents stands in the catalogue where docs/coverage/ says."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from tracker.curricula.catalogue_files import SHIPPED, read_catalogue
from tracker.curricula.outline import (
    CatalogueOutline,
    CurriculumOutline,
    MilestoneOutline,
    ModuleOutline,
    RoleOutline,
)

TABLE = Path(__file__).parents[3] / "docs" / "coverage" / "seed-facts.csv"
MONEY = re.compile(r"[$€£]\s?\d|\b\d[\d,.]*\s?(k|thousand)?\s?(USD|EUR|GBP|dollars|euros)\b", re.I)
FIGURE = re.compile(r"\d[\d,]+")


@dataclass(frozen=True)
class Fact:
    id: str
    fact: str
    places: tuple[str, ...]
    says: tuple[str, ...]

    def named(self, kind: str) -> list[str]:
        return [
            key
            for place in self.places
            for found, _, key in [place.partition(":")]
            if found == kind
        ]


def read_table() -> list[Fact]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return [
            Fact(row["id"], row["fact"], parts(row["mapped_to"]), parts(row["says"]))
            for row in csv.DictReader(table)
        ]


def parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


FACTS = read_table()


@cache
def catalogue() -> CatalogueOutline:
    return read_catalogue(SHIPPED).catalogue


@cache
def market() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SHIPPED / "market.yaml").read_text(encoding="utf-8"))
    return found


# --- the places a fact can stand, each with what it says ----------------------------------------


@cache
def texts() -> dict[str, str]:
    """Return what each place says; learners come across all but what is withheld."""
    return dict([*curriculum_texts(), *shared_texts(), *profile_texts(), *market_texts()])


def curriculum_texts() -> Iterator[tuple[str, str]]:
    for home in homes():
        for module in home.modules:
            yield f"module:{home.slug}.{module.key}", module_text(module)
        for milestone in home.milestones:
            yield milestone.key, milestone_text(milestone)
    for path in catalogue().curricula:
        if path.is_path and path.milestones:
            yield f"path:{path.slug}", joined(path.title, path.summary, f"{path.weeks} weeks")


def homes() -> list[CurriculumOutline]:
    return [outline for outline in catalogue().curricula if not outline.is_path]


def shared_texts() -> Iterator[tuple[str, str]]:
    for area in catalogue().areas:
        yield f"area:{area.key}", joined(area.title, area.summary)
    for skill in catalogue().skills:
        if skill.key in taught_skills() | required_skills():
            yield f"skill:{skill.key}", joined(skill.title, skill.definition, *skill.aliases)
    for resource in catalogue().resources:
        if resource.key in used_resources():
            yield f"resource:{resource.key}", resource.title
    for exam in catalogue().certifications:
        fields = [value for value in vars(exam).values() if isinstance(value, str)]
        domains = [domain.title for domain in exam.domains]
        yield f"cert:{exam.key}", joined(*fields, *domains, *exam.notes)


def profile_texts() -> Iterator[tuple[str, str]]:
    for role in catalogue().roles:
        yield f"role:{role.key}", joined(role.title, role.summary, *role.daily)
    for step in catalogue().steps:
        yield f"ladder:{step.key}", joined(step.title, step.note)
    for background in catalogue().backgrounds:
        yield f"background:{background.key}", joined(background.title, background.note)
    for route in catalogue().routes:
        said = joined(route.title, route.duration, *route.strengths, *route.risks)
        yield f"route:{route.key}", said


def market_texts() -> Iterator[tuple[str, str]]:
    sources = {source["key"]: source for source in market()["sources"]}
    for source in sources.values():
        yield f"source:{source['key']}", joined(source["title"], source["note"])
    for fact in market()["facts"]:
        title, notes = sources[fact["source"]]["title"], fact.get("notes", [])
        said = joined(fact["statement"], str(fact["year"]), fact["place"], title, *notes)
        yield f"market:{fact['key']}", said
    for figure in market()["withheld"]:
        yield f"withheld:{figure['key']}", joined(figure["statement"], figure["why"])


def module_text(module: ModuleOutline) -> str:
    return joined(module.title, *map(milestone_text, module.milestones))


def milestone_text(milestone: MilestoneOutline) -> str:
    steps = [step.title for step in milestone.steps]
    return joined(milestone.title, milestone.done_when, *steps, *milestone.rubric)


def joined(*said: str) -> str:
    return "\n".join(said)


@cache
def taught_skills() -> frozenset[str]:
    return frozenset(aim.key for home in homes() for item in home.milestones for aim in item.skills)


@cache
def required_skills() -> frozenset[str]:
    return frozenset(key for role in catalogue().roles for key in asked_by(role))


def asked_by(role: RoleOutline) -> set[str]:
    choices = {skill.key for choice in role.any_of for skill in choice.skills}
    return choices | {aim.key for aim in role.requires if aim.proficiency}


@cache
def used_resources() -> frozenset[str]:
    milestones = [item for home in homes() for item in home.milestones]
    return frozenset(resource.key for item in milestones for resource in item.resources)


# --- the table ----------------------------------------------------------------------------------


def by_id(facts: Iterable[Fact]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fact", [pytest.param(fact, id=fact.id) for fact in facts])


def test_the_table_holds_339_facts_each_with_its_own_id() -> None:
    assert [fact.id for fact in FACTS] == [f"S{number:03}" for number in range(1, 340)]


@by_id(FACTS)
def test_a_fact_stands_where_the_table_says(fact: Fact) -> None:
    unknown = [place for place in fact.places if place not in texts()]

    assert fact.places, f"“{fact.fact}” has no place"
    assert not unknown, (
        f"“{fact.fact}” is said to stand in {unknown}, which is not there or not in use"
    )


@by_id(FACTS)
def test_its_places_say_the_fact(fact: Fact) -> None:
    said = joined(*(texts().get(place, "") for place in fact.places)).lower()

    assert fact.says, f"“{fact.fact}” names no words to look for"
    assert [words for words in fact.says if words.lower() not in said] == []


@by_id(fact for fact in FACTS if fact.named("role") and fact.named("skill"))
def test_a_role_asks_for_the_skills_a_fact_gives_it(fact: Fact) -> None:
    roles = [role for role in catalogue().roles if role.key in fact.named("role")]

    for role in roles:
        assert set(fact.named("skill")) <= asked_by(role)


# --- pay and demand -----------------------------------------------------------------------------


def test_a_market_fact_names_its_year_its_place_and_its_source() -> None:
    sources = {source["key"] for source in market()["sources"]}

    for fact in market()["facts"]:
        assert isinstance(fact["year"], int), fact["key"]
        assert fact["place"], fact["key"]
        assert fact["source"] in sources, fact["key"]


def test_a_withheld_figure_names_its_source_and_the_reason() -> None:
    sources = {source["key"] for source in market()["sources"]}

    for figure in market()["withheld"]:
        assert figure["source"] in sources, figure["key"]
        assert figure["why"], figure["key"]
        assert not {"year", "place"} & figure.keys(), f"{figure['key']} could be shown"


@pytest.mark.django_db
def test_no_page_shows_a_withheld_figure(client: Client) -> None:
    figures = [FIGURE.findall(figure["statement"]) for figure in market()["withheld"]]
    shown = client.get("/careers/").content.decode()
    said = joined(shown, *(text for place, text in texts().items() if "withheld:" not in place))

    assert [len(found) for found in figures] == [1] * 5
    assert [found for [found] in figures if found in said] == []


def test_no_role_rung_background_or_route_speaks_of_pay() -> None:
    assert [place for place, text in profile_texts() if MONEY.search(text)] == []
