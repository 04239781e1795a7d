"""Each kind through the door: what it says, and when it keeps quiet."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import clock as wall
from studyplans.plans import absence
from studyplans.plans.actions import pause_plan, resume_plan
from studyplans.plans.models import PauseCause, StudyPlan, StudySession
from studyplans.plans.session_actions import move_session
from studyplans.plans.tasks import replan_missed_sessions
from studyplans.reminders import actions, claiming, selectors, tasks
from studyplans.reminders.kinds import SCHEDULED, due, edition, nudge, reading
from studyplans.reminders.kinds.reading import NO_PATH, PLAN_PAUSED
from studyplans.reminders.models import Delivery, ReminderSchedule
from studyplans.reviews.models import ReviewCard, ReviewPreference
from tests.factories import make_curriculum, make_learner
from tests.studyplans.cast import enrol, evenings, make_maths
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, SUNDAY
from tracker.accounts.models import User
from tracker.credentials.models import HeldCertification
from tracker.curricula.models import Certification, Curriculum, Milestone
from tracker.progress.actions import set_state
from tracker.progress.models import Achievement, Enrolment

Letters = list[EmailMultiAlternatives]
DAY = timedelta(days=1)
SEVEN = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
EXAM_DAY = datetime(2026, 3, 16, 18, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sunday(clock: time_machine.Traveller) -> None:
    clock.move_to(SUNDAY)


@pytest.fixture
def enrolled(ada: User, maths: Curriculum) -> User:
    enrol(ada, maths, at=SUNDAY)
    return ada


def only(learner: User, kind: str, **choices: object) -> ReminderSchedule:
    """Leave one kind on, so that it speaks for itself."""
    learner.reminder_schedules.exclude(kind=kind).update(is_on=False)
    learner.reminder_schedules.filter(kind=kind).update(is_on=True, **choices)
    return learner.reminder_schedules.get(kind=kind)


def done_unknown_to_the_plan(learner: User, milestone_key: str) -> None:
    """The process died between the check-off and the plan's hearing of it."""
    Achievement.objects.create(
        learner=learner,
        milestone_key=milestone_key,
        state=Achievement.State.DONE,
        changed_at=SUNDAY,
    )


def dispatched(clock: time_machine.Traveller, moment: datetime) -> None:
    clock.move_to(moment)
    tasks.dispatch_due()


def decided(learner: User, kind: str, *, at: datetime) -> str:
    """Return the reason against a mail of this kind on that day."""
    day = at.date().isoformat()
    delivery = Delivery(
        learner=learner, kind=kind, occurrence=day, due_at=at, stale_at=at + timedelta(hours=1)
    )
    [decision] = selectors.decisions_on([delivery], at=at)
    return decision.reason


def test_a_learner_gets_every_kind_with_its_defaults(enrolled: User) -> None:
    own = {each.kind: each for each in enrolled.reminder_schedules.all()}

    assert set(own) == set(SCHEDULED)
    assert [kind for kind, each in own.items() if not each.is_on] == ["session"]
    assert own["digest"].next_run_at == MONDAY_AT_EIGHT
    assert own["weekly"].next_run_at == datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    assert own["paused"].next_run_at is None


def test_kinds_that_came_later_are_offered_to_those_who_want_mail(
    enrolled: User, cleo: User
) -> None:
    enrol(cleo, make_maths(slug="stats"), at=SUNDAY)
    ReminderSchedule.objects.exclude(kind="digest").delete()
    actions.switch_off(learner=cleo, kind="digest")

    tasks.recount_schedules()

    assert enrolled.reminder_schedules.on().count() == len(SCHEDULED) - 1
    assert cleo.reminder_schedules.count() == len(SCHEDULED)
    assert not cleo.reminder_schedules.on().exists()


def test_a_quiet_day_of_all_kinds_leaves_the_digests_row_alone(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    dispatched(clock, MONDAY_AT_EIGHT)

    assert list(Delivery.objects.values_list("kind", flat=True)) == ["digest"]


# --- session about to start -------------------------------------------------------------------


def move(learner: User, starts_at: datetime) -> None:
    session = StudySession.objects.of(learner).planned().earliest("starts_at")
    move_session(session=session, starts_at=starts_at, minutes=60, at=wall.now())


def test_a_session_is_announced_a_quarter_of_an_hour_ahead(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    only(enrolled, "session", next_run_at=SUNDAY)
    seven = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # 19:00 in Berlin

    for minutes in range(180, 15, -1):
        dispatched(clock, seven - timedelta(minutes=minutes))
    assert mailoutbox == []
    for minutes in range(15, -5, -1):
        dispatched(clock, seven - timedelta(minutes=minutes))

    assert [letter.subject for letter in mailoutbox] == ["19:00: Learn maths.m1"]
    assert "19:00-20:00, 1 h, Maths" in str(mailoutbox[0].body)


def test_a_session_that_moved_is_not_announced(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    only(enrolled, "session", next_run_at=SUNDAY)
    quarter_to_seven = SEVEN - timedelta(minutes=15)
    clock.move_to(quarter_to_seven)
    claiming.claim_due(at=quarter_to_seven)
    move(enrolled, SEVEN + timedelta(minutes=30))

    tasks.dispatch_due()

    assert mailoutbox == []
    assert Delivery.objects.get().status == "skipped"


@pytest.mark.parametrize("minutes", [30, 90])
def test_a_session_moved_into_the_coming_hour_is_announced_on_its_minute(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters, minutes: int
) -> None:
    only(enrolled, "session", next_run_at=SUNDAY)
    noon = SEVEN - timedelta(hours=7)
    dispatched(clock, noon)
    move(enrolled, noon + timedelta(minutes=minutes))

    for minute in range(minutes - 15):
        dispatched(clock, noon + timedelta(minutes=minute))
    assert mailoutbox == []
    dispatched(clock, noon + timedelta(minutes=minutes - 15))

    assert len(mailoutbox) == 1


def test_between_sessions_a_schedule_is_left_alone(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    schedule = only(enrolled, "session", next_run_at=SUNDAY)
    dispatched(clock, SUNDAY)
    schedule.refresh_from_db()
    assert schedule.next_run_at == SEVEN - timedelta(minutes=15)

    dispatched(clock, SEVEN - timedelta(minutes=15))
    schedule.refresh_from_db()
    assert schedule.next_run_at == SEVEN + 2 * DAY - timedelta(minutes=15)


def test_a_session_of_something_done_is_not_announced(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    only(enrolled, "session", next_run_at=SUNDAY)
    done_unknown_to_the_plan(enrolled, "maths.m1")
    seven = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    dispatched(clock, seven - timedelta(minutes=15))

    assert mailoutbox == []


# --- milestone due ----------------------------------------------------------------------------


def test_a_session_that_went_by_is_told_once_with_its_new_day(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    only(enrolled, "due")
    for days in range(3):
        clock.move_to(MONDAY_AT_EIGHT + DAY * days - timedelta(hours=2))
        replan_missed_sessions()
        dispatched(clock, MONDAY_AT_EIGHT + DAY * days)

    assert [letter.subject for letter in mailoutbox] == ["1 milestone still open"]
    assert "Was planned for Monday 2 March, now for Wednesday 4 March" in str(mailoutbox[0].body)


def test_a_project_is_announced_so_many_days_before_its_last_session(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    Milestone.objects.filter(key="maths.m3").update(kind=Milestone.Kind.PROJECT)
    only(enrolled, "due")
    for days in range(4):
        at = MONDAY_AT_EIGHT + DAY * days
        StudySession.objects.of(enrolled).filter(starts_at__lt=at).delete()
        dispatched(clock, at)

    [letter] = mailoutbox
    assert letter.subject == "1 milestone due soon"
    assert "Last session on Friday 6 March" in str(letter.body)
    assert Delivery.objects.get().occurrence == "2026-03-04"


def test_days_without_the_hour_lose_no_news(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    only(enrolled, "due", weekdays=[5], next_run_at=MONDAY_AT_EIGHT + 5 * DAY)
    dispatched(clock, MONDAY_AT_EIGHT + 5 * DAY)

    assert [letter.subject for letter in mailoutbox] == ["3 milestones still open"]


# --- exam countdown ---------------------------------------------------------------------------


def book_exam(learner: User) -> None:
    Milestone.objects.filter(key="maths.m4").update(kind=Milestone.Kind.EXAM, title="The exam")
    own = StudySession.objects.of(learner).filter(milestone_key="maths.m4")
    own.update(is_pinned=True, starts_at=EXAM_DAY, ends_at=EXAM_DAY + timedelta(hours=2))


def test_a_booked_exam_is_counted_down(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    book_exam(enrolled)
    only(enrolled, "exam")
    for days in range(16):
        dispatched(clock, MONDAY_AT_EIGHT + DAY * days)

    subjects = [letter.subject.removeprefix("The exam: ") for letter in mailoutbox]
    assert subjects == ["in 14 days", "in 7 days", "in 3 days", "tomorrow", "today"]


def test_a_long_title_leaves_room_for_the_days_left(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    book_exam(enrolled)
    Milestone.objects.filter(key="maths.m4").update(title="An exam " * 20)
    only(enrolled, "exam")
    dispatched(clock, MONDAY_AT_EIGHT)

    assert mailoutbox[0].subject.endswith("…: in 14 days")


def test_an_exam_that_is_passed_is_counted_down_no_more(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    book_exam(enrolled)
    only(enrolled, "exam")
    done_unknown_to_the_plan(enrolled, "maths.m4")
    dispatched(clock, MONDAY_AT_EIGHT)

    assert mailoutbox == []


def test_a_certifications_target_date_counts_until_an_exam_is_booked(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    Curriculum.objects.update(kind=Curriculum.Kind.CERTIFICATION)
    Enrolment.objects.update(target_date=date(2026, 3, 9))
    only(enrolled, "exam")
    dispatched(clock, MONDAY_AT_EIGHT)

    assert [letter.subject for letter in mailoutbox] == ["Maths: in 7 days"]
    assert "Target date Monday 9 March" in str(mailoutbox[0].body)


# --- weekly summary ---------------------------------------------------------------------------


def test_the_week_is_told_on_its_sunday(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    only(enrolled, "weekly")
    first = StudySession.objects.of(enrolled).order_by("starts_at").first()
    assert first
    StudySession.objects.filter(pk=first.pk).update(state=StudySession.State.STUDIED)
    dispatched(clock, SUNDAY + timedelta(days=7, hours=5))

    assert mailoutbox[-1].subject == "Week 2-8 March: 1 of 3 sessions"
    assert "Next week, 9-15 March" in str(mailoutbox[-1].body)
    assert "1 session, 1 h" in str(mailoutbox[-1].body)


# --- reviews, certificates, editions ----------------------------------------------------------


def a_card(learner: User, key: str, due_at: datetime) -> None:
    ReviewCard.objects.create(
        learner=learner,
        milestone_key=key,
        stability=3,
        difficulty=5,
        reviewed_at=due_at - 5 * DAY,
        due_at=due_at,
    )


def test_a_review_is_told_on_the_day_it_comes_due(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    a_card(enrolled, "maths.m1", MONDAY_AT_EIGHT + timedelta(hours=4))
    only(enrolled, "review")
    for days in range(3):
        dispatched(clock, MONDAY_AT_EIGHT + DAY * days)

    assert [letter.subject for letter in mailoutbox] == ["1 review due"]


def test_who_switched_reviews_off_hears_of_none(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    a_card(enrolled, "maths.m1", MONDAY_AT_EIGHT)
    ReviewPreference.objects.create(learner=enrolled, is_on=False)
    only(enrolled, "review")
    dispatched(clock, MONDAY_AT_EIGHT)

    assert mailoutbox == []


def hold(learner: User, expires_on: date) -> None:
    certification, _ = Certification.objects.get_or_create(
        key="associate",
        defaults={"title": "Associate", "status": "current", "as_of": "2026", "confidence": "high"},
    )
    HeldCertification.objects.create(
        learner=learner,
        certification=certification,
        earned_on=expires_on - timedelta(days=365),
        expires_on=expires_on,
        noted_at=SUNDAY,
    )


def test_a_certificate_is_told_three_times_before_it_expires(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    hold(enrolled, date(2026, 5, 31))
    only(enrolled, "certificate")
    for days in range(0, 95):
        dispatched(clock, MONDAY_AT_EIGHT + DAY * days)

    assert [letter.subject for letter in mailoutbox] == [
        f"Associate expires in {days} days" for days in (90, 30, 7)
    ]


def test_a_certificate_may_be_told_of_the_day_before(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    hold(enrolled, date(2026, 3, 3))
    only(enrolled, "certificate", lead_minutes=1440)
    dispatched(clock, MONDAY_AT_EIGHT)

    assert [letter.subject for letter in mailoutbox] == ["Associate expires tomorrow"]


def test_a_certificate_told_of_late_is_told_of_in_words(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    hold(enrolled, date(2026, 3, 2))
    only(enrolled, "certificate", lead_minutes=1440, weekdays=[0])
    dispatched(clock, MONDAY_AT_EIGHT)

    assert [letter.subject for letter in mailoutbox] == ["Associate expires today"]


def test_a_renewed_certificate_is_told_no_more(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    hold(enrolled, date(2026, 5, 31))
    hold(enrolled, date(2029, 5, 31))
    only(enrolled, "certificate")
    dispatched(clock, MONDAY_AT_EIGHT)

    assert mailoutbox == []


def test_a_new_edition_is_told_the_day_after_it_is_published(
    enrolled: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    Curriculum.objects.update(status=Curriculum.Status.RETIRED)
    make_curriculum(
        "maths", edition=2, published_at=MONDAY_AT_EIGHT, edition_note="Two new projects."
    )
    only(enrolled, "edition")
    for days in range(4):
        dispatched(clock, MONDAY_AT_EIGHT + DAY * days)

    assert [letter.subject for letter in mailoutbox] == ["New edition: Maths"]
    assert "Two new projects." in str(mailoutbox[0].body)
    assert Delivery.objects.get().occurrence == "2026-03-03"
    assert decided(enrolled, "edition", at=MONDAY_AT_EIGHT + 5 * DAY) == edition.NO_EDITION


# --- absence ----------------------------------------------------------------------------------


@pytest.fixture
def daily_ada(ada: User) -> User:
    enrol(ada, make_maths(90), at=SUNDAY, windows=evenings(*range(7)))
    return ada


def test_a_plan_that_pauses_itself_says_so_once_at_the_learners_hour(
    daily_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    daily_ada.reminder_schedules.exclude(kind="paused").update(is_on=False)
    clock.move_to(SUNDAY + 14 * DAY)
    assert absence.pause_if_quiet(learner=daily_ada, at=SUNDAY + 14 * DAY)
    tasks.dispatch_due()
    assert mailoutbox == []

    for hours in range(40):
        dispatched(clock, SUNDAY + 14 * DAY + timedelta(hours=hours))

    assert [letter.subject for letter in mailoutbox] == ["Your plan is paused"]


def test_a_plan_that_goes_on_again_is_not_called_paused(
    daily_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    daily_ada.reminder_schedules.exclude(kind="paused").update(is_on=False)
    clock.move_to(SUNDAY)
    pause_plan(learner=daily_ada, cause=PauseCause.QUIET, at=SUNDAY)
    resume_plan(learner=daily_ada, at=SUNDAY)
    dispatched(clock, MONDAY_AT_EIGHT)

    assert mailoutbox == []
    assert Delivery.objects.get().reason == "the plan goes on"


def test_a_pause_of_the_learners_own_needs_no_mail(daily_ada: User) -> None:
    pause_plan(learner=daily_ada, cause=PauseCause.LEARNER, at=SUNDAY)

    assert not Delivery.objects.exists()


def test_notes_to_the_absent_grow_rare_and_end(
    daily_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    only(daily_ada, "nudge")
    told: list[int] = []
    for days in range(120):
        at = MONDAY_AT_EIGHT + DAY * days
        clock.move_to(at)
        absence.pause_if_quiet(learner=daily_ada, at=at)
        tasks.dispatch_due()
        told += [days] * (len(mailoutbox) - len(told))

    # After three and seven days with sessions, then three weeks after the pause of the tenth.
    assert told == [3, 7, 31]
    assert decided(daily_ada, "nudge", at=at) == nudge.SILENT


def test_who_comes_back_gets_no_note(
    daily_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    only(daily_ada, "nudge")
    for days in range(10):
        at = MONDAY_AT_EIGHT + DAY * days
        clock.move_to(at)
        key = f"maths.m{days + 1}"
        set_state(learner=daily_ada, milestone_key=key, state=Achievement.State.DONE, at=at)
        tasks.dispatch_due()

    assert mailoutbox == []


# --- nothing that cannot change anything ------------------------------------------------------


@pytest.mark.parametrize("kind", ["due", "weekly"])
def test_a_paused_plan_and_a_finished_path_bring_no_mail(enrolled: User, kind: str) -> None:
    only(enrolled, kind)
    StudyPlan.objects.update(paused_at=SUNDAY, pause_cause=PauseCause.LEARNER)
    assert decided(enrolled, kind, at=MONDAY_AT_EIGHT) == PLAN_PAUSED

    StudyPlan.objects.update(paused_at=None, pause_cause="")
    Enrolment.objects.update(state=Enrolment.State.FINISHED)
    assert decided(enrolled, kind, at=MONDAY_AT_EIGHT) == NO_PATH


def test_a_pause_ends_on_the_learners_own_date(enrolled: User) -> None:
    enrolled.time_zone = "Pacific/Auckland"
    only(enrolled, "weekly")
    monday_there = datetime(2026, 3, 1, 19, 0, tzinfo=UTC)  # eight in the morning
    for resumes_on, is_paused in ((date(2026, 3, 2), False), (date(2026, 3, 3), True)):
        pause = {"paused_at": SUNDAY, "pause_cause": PauseCause.LEARNER}
        StudyPlan.objects.update(resumes_on=resumes_on, **pause)
        decision = decided(enrolled, "weekly", at=monday_there)
        assert (decision == PLAN_PAUSED) is is_paused


def test_broken_data_of_one_learner_is_left_to_the_sender_and_fails_alone(
    enrolled: User,
    cleo: User,
    clock: time_machine.Traveller,
    mailoutbox: Letters,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enrol(cleo, make_maths(slug="stats"), at=SUNDAY)
    only(enrolled, "due")
    only(cleo, "due")
    real = reading.sittings

    def broken(learners: dict[int, User], **span: datetime) -> object:
        if enrolled.pk in learners:
            raise ValueError("broken data")
        return real(learners, **span)

    monkeypatch.setattr(due, "sittings", broken)
    dispatched(clock, MONDAY_AT_EIGHT + DAY)

    assert [letter.to for letter in mailoutbox] == [["cleo@example.org"]]
    assert Delivery.objects.get(learner=enrolled).status == "failed"


def test_queries_do_not_grow_with_the_number_of_learners(enrolled: User, maths: Curriculum) -> None:
    a_card(enrolled, "maths.m1", MONDAY_AT_EIGHT)
    hold(enrolled, date(2026, 5, 31))

    def count() -> int:
        # Another query or two depend on there being news at all, so each round starts anew.
        Delivery.objects.all().delete()
        ReminderSchedule.objects.exclude(kind="paused").update(
            is_on=True, next_run_at=MONDAY_AT_EIGHT, last_day=None
        )
        with CaptureQueriesContext(connection) as queries:
            claiming.claim_due(at=MONDAY_AT_EIGHT)
        return len(queries)

    few = count()
    for number in range(6):
        learner = make_learner(f"learner-{number}@example.org")
        enrol(learner, maths, at=SUNDAY)
        a_card(learner, "maths.m1", MONDAY_AT_EIGHT)
        hold(learner, date(2026, 5, 31))
    assert count() == few
