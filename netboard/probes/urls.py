"""Addresses of sweeps and of what is opened for them."""

from django.urls import path

from netboard.probes import opened_views, views

app_name = "sweeps"
urlpatterns = [
    path("sweeps/", views.index, name="index"),
    path("sweeps/new/", views.new, name="new"),
    path("sweeps/opened/", opened_views.opened, name="opened"),
    path("sweeps/opened/<int:row>/close/", opened_views.close, name="close"),
    path("sweeps/<str:sweep>/", views.detail, name="detail"),
    path("sweeps/<str:sweep>/cancel/", views.cancel, name="cancel"),
    path("sweeps/<str:sweep>/csv/", views.csv_file, name="csv"),
]
