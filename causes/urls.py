from django.urls import path

from causes import views

urlpatterns = [
    path("", views.show_causes, name="causes"),
    path("findings/", views.show_findings, name="findings"),
    path("findings/<slug:slug>/", views.show_finding, name="finding"),
    path("findings/<slug:finding>/<slug:cause>/", views.show_studies, name="studies"),
    path("drugs/", views.show_drugs, name="drugs"),
    path("red-flags/", views.show_red_flags, name="red_flags"),
    path("sources/<slug:slug>/", views.show_source, name="source"),
    path("<slug:slug>/", views.show_cause, name="cause"),
]
