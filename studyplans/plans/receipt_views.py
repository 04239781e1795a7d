"""The page of changes, and the way back from each."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common import clock
from common.next_page import next_page
from studyplans.plans.models import Receipt
from studyplans.plans.receipts_text import Told, every_line, told
from studyplans.plans.undoing import undo_receipt
from tracker.accounts.models import LearnerRequest


@require_safe
@login_required
def changes(request: LearnerRequest) -> HttpResponse:
    receipts = Receipt.objects.of(request.user)[: Receipt.KEPT]
    context = {"changes": told(receipts, zone=request.user.zone)}
    return render(request, "studyplans/plans/changes.html", context)


@require_safe
@login_required
def change(request: LearnerRequest, pk: int) -> HttpResponse:
    """Show every session of one change."""
    receipt = get_object_or_404(Receipt.objects.of(request.user), pk=pk)
    [shown] = told([receipt], zone=request.user.zone)
    context = {"change": shown, "lines": every_line(receipt, zone=request.user.zone)}
    return render(request, "studyplans/plans/change.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def undo(request: LearnerRequest, pk: int) -> HttpResponse:
    """Take a change back; where later ones go with it, say so first."""
    receipts = Receipt.objects.of(request.user).select_related("plan__learner")
    receipt = get_object_or_404(receipts, pk=pk)
    if receipt.undone_at is not None:
        messages.info(request, "That change is undone already.")
        return redirect(next_page(request) or "plan_changes")
    going = _going_with(request, receipt)
    if request.method != "POST" or (len(going) > 1 and "all" not in request.POST):
        context = {"changes": going, "receipt": receipt, "next": next_page(request) or ""}
        return render(request, "studyplans/plans/undo.html", context)
    undone = undo_receipt(receipt=receipt, at=clock.now())
    text = "Undone." if undone < 2 else f"{undone} changes undone."
    messages.success(request, f"{text} Your plan is back to what it was before.")
    return redirect(next_page(request) or "plan_changes")


def _going_with(request: LearnerRequest, receipt: Receipt) -> list[Told]:
    standing = Receipt.objects.of(request.user).undoable()
    return [
        each
        for each in told(standing, zone=request.user.zone)
        if (each.receipt.made_at, each.receipt.pk) >= (receipt.made_at, receipt.pk)
    ]
