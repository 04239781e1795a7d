import pytest
from django.test import Client

from tests.factories import make_learner
from tests.studyplans.cast import logged_in, make_maths
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@pytest.fixture
def ada(transactional_db: None) -> User:
    return make_learner("ada@example.org", name="Ada")


@pytest.fixture
def cleo(transactional_db: None) -> User:
    return make_learner("cleo@example.org", name="Cleo")


@pytest.fixture
def maths(transactional_db: None) -> Curriculum:
    return make_maths()


@pytest.fixture
def ada_client(ada: User) -> Client:
    return logged_in(ada)
