from celery import shared_task

from common import clock
from studyplans.plans import absence, actions, calibrating, replan_runs, selectors
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


@shared_task
def go_on_with_replan_run(run_id: int) -> None:
    """Replan one batch and ring for the next; ringing twice is harmless."""
    if replan_runs.go_on(run_id, at=clock.now()):
        go_on_with_replan_run.delay(run_id)


@shared_task
def ring_stuck_replan_runs() -> None:
    """Ring again for runs whose worker is gone; beat calls this."""
    for run_id in replan_runs.stuck_runs(at=clock.now()):
        go_on_with_replan_run.delay(run_id)


@shared_task
def refit_forecast() -> None:
    """Fit the forecast to those who finished; beat calls this each week."""
    calibrating.refit(at=clock.now())


@shared_task
def pause_quiet_plans(after: int = 0) -> None:
    """Look through one batch of plans for quiet ones and ring for the next; beat calls this."""
    batch = absence.gone_quiet(after=after, at=clock.now())
    for learner_id in batch.learner_ids:
        pause_quiet_plan_of.delay(learner_id)
    if batch.last_plan_id is not None:
        pause_quiet_plans.delay(batch.last_plan_id)


@shared_task
def pause_quiet_plan_of(learner_id: int) -> None:
    absence.pause_if_quiet(learner=User.objects.get(pk=learner_id), at=clock.now())


@shared_task
def end_pauses() -> None:
    """End the pauses whose date has come; beat calls this."""
    absence.end_pauses(at=clock.now())
