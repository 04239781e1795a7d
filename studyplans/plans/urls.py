from django.urls import path

from studyplans.plans import (
    availability_views,
    pace_views,
    plan_views,
    receipt_views,
    repair_views,
    session_views,
    views,
)

urlpatterns = [
    path("paths/<slug:slug>/enrol/", views.enrol, name="enrol"),
    path("plan/", plan_views.plan, name="plan"),
    path("plan/week/", availability_views.week, name="week"),
    path("plan/pause/", availability_views.pause, name="pause_plan"),
    path("plan/resume/", availability_views.resume, name="resume_plan"),
    path("plan/again/", views.replan, name="replan"),
    path("plan/sessions/<int:pk>/studied/", views.studied, name="studied"),
    path("plan/sessions/<int:pk>/studied/undo/", views.undo_studied, name="undo_studied"),
    path("plan/changes/", receipt_views.changes, name="plan_changes"),
    path("plan/changes/<int:pk>/", receipt_views.change, name="plan_change"),
    path("plan/changes/<int:pk>/undo/", receipt_views.undo, name="undo_receipt"),
    path("plan/dates/", repair_views.repairs, name="repairs"),
    path("plan/sessions/<int:pk>/", session_views.session, name="session"),
    path("plan/sessions/<int:pk>/move/", session_views.move, name="move_session"),
    path("plan/sessions/<int:pk>/pin/", session_views.pin, name="pin_session"),
    path("plan/sessions/<int:pk>/unpin/", session_views.unpin, name="unpin_session"),
    path("plan/sessions/<int:pk>/split/", session_views.split, name="split_session"),
    path("plan/sessions/<int:pk>/skip/", session_views.skip, name="skip_session"),
    path("plan/sessions/<int:pk>/minutes/", session_views.log, name="log_minutes"),
    path("plan/sessions/<int:pk>/minutes/undo/", session_views.undo_log, name="undo_minutes"),
    path("plan/sessions/<int:pk>/timer/start/", session_views.start_timer, name="start_timer"),
    path("plan/sessions/<int:pk>/timer/stop/", session_views.stop_timer, name="stop_timer"),
    path("progress/pace/", pace_views.pace, name="pace"),
]
