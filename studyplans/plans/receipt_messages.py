"""Tell a learner what a change did to the plan, with the way back."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from studyplans.plans.models import Receipt
from studyplans.plans.receipts_text import sentence_of


def tell(
    request: HttpRequest, text: str, receipt: Receipt | None, *, back: str = "", besides: str = ""
) -> None:
    """Add a message of what was done and what it moved; Undo leads `back` where given."""
    said = f"{text} {sentence_of(receipt, besides=besides)}"
    if receipt is None:
        messages.success(request, said)
        return
    undo = reverse("undo_receipt", args=[receipt.pk])
    address = f"{undo}?{urlencode({'next': back})}" if back else undo
    messages.success(request, said, extra_tags=f"undo:{address}")
