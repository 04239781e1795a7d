import pytest
from django.test import Client

from tests.factories import make_learner
from tracker.accounts.models import User


@pytest.fixture
def ada(db: None) -> User:
    return make_learner("ada@example.org")


@pytest.fixture
def ada_browser(ada: User) -> Client:
    """Ada's browser, logged in."""
    return signed_in(ada)


@pytest.fixture
def cleo_browser(db: None) -> Client:
    """The browser of Cleo, who must see nothing of Ada's."""
    return signed_in(make_learner("cleo@example.org"))


def signed_in(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client
