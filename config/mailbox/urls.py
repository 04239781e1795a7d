from django.urls import path

from config.mailbox import views

urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("<slug:name>/", views.mailbox_message, name="mailbox_message"),
    path("<slug:name>/html/", views.mailbox_html, name="mailbox_html"),
]
