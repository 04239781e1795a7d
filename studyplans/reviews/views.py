"""What comes back, one review of it, and its result."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from common import clock
from studyplans.reviews import actions, selectors
from studyplans.reviews.forms import AnswerForm, GradeForm, ReviewPreferenceForm
from studyplans.reviews.models import Rating, Review, ReviewCard
from tracker.accounts.models import LearnerRequest
from tracker.curricula.models import Milestone
from tracker.progress.selectors import find_milestone

DAYS_AHEAD = 28

HEADINGS: dict[int | None, str] = {
    Rating.AGAIN: "This one has faded",
    Rating.HARD: "Still there, with effort",
    Rating.GOOD: "Still there",
    Rating.EASY: "Still there, easily",
}


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade a learner may give themselves, and what it means."""

    rating: Rating
    means: str

    @property
    def value(self) -> int:
        return self.rating.value

    @property
    def label(self) -> str:
        return str(self.rating.label)


GRADES = (
    Grade(Rating.AGAIN, "I had to look it up"),
    Grade(Rating.HARD, "I got there, slowly or not quite"),
    Grade(Rating.GOOD, "I knew it after a moment"),
    Grade(Rating.EASY, "It came at once"),
)


@require_safe
@login_required
def reviews(request: LearnerRequest) -> HttpResponse:
    return _list(request)


@require_POST
@login_required
def review_settings(request: LearnerRequest) -> HttpResponse:
    form = ReviewPreferenceForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    actions.change_preference(learner=request.user, **form.cleaned_data)
    messages.success(request, "Saved.")
    return redirect("reviews")


def _list(request: LearnerRequest, form: ReviewPreferenceForm | None = None) -> HttpResponse:
    at = clock.now()
    day = selectors.review_day(request.user, at)
    upcoming = selectors.upcoming(request.user, at, days=DAYS_AHEAD)
    context = {
        "day": day,
        "weeks": selectors.weeks_of(upcoming),
        "form": form or ReviewPreferenceForm(preference=day.preference),
    }
    status = 422 if form else 200
    return render(request, "studyplans/reviews/reviews.html", context, status=status)


@require_safe
@login_required
def review(request: LearnerRequest, pk: int) -> HttpResponse:
    card = _card(request, pk)
    context = {
        "card": card,
        "attempt": selectors.attempt_at(card),
        "milestone": _milestone(request, card),
        "grades": GRADES,
    }
    return render(request, "studyplans/reviews/review.html", context)


@require_POST
@login_required
def answer(request: LearnerRequest, pk: int) -> HttpResponse:
    card = _card(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Choose one of the answers.")
        return redirect(card)
    try:
        answered = actions.answer_question(
            card=card,
            number=form.cleaned_data["number"],
            question_key=form.cleaned_data["question"],
            choice_id=form.cleaned_data["choice"],
            at=clock.now(),
        )
    except actions.ReviewIsOver:
        return _over(request, card)
    return _onward(answered, card)


@require_POST
@login_required
def grade(request: LearnerRequest, pk: int) -> HttpResponse:
    card = _card(request, pk)
    form = GradeForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Say how it went: again, hard, good or easy.")
        return redirect(card)
    try:
        graded = actions.grade_recall(card=card, at=clock.now(), **form.cleaned_data)
    except actions.ReviewIsOver:
        return _over(request, card)
    return _onward(graded, card)


def _onward(review: Review, card: ReviewCard) -> HttpResponse:
    return redirect(card) if review.finished_at is None else redirect("review_result", review.pk)


def _over(request: LearnerRequest, card: ReviewCard) -> HttpResponse:
    """Answer a form that was sent twice, or kept open too long, with what it led to."""
    last = card.reviews.standing().first()
    if last is None:
        messages.info(request, "This review had not begun yet. Here it is.")
        return redirect(card)
    return redirect("review_result", last.pk)


@require_safe
@login_required
def result(request: LearnerRequest, pk: int) -> HttpResponse:
    finished = _finished(request, pk)
    if finished.undone_at is not None:
        return redirect(finished.card)
    day = selectors.review_day(request.user, clock.now())
    context = {
        "review": finished,
        "heading": HEADINGS[finished.rating],
        "milestone": _milestone(request, finished.card),
        "answered": selectors.marked_answers(finished),
        "put_off": selectors.put_off_by(finished, request.user),
        "can_undo": finished.is_latest,
        "following": day.asked[0] if day.asked else None,
    }
    return render(request, "studyplans/reviews/result.html", context)


@require_POST
@login_required
def undo(request: LearnerRequest, pk: int) -> HttpResponse:
    finished = _finished(request, pk)
    try:
        actions.undo_review(review=finished, at=clock.now())
    except actions.CannotUndoReview:
        messages.warning(request, "You have reviewed this again since, so it stays.")
        return redirect("reviews")
    messages.success(request, "Undone. This review is open again.")
    return redirect(finished.card)


def _card(request: LearnerRequest, pk: int) -> ReviewCard:
    return get_object_or_404(ReviewCard.objects.of(request.user).active(), pk=pk)


def _finished(request: LearnerRequest, pk: int) -> Review:
    finished = Review.objects.of(request.user).finished().select_related("card__learner")
    return get_object_or_404(finished, pk=pk)


def _milestone(request: LearnerRequest, card: ReviewCard) -> Milestone:
    milestone = find_milestone(card.milestone_key, learner=request.user)
    if milestone is None:
        raise Http404
    return milestone
