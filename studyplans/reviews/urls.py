from django.urls import path

from studyplans.reviews import views

urlpatterns = [
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/settings/", views.review_settings, name="review_settings"),
    path("reviews/<int:pk>/", views.review, name="review"),
    path("reviews/<int:pk>/answer/", views.answer, name="answer_question"),
    path("reviews/<int:pk>/grade/", views.grade, name="grade_recall"),
    path("reviews/results/<int:pk>/", views.result, name="review_result"),
    path("reviews/results/<int:pk>/undo/", views.undo, name="undo_review"),
]
