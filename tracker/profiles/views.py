"""A learner's public profile: its settings, its preview, and what everyone sees."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracker.accounts.models import LearnerRequest
from tracker.profiles import actions, card, picture, selectors
from tracker.profiles.forms import PublicProfileForm
from tracker.profiles.models import PublicProfile

FileType = Literal["svg", "png"]
CARD_THEMES = (("light", "Light"), ("dark", "Dark"))
CONTENT_TYPES: dict[FileType, str] = {"svg": "image/svg+xml", "png": "image/png"}


@require_safe
def public_profile(request: HttpRequest, slug: str) -> HttpResponse:
    profile = _open_or_404(slug)
    response = _page(request, profile)
    # Hidden is hidden at once: nobody may show an old copy without asking.
    patch_cache_control(response, private=True, no_cache=True)
    return _marked(response, profile)


@require_safe
def public_card(request: HttpRequest, slug: str, theme: card.Theme, type: FileType) -> HttpResponse:
    profile = _open_or_404(slug)
    response = _card(request, profile, theme, type)
    patch_cache_control(response, no_cache=True)
    return _marked(response, profile)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def public_profile_settings(request: LearnerRequest) -> HttpResponse:
    profile = PublicProfile.objects.of(request.user).whole().first()
    offers = selectors.offers_for(request.user)
    data = request.POST if request.method == "POST" else None
    form = PublicProfileForm(data, offers=offers, profile=profile)
    if form.is_valid() and _save(request, form):
        return redirect("public_profile_settings")
    context = {
        "form": form,
        "profile": profile,
        "address": _address_of(profile) if profile else "",
        "themes": CARD_THEMES,
    }
    status = 422 if form.is_bound else 200
    return render(request, "tracker/profiles/settings.html", context, status=status)


def _save(request: LearnerRequest, form: PublicProfileForm) -> bool:
    choices = form.choices()
    try:
        actions.save_profile(learner=request.user, choices=choices, items=form.items())
    except actions.AddressTaken:
        form.add_error("slug", "That address is taken. Choose another.")
        return False
    said = "Everyone can see your profile now." if choices.is_public else "Only you can see it."
    messages.success(request, f"Saved. {said}")
    return True


@require_POST
@login_required
def hide_profile(request: LearnerRequest) -> HttpResponse:
    profile = get_object_or_404(PublicProfile.objects.of(request.user))
    actions.hide_profile(profile=profile)
    messages.success(request, "Your profile is hidden.")
    return redirect("public_profile_settings")


@require_safe
@login_required
def preview_profile(request: LearnerRequest) -> HttpResponse:
    """Show the owner what others see, or would see."""
    profile = PublicProfile.objects.of(request.user).whole().first()
    if profile is None:
        messages.info(request, "Choose an address first, then look at your page.")
        return redirect("public_profile_settings")
    return _page(request, profile, is_preview=True)


@require_safe
@login_required
def preview_card(request: LearnerRequest, theme: card.Theme, type: FileType) -> HttpResponse:
    profile = get_object_or_404(PublicProfile.objects.of(request.user).whole())
    response = _card(request, profile, theme, type)
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _open_or_404(slug: str) -> PublicProfile:
    """Find an open profile; one that is hidden answers like one that never was.

    Both are told by the same one query, so neither the words nor the time tells them apart.
    """
    return get_object_or_404(PublicProfile.objects.open().whole(), slug=slug.lower())


def _page(
    request: HttpRequest, profile: PublicProfile, *, is_preview: bool = False
) -> HttpResponse:
    showing = selectors.showing_of(profile)
    path = reverse("public_card", args=[profile.slug, "light", "png"])
    context = {
        "showing": showing,
        "profile": profile,
        "description": card.in_words(showing),
        "address": _address_of(profile),
        "picture_address": f"{settings.SITE_URL}{path}",
        "width": card.WIDTH,
        "height": card.HEIGHT,
        "is_preview": is_preview,
    }
    return render(request, "tracker/profiles/profile.html", context)


def _card(
    request: HttpRequest, profile: PublicProfile, theme: card.Theme, type: FileType
) -> HttpResponse:
    """Return the card, or word that the one already there is still right."""
    address = _address_of(profile).removeprefix(f"{urlsplit(settings.SITE_URL).scheme}://")
    svg = card.svg_of(selectors.showing_of(profile), address=address.rstrip("/"), theme=theme)
    etag = f'"{card.digest_of(svg)}-{type}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    content = picture.png_of(svg) if type == "png" else svg
    response = HttpResponse(content, content_type=CONTENT_TYPES[type])
    response.headers["ETag"] = etag
    return response


def _marked(response: HttpResponse, profile: PublicProfile) -> HttpResponse:
    if not profile.may_be_indexed:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _address_of(profile: PublicProfile) -> str:
    return f"{settings.SITE_URL}{profile.get_absolute_url()}"
