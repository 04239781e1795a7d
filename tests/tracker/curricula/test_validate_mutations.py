"""The shipped catalogue, broken at random: every fault is named where it was made."""

import json
import random
import shutil
from collections.abc import Iterator
from functools import lru_cache
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from tests.tracker.curricula.mutations import MUTATIONS, Mutation, plant
from tracker.curricula.catalogue_files import SHIPPED

TIMES = 5


@pytest.fixture(scope="module", autouse=True)
def files_are_parsed_once() -> Iterator[None]:
    """Keep what a text was parsed to: nearly all files are the same in every test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "compose", lru_cache(maxsize=None)(yaml.compose))
        yield


def test_there_are_more_than_a_hundred_faults_of_twenty_kinds() -> None:
    assert len(MUTATIONS) >= 20
    assert len(MUTATIONS) * TIMES >= 100


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_planted_fault_is_named_at_its_line(name: str, tmp_path: Path) -> None:
    mutation: Mutation = MUTATIONS[name]
    folder = shutil.copytree(SHIPPED, tmp_path / "catalogue")
    chance = random.Random(name)  # noqa: S311  repeatable, not secret
    places = plant(folder, mutation, chance, times=TIMES)
    out = StringIO()

    with pytest.raises(CommandError) as refusal:
        call_command("validate_catalogue", str(folder), "--format", "json", stdout=out)

    faults = json.loads(out.getvalue())
    named = {fault["place"] for fault in faults if mutation.message in fault["message"]}
    assert len(set(places)) == TIMES
    assert set(places) - named == set(), faults
    assert refusal.value.returncode == 1
    assert all(fault["mend"] for fault in faults)
