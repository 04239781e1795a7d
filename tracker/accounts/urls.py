from django.urls import path

from tracker.accounts import views

urlpatterns = [
    path("", views.settings, name="settings"),
    path("profile/", views.profile, name="profile_settings"),
]
