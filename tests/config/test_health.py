"""What a load balancer and an operator are told."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisConnectionError

from config import health
from studyplans.reminders.breaker import FAILURES_TO_OPEN, note_failure
from studyplans.reminders.models import Delivery
from tests.conftest import MONDAY_MORNING
from tests.factories import make_learner

pytestmark = pytest.mark.django_db


def works() -> None:
    """Stand in for a part that answers."""


@pytest.fixture(autouse=True)
def redis_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.CHECKS, "redis", works)


def test_being_alive_needs_nothing_else(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECKS", {})

    response = client.get("/healthz")

    assert (response.status_code, response.text) == (200, "ok")


def test_ready_when_every_part_works(client: Client) -> None:
    health.beat_heartbeat()

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "parts": {"database": "ok", "redis": "ok", "beat": "ok"},
        "reminders": {"longest_wait_seconds": 0, "mail_server": "working"},
    }


def test_late_reminders_and_a_dead_mail_server_are_told_and_not_judged(
    client: Client, clock: time_machine.Traveller
) -> None:
    health.beat_heartbeat()
    due_at = MONDAY_MORNING - timedelta(minutes=7)
    Delivery.objects.create(
        learner=make_learner(), kind="digest", due_at=due_at, stale_at=MONDAY_MORNING
    )
    for _ in range(FAILURES_TO_OPEN):
        note_failure(reason="password=secret", at=MONDAY_MORNING)

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["reminders"] == {
        "longest_wait_seconds": 420,
        "mail_server": "left alone",
    }
    assert "secret" not in response.text


def test_a_beat_that_never_was_is_named(client: Client) -> None:
    cache.delete(health.HEARTBEAT_KEY)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"]["beat"] == "failing"


def test_a_beat_that_fell_silent_is_named(client: Client, clock: time_machine.Traveller) -> None:
    health.beat_heartbeat()
    clock.shift(timedelta(seconds=health.HEARTBEAT_MAX_AGE_SECONDS + 1))

    assert client.get("/readyz").json()["parts"]["beat"] == "failing"


def test_a_redis_that_is_gone_is_named_without_details(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    health.beat_heartbeat()
    monkeypatch.setitem(health.CHECKS, "redis", health.check_redis)
    settings.REDIS_URL = "unix:///nowhere/redis.sock"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"] == {"database": "ok", "redis": "failing", "beat": "ok"}
    assert "nowhere" not in response.text


def test_a_database_that_is_gone_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise RedisConnectionError("password=secret")

    monkeypatch.setitem(health.CHECKS, "database", gone)

    response = client.get("/readyz")

    assert response.json()["parts"]["database"] == "failing"
    assert response.json()["reminders"] is None
    assert "secret" not in response.text


def test_health_answers_no_post(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
