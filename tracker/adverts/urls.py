from django.urls import path

from tracker.adverts import path_views, views

urlpatterns = [
    path("adverts/", views.adverts, name="adverts"),
    path("adverts/compare/", views.compare, name="compare_adverts"),
    path("adverts/<int:pk>/", views.advert, name="advert"),
    path("adverts/<int:pk>/archive/", views.archive, name="archive_advert"),
    path("adverts/<int:pk>/back/", views.bring_back, name="bring_back_advert"),
    path("adverts/<int:pk>/delete/", views.delete, name="delete_advert"),
    path("adverts/<int:pk>/path/", views.make_path, name="make_path"),
    path("my-paths/", path_views.my_paths, name="my_paths"),
    path("my-paths/<slug:slug>/rename/", path_views.rename, name="rename_path"),
    path("my-paths/<slug:slug>/remove/", path_views.remove, name="remove_path"),
    path("my-paths/<slug:slug>/back/", path_views.bring_back, name="bring_back_path"),
]
