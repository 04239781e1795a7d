from celery import shared_task

from common import clock
from studyplans.plans import actions, selectors
from tracker.accounts.models import User


@shared_task
def replan_missed_sessions() -> None:
    """Find the learners with unanswered sessions of a day that is over; beat calls this."""
    for learner_id in selectors.learners_with_a_missed_day(at=clock.now()):
        replan_missed_sessions_of.delay(learner_id)


@shared_task
def replan_missed_sessions_of(learner_id: int) -> None:
    learner, at = User.objects.get(pk=learner_id), clock.now()
    today = clock.start_of_day(clock.date_of(at, learner), learner)
    actions.give_up_missed(learner=learner, ended_by=today, at=at)
