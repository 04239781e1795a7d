from django.urls import path

from tracker.assessments import placement_views, views, work_views

MODULE = "paths/<slug:slug>/modules/<str:key>/known/"

urlpatterns = [
    path("milestones/<str:key>/check/", views.check, name="check"),
    path("milestones/<str:key>/keep/", views.keep_claim, name="keep_claim"),
    path("milestones/<str:key>/work/", work_views.work, name="work"),
    path("milestones/<str:key>/work/file/", work_views.file, name="work_file"),
    path("milestones/<str:key>/work/file/remove/", work_views.remove_file, name="remove_work_file"),
    path("milestones/<str:key>/work/invite/", work_views.invite, name="invite_mentor"),
    path("invitations/<int:pk>/revoke/", work_views.revoke, name="revoke_invitation"),
    path("shown/<str:token>/", work_views.shown, name="shown"),
    path("shown/<str:token>/file/", work_views.shown_file, name="shown_file"),
    path("checks/<int:pk>/", views.attempt, name="attempt"),
    path("checks/<int:pk>/answer/", views.answer, name="answer_check"),
    path("checks/<int:pk>/stop/", views.stop, name="stop_check"),
    path(MODULE, placement_views.known, name="known"),
    path(f"{MODULE}claim/", placement_views.claim, name="claim_module"),
    path(f"{MODULE}show/", placement_views.show, name="show_module"),
    path(f"{MODULE}check/", placement_views.check, name="check_module"),
    path("placements/<int:pk>/undo/", placement_views.undo, name="undo_placement"),
]
