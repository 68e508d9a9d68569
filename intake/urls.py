from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.gzip import gzip_page

from intake.views import again, changed, interrupt, language, questions, sending, start


def light(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """Compressed for slow networks; the padding that Django adds hides the length of what is secret."""
    return path(route, gzip_page(view), name=name)


urlpatterns = [
    light("p/<str:token>/", start.start, name="intake_start"),
    light("p/<str:token>/find/", start.find, name="intake_find"),
    light("i/<str:token>/", start.invitation, name="intake_invitation"),
    light("language/", language.change, name="intake_language"),
    light("drugs/", questions.drugs, name="intake_drugs"),
    light("<str:token>/", questions.resume, name="intake_resume"),
    light("<str:token>/again/", again.again, name="intake_again"),
    light("<str:token>/code/", start.code, name="intake_code"),
    light("<str:token>/changed/", changed.changed, name="intake_changed"),
    light("<str:token>/check/", questions.check, name="intake_check"),
    light("<str:token>/check/settle/", questions.settle, name="intake_settle"),
    light("<str:token>/interrupt/", interrupt.interrupt, name="intake_interrupt"),
    light("<str:token>/send/", sending.send, name="intake_send"),
    light("<str:token>/sent/", sending.sent, name="intake_sent"),
    light("<str:token>/answers/", sending.answers, name="intake_answers"),
    light("<str:token>/answers/download/", sending.download, name="intake_download"),
    light("<str:token>/answers/hide/", sending.hide, name="intake_hide"),
    light("<str:token>/<slug:slug>/", questions.topic, name="intake_topic"),
]
