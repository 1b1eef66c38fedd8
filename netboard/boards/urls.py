"""Addresses of the board and its lists."""

from django.urls import path

from netboard.boards import lists, views

app_name = "boards"
urlpatterns = [
    path("", views.board, name="board"),
    path("networks/", lists.networks, name="networks"),
    path("networks/<str:node>/", lists.detail, {"kind": "network"}, name="network"),
    path("containers/", lists.containers, name="containers"),
    path("containers/<str:node>/", lists.detail, {"kind": "container"}, name="container"),
    path("recent/", views.recent, name="recent"),
    path("annex/", views.annex, name="annex"),
    path("export/", views.export, name="export"),
]
