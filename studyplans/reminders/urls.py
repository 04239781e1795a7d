from django.urls import path

from studyplans.reminders import views

urlpatterns = [
    path("", views.reminder_settings, name="reminder_settings"),
    path("test/", views.send_test, name="reminder_test"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="reminder_unsubscribe"),
]
