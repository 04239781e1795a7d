from django.urls import path

from studyplans.plans import views

urlpatterns = [
    path("paths/<slug:slug>/enrol/", views.enrol, name="enrol"),
    path("plan/", views.plan, name="plan"),
    path("plan/week/", views.week, name="week"),
    path("plan/again/", views.replan, name="replan"),
    path("plan/sessions/<int:pk>/studied/", views.studied, name="studied"),
    path("plan/sessions/<int:pk>/studied/undo/", views.undo_studied, name="undo_studied"),
]
