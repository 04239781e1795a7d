from django.urls import path

from tracker.adverts import views

urlpatterns = [
    path("adverts/", views.adverts, name="adverts"),
    path("adverts/compare/", views.compare, name="compare_adverts"),
    path("adverts/<int:pk>/", views.advert, name="advert"),
    path("adverts/<int:pk>/delete/", views.delete, name="delete_advert"),
]
