"""The certificates a learner holds: add one, look at them, remove one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from common.kept_files import FileKind, as_download
from tracker.accounts.models import LearnerRequest
from tracker.credentials import actions, selectors
from tracker.credentials.forms import HeldCertificationForm
from tracker.credentials.models import CertificateProof, HeldCertification


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def held(request: LearnerRequest) -> HttpResponse:
    today = clock.today_for(request.user)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    initial = {"certification": request.GET.get("certification")}
    form = HeldCertificationForm(*sent, initial=initial, learner=request.user, today=today)
    if form.is_valid():
        actions.add_certification(learner=request.user, at=clock.now(), **form.cleaned_data)
        messages.success(request, f"“{form.cleaned_data['certification']}” is noted.")
        return redirect("held")
    context = {
        "section": "progress",
        "form": form,
        "certificates": selectors.held_by(request.user, on=today),
    }
    status = 422 if form.is_bound else 200
    return render(request, "tracker/credentials/held.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        HeldCertification.objects.of(request.user).select_related("certification"), pk=pk
    )
    if request.method != "POST":
        context = {"section": "progress", "held": found}
        return render(request, "tracker/credentials/remove.html", context)
    actions.remove_certification(held=found)
    messages.success(request, f"“{found}” is removed.")
    return redirect("held")


@require_safe
@login_required
def proof(request: LearnerRequest, pk: int) -> FileResponse:
    """Hand a file of proof to its holder, and to nobody else."""
    proofs = CertificateProof.objects.of(request.user).select_related("held__certification")
    found = get_object_or_404(proofs, held=pk)
    return as_download(found.content, kind=FileKind(found.kind), stem=found.held.certification.key)


@require_POST
@login_required
def remove_proof(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(HeldCertification.objects.of(request.user), pk=pk)
    actions.remove_proof(held=found)
    messages.success(request, "The file is removed.")
    return redirect("held")
