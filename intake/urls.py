from django.urls import path

from intake import views

urlpatterns = [
    path("p/<str:token>/", views.start, name="intake_start"),
    path("i/<str:token>/", views.invitation, name="intake_invitation"),
    path("drugs/", views.drugs, name="intake_drugs"),
    path("<str:token>/", views.resume, name="intake_resume"),
    path("<str:token>/check/", views.check, name="intake_check"),
    path("<str:token>/send/", views.send, name="intake_send"),
    path("<str:token>/sent/", views.sent, name="intake_sent"),
    path("<str:token>/<slug:slug>/", views.topic, name="intake_topic"),
]
