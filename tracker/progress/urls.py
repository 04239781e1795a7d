from django.urls import path

from tracker.progress import views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("paths/", views.catalogue, name="catalogue"),
    path("paths/<slug:slug>/", views.path, name="path"),
    path("paths/<slug:slug>/leave/", views.leave, name="leave"),
    path("careers/", views.careers, name="careers"),
    path("milestones/<str:key>/", views.milestone, name="milestone"),
    path("milestones/<str:key>/state/", views.change_state, name="change_state"),
    path("milestones/<str:key>/record/", views.change_record, name="change_record"),
    path("progress/", views.progress, name="progress"),
    path("progress/events/<int:pk>/undo/", views.undo, name="undo"),
]
