from django.urls import path

from studyplans.calendars import views

urlpatterns = [
    path("calendar/<str:token>.ics", views.feed, name="calendar_feed"),
    path("settings/calendars/", views.calendar_settings, name="calendar_settings"),
    path("settings/calendars/feed/", views.make_feed, name="make_feed"),
    path("settings/calendars/feed/alarm/", views.set_alarm, name="set_feed_alarm"),
    path("settings/calendars/feed/new-address/", views.rotate_feed, name="rotate_feed"),
    path("settings/calendars/feed/stop/", views.revoke_feed, name="revoke_feed"),
    path("settings/calendars/busy/address/", views.add_address, name="add_busy_address"),
    path("settings/calendars/busy/file/", views.add_file, name="add_busy_file"),
    path("settings/calendars/busy/<int:pk>/read/", views.read_again, name="read_busy_again"),
    path("settings/calendars/busy/<int:pk>/all-day/", views.set_all_day, name="set_busy_all_day"),
    path("settings/calendars/busy/<int:pk>/remove/", views.remove, name="remove_busy"),
]
