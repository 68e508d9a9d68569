"""How a saved form is answered: a browser follows a redirect, the script is told where to go."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

# What the script asks for with a form: only to keep what was changed, or to go on. Without it, a form goes on.
KINDS = "keep"
KEEP, CONTINUE = "draft", "continue"


def moved_on(request: HttpRequest, url: str, before: str = "") -> HttpResponse:
    if request.POST.get(KINDS) in (KEEP, CONTINUE):
        return JsonResponse({"next": url, "before": before})
    return HttpResponseRedirect(url)
