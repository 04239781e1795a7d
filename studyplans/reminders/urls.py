from django.urls import include, path

from studyplans.reminders import channel_views, views

destination = [
    path("test/", channel_views.post_test, name="reminder_channel_test"),
    path("keys/", channel_views.change_keys, name="reminder_channel_keys"),
    path("on/", channel_views.switch_on, name="reminder_channel_on"),
    path("remove/", channel_views.remove, name="reminder_channel_remove"),
]
urlpatterns = [
    path("", views.reminder_settings, name="reminder_settings"),
    path("kinds/<slug:kind>/", views.reminder_kind, name="reminder_kind"),
    path("kinds/<slug:kind>/preview/", views.reminder_preview, name="reminder_preview"),
    path("pause/", views.pause, name="reminder_pause"),
    path("resume/", views.resume, name="reminder_resume"),
    path("test/", views.send_test, name="reminder_test"),
    path("address-works/", views.address_works, name="reminder_address_works"),
    path("mails/", views.mails, name="reminder_mails"),
    path("mails/<int:pk>/", views.mail, name="reminder_mail"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="reminder_unsubscribe"),
    path("act/<str:token>/", views.act, name="reminder_act"),
    path("channels/", channel_views.channels_page, name="reminder_channels"),
    path("channels/<slug:name>/", channel_views.set_up, name="reminder_channel"),
    path("channels/<slug:name>/<int:number>/", include(destination)),
]
