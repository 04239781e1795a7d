from django.urls import path

from studyplans.today import views

urlpatterns = [path("today/", views.today, name="today")]
