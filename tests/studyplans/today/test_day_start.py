"""The night belongs to the evening before, up to the hour the learner's own day starts at."""

from datetime import time

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from tests.studyplans.cast import enrol
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@pytest.fixture
def night(ada: User, maths: Curriculum, clock: time_machine.Traveller) -> None:
    """Half past midnight after a Monday with a session."""
    enrol(ada, maths, at=wall.now())
    clock.move_to("2026-03-02T23:30Z")


def todays_page(client: Client) -> str:
    return client.get("/today/").content.decode()


def test_at_night_today_is_still_the_day_before(night: None, ada_client: Client) -> None:
    assert "Monday 2 March" in todays_page(ada_client)


def test_whose_day_starts_at_midnight_is_in_the_next_day(
    night: None, ada: User, ada_client: Client
) -> None:
    ada.day_starts_at = time.min
    ada.save()

    assert "Tuesday 3 March" in todays_page(ada_client)


def test_at_four_the_next_day_begins(
    night: None, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-03T03:00Z")

    assert "Tuesday 3 March" in todays_page(ada_client)
