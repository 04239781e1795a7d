from django.urls import path

from tracker.credentials import views

urlpatterns = [
    path("certifications/held/", views.held, name="held"),
    path("certifications/held/<int:pk>/remove/", views.remove, name="remove_held"),
    path("certifications/held/<int:pk>/proof/", views.proof, name="proof"),
    path("certifications/held/<int:pk>/proof/remove/", views.remove_proof, name="remove_proof"),
]
