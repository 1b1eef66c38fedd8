"""Addresses: the hosts' pages."""

from django.urls import path

from netboard.hosts import views

app_name = "hosts"
urlpatterns = [
    path("hosts/", views.hosts, name="list"),
    path("hosts/<str:host>/remove/", views.remove, name="remove"),
]
