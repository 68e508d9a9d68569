"""The project's pages and a plain one of 200 rows: a query, and a link and a date on each row."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from clinic.urls import urlpatterns as clinic_patterns
from intake.models import Intake

ROWS = 200
PAGE = """{% extends "clinic/base.html" %}{% block content %}<table>{% for row in rows %}
<tr><td><a href="{% url 'differential' row.key %}">{{ row.reference }}</a></td><td>{{ row.title }}</td>
<td>{{ row.setting }}</td><td>{{ row.urgency }}</td><td>{{ row.sent_at|date:"j M Y, H:i" }}</td></tr>
{% endfor %}</table>{% endblock %}"""
template = engines["django"].from_string(PAGE)


@login_required
def rows(request: HttpRequest) -> HttpResponse:
    intakes = Intake.objects.sent().only("key", "reference", "title", "setting", "urgency", "sent_at")
    return HttpResponse(template.render({"rows": intakes.order_by("-pk")[:ROWS]}, request))


urlpatterns = [path("rows/", rows), *clinic_patterns]
