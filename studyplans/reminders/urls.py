from django.urls import path

from studyplans.reminders import views

urlpatterns = [
    path("", views.reminder_settings, name="reminder_settings"),
    path("test/", views.send_test, name="reminder_test"),
    path("address-works/", views.address_works, name="reminder_address_works"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="reminder_unsubscribe"),
]
