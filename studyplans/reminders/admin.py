"""The outbox and the schedules behind it, for an operator to look up."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from common import clock
from common.look_only import LookOnlyAdmin
from studyplans.reminders.actions import Retried, retry_deliveries
from studyplans.reminders.channels.registry import channels
from studyplans.reminders.models import (
    EMAIL,
    AddressEvent,
    AddressState,
    Delivery,
    DeliveryQuerySet,
    Destination,
    MailServer,
    ReminderSchedule,
)
from studyplans.reminders.names import KindName
from studyplans.reminders.selectors import standing


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name.value, str(name.label)) for name in KindName]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ChannelFilter(admin.SimpleListFilter):
    """Offer the channels there are, without looking through the whole outbox for them."""

    title = "channel"
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(EMAIL, "E-mail"), *((name, each.title) for name, each in channels().items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(channel=self.value()) if self.value() else queryset


@admin.register(Delivery)
class DeliveryAdmin(LookOnlyAdmin):
    """The outbox: how it is doing, every row, and another try for what failed or is in doubt."""

    change_list_template = "studyplans/reminders/admin_outbox.html"
    change_form_template = "studyplans/reminders/admin_delivery.html"
    actions = ("send_again",)
    list_display = [
        "due_at",
        "learner",
        "title",
        "occurrence",
        "channel",
        "status",
        "attempts",
        "doubts",
        "reason",
    ]
    list_filter = ["status", KindFilter, ChannelFilter, "doubts"]
    list_select_related = ["learner"]
    search_fields = ["learner__email", "occurrence"]
    date_hierarchy = "due_at"

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reminders.change_delivery")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.retry))
        own = path("<int:pk>/retry/", view, name="reminders_delivery_retry")
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        at = clock.now()
        context = {"standing": standing(at=at), "at": at, **(extra_context or {})}
        return super().changelist_view(request, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["may_retry"] = self.has_retry_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_retry_permission(request):
            raise PermissionDenied
        self._retry(request, Delivery.objects.of_ids([pk]))
        return redirect("admin:reminders_delivery_change", pk)

    @admin.action(description="Send again what failed or is in doubt", permissions=["retry"])
    def send_again(self, request: HttpRequest, queryset: DeliveryQuerySet) -> None:
        self._retry(request, queryset)

    def _retry(self, request: HttpRequest, deliveries: DeliveryQuerySet) -> None:
        at = clock.now()
        chosen = list(deliveries.troubled().filter(stale_at__gt=at))
        # Without the page's own order and joins, which an update does not take.
        retried = retry_deliveries(Delivery.objects.filter(pk__in=deliveries.values("pk")), at=at)
        for delivery in chosen:
            self.log_change(request, delivery, "Sent again.")
        self.message_user(request, _in_words(retried), _level(retried))


def _in_words(retried: Retried) -> str:
    if not any(retried):
        return "Nothing here has failed or is in doubt."
    late = f" {retried.too_late} would come too late and stay." if retried.too_late else ""
    return f"{retried.waiting} waiting to be sent again, within a minute.{late}"


def _level(retried: Retried) -> int:
    return messages.SUCCESS if retried.waiting else messages.WARNING


@admin.register(ReminderSchedule)
class ReminderScheduleAdmin(LookOnlyAdmin):
    list_display = ["learner", "kind", "is_on", "local_time", "next_run_at"]
    list_filter = [KindFilter, "is_on"]
    list_select_related = ["learner"]
    search_fields = ["learner__email"]


@admin.register(Destination)
class DestinationAdmin(LookOnlyAdmin):
    list_display = ["learner", "channel", "failures", "off_since", "off_reason"]
    list_filter = [ChannelFilter, ("off_since", admin.EmptyFieldListFilter)]
    list_select_related = ["learner"]
    search_fields = ["learner__email"]
    # An address may well bear a secret of its own.
    exclude = ["address", "keys"]


@admin.register(MailServer)
class MailServerAdmin(LookOnlyAdmin):
    list_display = ["__str__", "failures", "opened_at", "probe_at", "reason"]


@admin.register(AddressState)
class AddressStateAdmin(LookOnlyAdmin):
    list_display = ["address_hash", "trouble", "since", "reason"]
    list_filter = ["trouble"]
    search_fields = ["address_hash"]


@admin.register(AddressEvent)
class AddressEventAdmin(LookOnlyAdmin):
    list_display = ["heard_at", "sort", "address_hash", "detail"]
    list_filter = ["sort"]
    search_fields = ["address_hash"]
