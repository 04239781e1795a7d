from django.urls import path, re_path

from tracker.profiles import views

CARD = r"card-(?P<theme>light|dark)\.(?P<type>svg|png)\Z"

urlpatterns = [
    path("u/<slug:slug>/", views.public_profile, name="public_profile"),
    re_path(rf"^u/(?P<slug>[-\w]+)/{CARD}", views.public_card, name="public_card"),
    path(
        "settings/public-profile/",
        views.public_profile_settings,
        name="public_profile_settings",
    ),
    path("settings/public-profile/hide/", views.hide_profile, name="hide_profile"),
    path("settings/public-profile/preview/", views.preview_profile, name="preview_profile"),
    re_path(rf"^settings/public-profile/{CARD}", views.preview_card, name="preview_card"),
]
