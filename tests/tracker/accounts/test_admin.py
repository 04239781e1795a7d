"""What an operator sees and may do in the admin."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.tracker.accounts.people import PASSWORD
from tracker.accounts.models import User

pytestmark = pytest.mark.django_db

LOOK_ONLY = [
    "progress_enrolment",
    "progress_achievement",
    "progress_achievementevent",
    "plans_studyplan",
    "plans_studysession",
    "reminders_delivery",
    "reminders_reminderschedule",
]


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root@example.org", PASSWORD))
    return client


def test_every_list_opens_and_searches(operator: Client) -> None:
    for model in admin.site._registry:
        page = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
        assert operator.get(page, {"q": "x"}).status_code == 200, page


@pytest.mark.parametrize("model", LOOK_ONLY)
def test_what_learners_did_is_to_look_at_alone(operator: Client, model: str) -> None:
    assert operator.get(reverse(f"admin:{model}_add")).status_code == 403


def test_an_account_made_here_confirms_its_own_address(operator: Client) -> None:
    new = {"email": "ben@example.org", "name": "Ben", "password1": PASSWORD, "password2": PASSWORD}

    answer = operator.post("/admin/accounts/user/add/", new)

    assert answer.status_code == 302
    assert User.objects.get(email="ben@example.org").check_password(PASSWORD)
    assert not EmailAddress.objects.filter(email="ben@example.org", verified=True).exists()


def test_an_address_changes_in_the_settings_alone(operator: Client, ada: User) -> None:
    changed = {"email": "else@example.org", "name": "Ada L.", "time_zone": "UTC", "is_active": "on"}
    changed["day_starts_at"] = "04:00"

    operator.post(f"/admin/accounts/user/{ada.pk}/change/", changed)

    ada.refresh_from_db()
    assert (ada.email, ada.name) == ("ada@example.org", "Ada L.")
    assert EmailAddress not in admin.site._registry


def test_leaving_the_admin_logs_out_by_post_alone(operator: Client) -> None:
    operator.get("/admin/logout/")
    assert operator.get("/admin/").status_code == 200

    operator.post("/admin/logout/")
    assert operator.get("/admin/").status_code == 302
