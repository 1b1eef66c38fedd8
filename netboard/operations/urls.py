"""Addresses of operations, pools, differences and the audit."""

from django.urls import path

from netboard.operations import upkeep_views, views

app_name = "operations"
urlpatterns = [
    path("operations/", views.index, name="index"),
    path("operations/new/<str:kind>/", views.new, name="new"),
    path("operations/new/<str:kind>/preview/", views.preview, name="preview"),
    path("operations/<str:operation>/", views.detail, name="detail"),
    path("operations/<str:operation>/cancel/", views.cancel, name="cancel"),
    path("clean-up/", upkeep_views.clean_up, name="clean_up"),
    path("pools/", upkeep_views.pools, name="pools"),
    path("pools/<int:pool>/delete/", upkeep_views.delete_pool, name="delete_pool"),
    path("differences/", upkeep_views.drift, name="differences"),
    path("audit/", upkeep_views.audit, name="audit"),
    path("audit/export/", upkeep_views.audit_csv, name="audit_csv"),
]
