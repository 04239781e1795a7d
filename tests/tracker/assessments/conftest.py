"""It is Monday, 10:00 in Berlin.  Linear algebra has questions; Cleo must see nothing of Ada's."""

import pytest
import time_machine

from tests.factories import make_curriculum, make_enrolment, make_milestone, make_module
from tests.tracker.assessments.desk import make_questions
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@pytest.fixture
def maths(db: None, clock: time_machine.Traveller, ada: User) -> Curriculum:
    """A module of four: two with three questions, an assessment on both, and a project."""
    curriculum = make_curriculum("maths", title="Maths")
    module = make_module(curriculum, "la", title="Linear algebra")
    vectors = make_milestone(module, "math.vec", title="Vectors", kind="practise")
    matrices = make_milestone(module, "math.mat", title="Matrices", kind="read")
    make_milestone(
        module, "math.exam", title="Exam", kind="assessment", requires=(vectors, matrices)
    )
    make_milestone(
        module, "math.fit", title="A fit", kind="project", rubric=["It runs.", "It fits."]
    )
    for key in ("math.vec", "math.mat", "math.exam"):
        make_questions(key, 3)
    make_enrolment(ada, curriculum)
    return curriculum
