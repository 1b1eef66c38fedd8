"""Addresses of monitors and alerts."""

from django.urls import path

from netboard.probes.monitors import views, views_alerts

app_name = "monitors"
urlpatterns = [
    path("monitors/", views.index, name="index"),
    path("monitors/matrix/", views.matrix, name="matrix"),
    path("monitors/new/", views.new, name="new"),
    path("monitors/schedules/", views.schedules, name="schedules"),
    path("monitors/schedules/<int:schedule>/delete/", views.delete_schedule, name="delete_schedule"),
    path("monitors/<int:monitor>/", views.detail, name="detail"),
    path("monitors/<int:monitor>/export/", views.export, name="export"),
    path("monitors/<int:monitor>/switch/", views.switch, name="switch"),
    path("monitors/<int:monitor>/delete/", views.delete, name="delete"),
    path("alerts/", views_alerts.index, name="alerts"),
    path("alerts/channels/", views_alerts.channels, name="channels"),
    path("alerts/channels/<int:channel>/delete/", views_alerts.delete_channel, name="delete_channel"),
    path("alerts/silences/<int:silence>/delete/", views_alerts.unsilence, name="unsilence"),
    path("alerts/<int:alert>/", views_alerts.detail, name="alert"),
    path("alerts/<int:alert>/acknowledge/", views_alerts.acknowledge, name="acknowledge"),
    path("alerts/<int:alert>/silence/", views_alerts.silence, name="silence"),
]
