import pytest
from django.test import Client

from tests.tracker.accounts.people import PASSWORD
from tracker.accounts.actions import confirm_address
from tracker.accounts.models import User


@pytest.fixture
def ada(db: None) -> User:
    ada = User.objects.create_user(
        "ada@example.org", PASSWORD, name="Ada", time_zone="Europe/Berlin"
    )
    confirm_address(learner=ada)
    return ada


@pytest.fixture
def signed_in(client: Client, ada: User) -> Client:
    """Ada's browser, after she logged in and read the greeting."""
    form = {"login": ada.email, "password": PASSWORD}
    client.post("/accounts/login/", form | {"next": "/settings/"}, follow=True)
    return client
