from django.urls import path

from studyplans.reminders import views

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
]
