"""The tests that start crowds of processes stay together."""

import pytest

from tests.running import ROOT
from tests.spreading import CROWDED


def test_who_brings_up_a_whole_milepost_belongs_to_the_crowd(
    request: pytest.FixtureRequest,
) -> None:
    users = [each for each in request.session.items if "milepost" in fixtures_of(each)]

    assert [each.nodeid for each in users if not each.nodeid.startswith(CROWDED)] == []


def test_every_place_of_the_crowd_is_there() -> None:
    assert [path for path in CROWDED if not (ROOT / path).exists()] == []


def fixtures_of(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])
