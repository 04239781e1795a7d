"""When a held certificate runs out, and how long before it is worth saying."""

from datetime import date, timedelta

import pytest

from tests.factories import NOW
from tracker.accounts.models import User
from tracker.credentials.actions import add_certification
from tracker.credentials.models import HeldCertification, expiry_of
from tracker.curricula.models import Certification

TODAY = date(2026, 3, 2)


def hold(learner: User, certification: Certification, *, expires_on: date) -> HeldCertification:
    return add_certification(
        learner=learner,
        certification=certification,
        earned_on=expires_on - timedelta(days=700),
        expires_on=expires_on,
        at=NOW,
    )


@pytest.mark.parametrize(
    ("earned_on", "months", "expires_on"),
    [
        (date(2025, 3, 1), 24, date(2027, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 31), 36, date(2028, 12, 31)),
        (date(2025, 12, 31), None, None),
    ],
)
def test_a_certificate_lasts_for_its_months(
    earned_on: date, months: int | None, expires_on: date | None
) -> None:
    certification = Certification(validity_months=months)

    assert expiry_of(certification, earned_on=earned_on) == expires_on


@pytest.mark.parametrize(
    ("days_left", "notice"),
    [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, "expired")],
)
def test_the_notice_is_given_ninety_thirty_and_seven_days_ahead(
    days_left: int, notice: int | str | None
) -> None:
    held = HeldCertification(expires_on=TODAY + timedelta(days=days_left))

    assert held.expiry_notice(TODAY) == notice


def test_what_never_expires_gives_no_notice() -> None:
    assert HeldCertification(expires_on=None).expiry_notice(TODAY) is None


@pytest.mark.django_db
def test_the_last_day_still_counts(ada: User, kubernetes: Certification) -> None:
    hold(ada, kubernetes, expires_on=TODAY)

    assert HeldCertification.objects.valid(TODAY).count() == 1
    assert HeldCertification.objects.valid(TODAY + timedelta(days=1)).count() == 0


@pytest.mark.django_db
def test_only_valid_ones_are_about_to_expire(ada: User, kubernetes: Certification) -> None:
    soon = hold(ada, kubernetes, expires_on=TODAY + timedelta(days=60))
    hold(ada, kubernetes, expires_on=TODAY + timedelta(days=61))
    hold(ada, kubernetes, expires_on=TODAY - timedelta(days=1))

    assert list(HeldCertification.objects.expiring(TODAY, within_days=60)) == [soon]
