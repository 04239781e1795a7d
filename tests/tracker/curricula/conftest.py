import pytest
from django.db import connection
from django.test import Client

from tests.tracker.conftest import signed_in
from tests.tracker.curricula.desk import a_curriculum, a_module
from tracker.accounts.models import User
from tracker.curricula import sealing
from tracker.curricula.authors import make_author, make_publisher
from tracker.curricula.models import Module


@pytest.fixture
def author(client: Client) -> Client:
    """The browser of Ada, who writes drafts."""
    ada = User.objects.create_user("ada@example.org", name="Ada")
    make_author(ada)
    client.force_login(ada)
    return client


@pytest.fixture
def publisher() -> Client:
    """The browser of Ben, who publishes too."""
    ben = User.objects.create_user("ben@example.org", name="Ben")
    make_publisher(ben)
    return signed_in(ben)


@pytest.fixture
def module() -> Module:
    """A module of a draft."""
    return a_module(a_curriculum())


@pytest.fixture
def unsealed(db: None) -> None:
    """Let a test write into published editions; its transaction brings the triggers back."""
    on = " ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name, table in sealing.triggers():
            cursor.execute(f"DROP TRIGGER {name}" + on.format(table=table))
