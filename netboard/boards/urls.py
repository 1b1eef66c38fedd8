"""Addresses of the board and its lists."""

from django.urls import URLPattern

app_name = "boards"
urlpatterns: list[URLPattern] = []
