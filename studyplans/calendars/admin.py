"""Feeds and busy calendars, for an operator to look up; their addresses are nobody's business."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from studyplans.calendars.models import BusyCalendar, CalendarFeed


@admin.register(CalendarFeed)
class CalendarFeedAdmin(LookOnlyAdmin):
    list_display = ["learner", "alarm_minutes", "changed_at"]
    list_select_related = ["learner"]
    search_fields = ["learner__email"]


@admin.register(BusyCalendar)
class BusyCalendarAdmin(LookOnlyAdmin):
    list_display = ["learner", "is_file", "fetched_at", "problem"]
    list_select_related = ["learner"]
    search_fields = ["learner__email"]
    exclude = ["name", "url"]

    @admin.display(boolean=True)
    def is_file(self, calendar: BusyCalendar) -> bool:
        return calendar.is_file
