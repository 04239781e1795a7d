import pytest
from django.test import Client

from tests.factories import make_curriculum, make_learner, make_milestone, make_module
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


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


@pytest.fixture
def maths(db: None) -> Curriculum:
    """A module of three: vectors, then matrices, and optional tensors."""
    curriculum = make_curriculum("maths", title="Maths")
    module = make_module(curriculum, "la", title="Linear algebra")
    vectors = make_milestone(module, "math.vec", title="Vectors")
    make_milestone(module, "math.mat", title="Matrices", requires=(vectors,))
    make_milestone(module, "math.tensor", title="Tensors", is_required=False)
    return curriculum


def signed_in(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client
