from django.urls import path

from studyplans.today import views

urlpatterns = [
    path("today/", views.today, name="today"),
    path("today/move/", views.move, name="move_to_today"),
    path("today/lighter/", views.lighter, name="lighter_week"),
    path("today/return/", views.come_back, name="come_back"),
]
