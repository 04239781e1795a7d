from django.urls import path

from tracker.readiness import views

urlpatterns = [
    path("readiness/", views.readiness, name="readiness"),
    path("readiness/roles/", views.choose_roles, name="choose_roles"),
    path("readiness/plan/<str:key>/", views.plan_milestone, name="plan_milestone"),
]
