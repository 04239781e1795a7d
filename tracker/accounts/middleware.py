from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class LearnerTimeZoneMiddleware:
    """Show every time in the zone of the person looking."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(request.user.zone):
            return self.get_response(request)
