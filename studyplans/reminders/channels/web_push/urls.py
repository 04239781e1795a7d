from django.urls import path

from studyplans.reminders.channels.web_push import views

urlpatterns = [path("service-worker.js", views.service_worker, name="service_worker")]
