"""Questions asked of reviews; each answers in a constant number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max

from common import clock
from studyplans.reviews import memory
from studyplans.reviews.models import (
    REVIEWED_KINDS,
    Rating,
    Review,
    ReviewCard,
    ReviewPreference,
    attempt_seed,
)
from studyplans.reviews.signals import study_week_asked
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone
from tracker.curricula.questions import (
    DrawnQuestion,
    MarkedQuestion,
    draw_questions,
    find_questions,
    mark_question,
    question_counts,
)
from tracker.progress.percent import COUNTED_STATES
from tracker.progress.selectors import states_of, titles_by_key

QUESTIONS_A_REVIEW = 5
LEAST_MINUTES, MOST_MINUTES = 5, 15
MINUTES_A_QUESTION = 2

# What we take for a week that nobody has told us about, in minutes.
WEEK_UNTOLD = 300


def minutes_for(question_count: int) -> int:
    """Return what a review takes: three minutes to remember and two for each question."""
    asked = min(question_count, QUESTIONS_A_REVIEW)
    return min(max(3 + MINUTES_A_QUESTION * asked, LEAST_MINUTES), MOST_MINUTES)


@dataclass(frozen=True, slots=True)
class DueReview:
    """A card to be reviewed, with what a list says of it."""

    card: ReviewCard
    title: str
    minutes: int
    question_count: int
    due_on: date
    until: date
    is_in_time: bool
    retrievability: float

    @property
    def remembered_percent(self) -> int:
        return round(100 * self.retrievability)


def preference_of(learner: User) -> ReviewPreference:
    """Return the learner's preference, or the defaults, not stored."""
    found = ReviewPreference.objects.filter(learner=learner).first()
    return found or ReviewPreference(learner=learner)


def reviews_due(learner: User, at: datetime) -> list[DueReview]:
    """Return everything due by the end of the learner's day, what fades fastest first.

    None where the learner has switched reviews off.  For what a day should ask of it, so that
    a backlog is never a wall, see `review_day`.
    """
    return _due(learner, at) if preference_of(learner).is_on else []


def _due(learner: User, at: datetime) -> list[DueReview]:
    tomorrow = clock.start_of_day(clock.date_of(at, learner) + timedelta(days=1), learner)
    cards = list(
        ReviewCard.objects.of(learner).active().due(before=tomorrow).select_related("learner")
    )
    cards.sort(key=lambda card: (-card.overdue(at), card.pk))
    return _rows(cards, at)


def upcoming(learner: User, at: datetime, *, days: int) -> list[DueReview]:
    """Return what falls due after the learner's day, within so many days, in order of date."""
    if not preference_of(learner).is_on:
        return []
    today = clock.date_of(at, learner)
    tomorrow = clock.start_of_day(today + timedelta(days=1), learner)
    end = clock.start_of_day(today + timedelta(days=days + 1), learner)
    cards = ReviewCard.objects.of(learner).active().due(before=end)
    return _rows(cards.filter(due_at__gte=tomorrow).select_related("learner"), at)


def reviews_until(learner: User, at: datetime, *, days: int) -> list[DueReview]:
    """Return what is due and what will be, in one go: as `reviews_due`, then as `upcoming`.

    The caller has asked whether the learner wants reviews.
    """
    today = clock.date_of(at, learner)
    tomorrow = clock.start_of_day(today + timedelta(days=1), learner)
    end = clock.start_of_day(today + timedelta(days=days + 1), learner)
    cards = ReviewCard.objects.of(learner).active().due(before=end).select_related("learner")
    due: list[ReviewCard] = []
    coming: list[ReviewCard] = []
    for card in cards:
        (due if card.due_at < tomorrow else coming).append(card)
    due.sort(key=lambda card: (-card.overdue(at), card.pk))
    return _rows([*due, *coming], at)


def _rows(cards: Iterable[ReviewCard], at: datetime) -> list[DueReview]:
    """Name each card; those whose milestone is gone from the catalogue are left out."""
    listed = list(cards)
    keys = {card.milestone_key for card in listed}
    titles, counts = titles_by_key(keys), question_counts(keys)
    return [
        _row(card, titles[card.milestone_key], counts.get(card.milestone_key, 0), at)
        for card in listed
        if card.milestone_key in titles
    ]


def _row(card: ReviewCard, title: str, question_count: int, at: datetime) -> DueReview:
    learner = card.learner
    until = clock.date_of(card.due_at + card.grace, learner)
    return DueReview(
        card=card,
        title=title,
        minutes=minutes_for(question_count),
        question_count=min(question_count, QUESTIONS_A_REVIEW),
        due_on=clock.date_of(card.due_at, learner),
        until=until,
        is_in_time=clock.date_of(at, learner) <= until,
        retrievability=card.retrievability(at),
    )


@dataclass(frozen=True, slots=True)
class ReviewDay:
    """What a day asks for, and what may wait without harm."""

    preference: ReviewPreference
    asked: tuple[DueReview, ...]
    waiting: tuple[DueReview, ...]
    minutes_done: int

    @property
    def minutes(self) -> int:
        return sum(review.minutes for review in self.asked)


def review_day(learner: User, at: datetime, *, week_minutes: int | None = None) -> ReviewDay:
    """Share the reviews that are due out over the days, within the learner's share of the week.

    By each day of the week so many sevenths of that share may be used up; what a free day left
    over is there on the next.  The first review of a day may run ahead of this pace, never
    beyond the week's share.  Who knows the minutes of the learner's week passes them on.
    """
    preference = preference_of(learner)
    if not preference.is_on:
        return ReviewDay(preference, (), (), 0)
    due = _due(learner, at)
    today = clock.date_of(at, learner)
    done = _minutes_done(learner, today)
    told = week_minutes or _week_minutes(learner)
    share = told * preference.week_share_percent // 100
    paced = share * (today.weekday() + 1) // 7
    count = _how_many(due, used=sum(done.values()), paced=paced, share=share)
    if not count and due and not done[today] and sum(done.values()) + due[0].minutes <= share:
        count = 1
    return ReviewDay(preference, tuple(due[:count]), tuple(due[count:]), done[today])


def _how_many(due: Sequence[DueReview], *, used: int, paced: int, share: int) -> int:
    count = 0
    for review in due:
        used += review.minutes
        if used > min(paced, share):
            break
        count += 1
    return count


def _week_minutes(learner: User) -> int:
    """Return the minutes of the learner's week, by those who plan it.

    Who has no week yet may have finished something all the same, and is asked a little.
    """
    answers = study_week_asked.send(ReviewCard, learner=learner)
    told = [int(minutes) for _, minutes in answers if minutes]
    return told[0] if told else WEEK_UNTOLD


def _minutes_done(learner: User, today: date) -> Counter[date]:
    """Return the minutes of reviews finished this week, from Monday on, by local day."""
    monday = clock.start_of_day(today - timedelta(days=today.weekday()), learner)
    finished = Review.objects.of(learner).standing().filter(finished_at__gte=monday).order_by()
    done: Counter[date] = Counter()
    for review in finished:
        assert review.finished_at is not None  # noqa: S101  they are finished
        done[clock.date_of(review.finished_at, learner)] += minutes_for(review.asked_count)
    return done


@dataclass(frozen=True, slots=True)
class ReviewWeek:
    """The reviews that fall due in a week from Monday."""

    begins_on: date
    reviews: tuple[DueReview, ...]

    @property
    def ends_on(self) -> date:
        return self.begins_on + timedelta(days=6)

    @property
    def minutes(self) -> int:
        return sum(review.minutes for review in self.reviews)


def weeks_of(reviews: Iterable[DueReview]) -> list[ReviewWeek]:
    by_week: dict[date, list[DueReview]] = defaultdict(list)
    for review in reviews:
        by_week[review.due_on - timedelta(days=review.due_on.weekday())].append(review)
    return [ReviewWeek(begins_on, tuple(found)) for begins_on, found in by_week.items()]


def review_load(learner: User, begin: datetime, end: datetime) -> dict[date, int]:
    """Return the minutes of reviews that fall due on each local day from `begin` up to `end`.

    A forecast for planning: every review is taken as done on its day and good, so that it comes
    back later; what is overdue at `begin` falls on the first day.  The caller flattens.
    """
    preference = preference_of(learner)
    if not preference.is_on:
        return {}
    cards = list(ReviewCard.objects.of(learner).active().due(before=end))
    counts = question_counts({card.milestone_key for card in cards})
    load: Counter[date] = Counter()
    for card in cards:
        minutes = minutes_for(counts.get(card.milestone_key, 0))
        for moment in _expected(card, begin, end, retention=preference.retention):
            load[clock.date_of(moment, learner)] += minutes
    return dict(sorted(load.items()))


def _expected(
    card: ReviewCard, begin: datetime, end: datetime, *, retention: float
) -> Iterable[datetime]:
    remembered, moment = card.memory, max(card.due_at, begin)
    while moment < end:
        yield moment
        remembered = memory.after_review(remembered, Rating.GOOD, at=moment)
        moment = memory.due_after(remembered, retention=retention)


# --- one review -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attempt:
    """A review under way: what was answered, and what comes next."""

    card: ReviewCard
    number: int
    answered: tuple[MarkedQuestion, ...]
    pending: tuple[DrawnQuestion, ...]

    @property
    def last(self) -> MarkedQuestion | None:
        return self.answered[-1] if self.answered else None

    @property
    def question(self) -> DrawnQuestion | None:
        """The next question; None where the learner is to judge by themselves."""
        return self.pending[0] if self.pending else None

    @property
    def place(self) -> int:
        return len(self.answered) + 1

    @property
    def count(self) -> int:
        return len(self.answered) + len(self.pending)

    @property
    def minutes(self) -> int:
        return minutes_for(self.count)


def attempt_at(card: ReviewCard) -> Attempt:
    """Return the attempt under way, or the one that would begin now; reading starts nothing."""
    review = card.reviews.filter(finished_at=None).first()
    number = review.number if review else next_number(card)
    seed = attempt_seed(card.pk, number)
    drawn = draw_questions([card.milestone_key], seed=seed, limit=QUESTIONS_A_REVIEW)
    answered = marked_answers(review) if review else ()
    known = {answer["question"] for answer in review.answers} if review else set()
    pending = tuple(question for question in drawn if question.key not in known)
    return Attempt(card, number, answered, pending)


def next_number(card: ReviewCard) -> int:
    newest = card.reviews.aggregate(newest=Max("number"))["newest"]
    return (newest or 0) + 1


def marked_answers(review: Review) -> tuple[MarkedQuestion, ...]:
    """Return the answered questions with their explanations; those taken away are left out."""
    found = find_questions([answer["question"] for answer in review.answers], seed=review.seed)
    return tuple(
        mark_question(
            found[answer["question"]],
            chosen_text=answer["choice"],
            is_right=answer["is_right"],
        )
        for answer in review.answers
        if answer["question"] in found
    )


@dataclass(frozen=True, slots=True)
class PutOff:
    """A prerequisite that a passed review counted for."""

    title: str
    until: date


def put_off_by(review: Review, learner: User) -> tuple[PutOff, ...]:
    titles = titles_by_key(moved["key"] for moved in review.put_off)
    return tuple(
        PutOff(
            titles.get(moved["key"], moved["key"]),
            clock.date_of(datetime.fromisoformat(moved["after"]), learner),
        )
        for moved in review.put_off
    )


# --- what other milestones mean for a card -----------------------------------------------------


def reviewed_keys(milestone_keys: Iterable[str]) -> set[str]:
    """Keep the keys of milestones that are of a kind worth reviewing."""
    found = Milestone.objects.newest_last(milestone_keys).filter(kind__in=REVIEWED_KINDS)
    return set(found.order_by().values_list("key", flat=True))


def counted_states(learner: User, milestone_keys: Iterable[str]) -> dict[str, str]:
    """Return the states of those milestones that are done or credited."""
    states = states_of(learner, milestone_keys)
    return {key: state for key, state in states.items() if state in COUNTED_STATES}


def implied_keys(milestone_key: str) -> set[str]:
    """Return the direct prerequisites of a milestone, in any curriculum that has it."""
    editions = Curriculum.objects.open_to_learners()
    found = Milestone.objects.filter(key=milestone_key, curriculum__in=editions).order_by()
    rows = found.values_list("prerequisites__key", "needed_elsewhere")
    return {key for near, far in rows for key in [near, *far] if key}
