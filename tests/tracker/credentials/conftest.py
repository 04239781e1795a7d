import pytest
from django.test import Client

from tests.factories import make_learner
from tracker.accounts.models import User
from tracker.curricula.models import Certification


@pytest.fixture
def ada(db: None) -> User:
    return make_learner("ada@example.org")


@pytest.fixture
def ada_browser(ada: User) -> Client:
    return signed_in(ada)


@pytest.fixture
def cleo_browser(db: None) -> Client:
    """The browser of Cleo, who must see nothing of Ada's."""
    return signed_in(make_learner("cleo@example.org"))


@pytest.fixture
def kubernetes(db: None) -> Certification:
    """A certification whose certificates are valid for two years."""
    return Certification.objects.create(
        key="cka",
        title="Kubernetes Administrator",
        provider="CNCF",
        status="current",
        validity_months=24,
    )


def signed_in(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client
