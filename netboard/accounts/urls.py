"""Addresses: signing in and out, one's own account, people and teams."""

from django.urls import path

from netboard.accounts import people_views, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.language, name="language"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<int:token>/revoke/", views.revoke, name="revoke"),
    path("people/", people_views.people, name="people"),
    path("people/new/", people_views.new_person, name="new_person"),
    path("people/<int:pk>/", people_views.person, name="person"),
    path("people/<int:pk>/tokens/<int:token>/revoke/", people_views.revoke_theirs, name="revoke_theirs"),
    path("people/teams/new/", people_views.team, name="new_team"),
    path("people/teams/<int:pk>/", people_views.team, name="team"),
    path("people/teams/<int:pk>/delete/", people_views.delete_team, name="delete_team"),
]
