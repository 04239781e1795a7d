"""Say whether Milepost is alive, and whether each part it stands on works."""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus

import redis
from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common import clock
from studyplans.reminders.selectors import is_mail_server_left_alone, longest_wait

HEARTBEAT_KEY = "beat-heartbeat"
HEARTBEAT_MAX_AGE_SECONDS = 120

logger = logging.getLogger(__name__)


@shared_task
def beat_heartbeat() -> None:
    """Leave the time of the last task that beat sent and a worker ran."""
    cache.set(HEARTBEAT_KEY, time.time(), timeout=None)


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer whenever the process can, whatever else is broken."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Name the parts that work and those that fail; the reasons go to the log only.

    How reminders are getting on is told and not judged: pages work while mail waits.
    """
    parts = {name: works(name, check) for name, check in CHECKS.items()}
    is_ready = all(parts.values())
    return JsonResponse(
        {
            "status": "ready" if is_ready else "not ready",
            "parts": {name: "ok" if ok else "failing" for name, ok in parts.items()},
            "reminders": reminders() if parts["database"] else None,
        },
        status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
    )


def works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception as error:
        logger.warning("readyz: %s fails: %s", name, error)
        return False
    return True


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_redis() -> None:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
        client.ping()


def check_beat() -> None:
    age = time.time() - (cache.get(HEARTBEAT_KEY) or 0)
    if age > HEARTBEAT_MAX_AGE_SECONDS:
        raise TimeoutError("no task of beat has been run lately")


def reminders() -> dict[str, object]:
    """Say since when the longest due reminder waits, and whether the mail server is left alone."""
    return {
        "longest_wait_seconds": int(longest_wait(at=clock.now()).total_seconds()),
        "mail_server": "left alone" if is_mail_server_left_alone() else "working",
    }


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "redis": check_redis,
    "beat": check_beat,
}
