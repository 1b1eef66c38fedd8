"""Addresses: signing in and out, one's own account, people and teams."""

from django.urls import URLPattern

app_name = "accounts"
urlpatterns: list[URLPattern] = []
