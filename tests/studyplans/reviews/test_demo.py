"""The demo learner has reviewed, as everybody else does."""

from datetime import timedelta

import pytest

from common import clock as wall
from studyplans.reviews.demo import give_reviews
from studyplans.reviews.models import Rating, Review
from tests.studyplans.reviews.lessons import check_off, make_question
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum

pytestmark = pytest.mark.usefixtures("clock")


def test_the_demo_reviews_what_was_due_and_nothing_of_today(ada: User, maths: Curriculum) -> None:
    make_question("maths.m2")
    for key in ("maths.m1", "maths.m2"):
        check_off(ada, key, at=wall.now() - timedelta(days=21))

    give_reviews(ada, until=wall.now())

    reviews = list(Review.objects.of(ada).standing())
    assert len(reviews) >= 3
    assert {review.source for review in reviews} == {"questions", "recall"}
    assert {review.rating for review in reviews} >= {Rating.GOOD}
    assert all(review.finished_at and review.finished_at < wall.now() for review in reviews)
