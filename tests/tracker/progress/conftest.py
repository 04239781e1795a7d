import pytest

from tests.factories import make_curriculum, make_milestone, make_module
from tracker.curricula.models import Curriculum


@pytest.fixture
def maths(db: None) -> Curriculum:
    """A module of three: vectors, then matrices, and optional tensors."""
    curriculum = make_curriculum("maths", title="Maths")
    module = make_module(curriculum, "la", title="Linear algebra")
    vectors = make_milestone(module, "math.vec", title="Vectors")
    make_milestone(module, "math.mat", title="Matrices", requires=(vectors,))
    make_milestone(module, "math.tensor", title="Tensors", is_required=False)
    return curriculum
