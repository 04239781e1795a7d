from django.urls import path

from tracker.progress import edition_views, library_views, proposal_views, record_views, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("paths/", views.catalogue, name="catalogue"),
    path("paths/<slug:slug>/", views.path, name="path"),
    path("paths/<slug:slug>/leave/", views.leave, name="leave"),
    path("paths/<slug:slug>/edition/", edition_views.edition, name="edition"),
    path("paths/<slug:slug>/edition/accept/", edition_views.accept_edition, name="accept_edition"),
    path(
        "paths/<slug:slug>/edition/back/",
        edition_views.go_back_to_edition,
        name="go_back_to_edition",
    ),
    path("paths/<slug:slug>/credit/", library_views.credit, name="credit"),
    path("careers/", library_views.careers, name="careers"),
    path("roles/<str:key>/", library_views.role, name="role"),
    path("backgrounds/<str:key>/", library_views.background, name="background"),
    path("routes/", library_views.routes, name="routes"),
    path("certifications/", library_views.certifications, name="certifications"),
    path("certifications/<str:key>/", library_views.certification, name="certification"),
    path("milestones/<str:key>/", views.milestone, name="milestone"),
    path("milestones/<str:key>/state/", views.change_state, name="change_state"),
    path("milestones/<str:key>/record/", views.change_record, name="change_record"),
    path("resources/<str:key>/propose/", proposal_views.propose, name="propose_resource"),
    path("progress/", views.progress, name="progress"),
    path("progress/record.<str:form>", record_views.record, name="record"),
    path("progress/events/<int:pk>/undo/", views.undo, name="undo"),
]
