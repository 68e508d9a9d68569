from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from clinic.views import (
    accuracy,
    assessments,
    confirmed,
    differential,
    history,
    invitations,
    invite_many,
    own_copy,
    own_list,
    patients,
    preferences,
    sheet,
    waiting_room,
    worklist,
)

handler400 = "clinic.views.errors.bad_request"
handler403 = "clinic.views.errors.forbidden"
handler404 = "clinic.views.errors.not_found"
handler500 = "clinic.views.errors.server_error"

for_patients = [
    path("waiting-room/", waiting_room.welcome, name="waiting_room"),
    path("waiting-room/clear/", waiting_room.clear, name="clear_waiting_room"),
    path("<str:token>/looks/", own_copy.looks, name="own_looks"),
]
urlpatterns = [
    path("", worklist.show, name="worklist"),
    path("login/", auth_views.LoginView.as_view(template_name="clinic/login.html"), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("patients/", patients.show_all, name="patients"),
    path("patients/<uuid:key>/", patients.show, name="patient"),
    path("invitations/", invitations.show_all, name="invitations"),
    path("invitations/new/", invitations.create, name="invite"),
    path("invitations/many/", invite_many.ask, name="invite_many"),
    path("invitations/many/confirm/", invite_many.confirm, name="confirm_many"),
    path("invitations/email/", invitations.email_undelivered, name="email_undelivered"),
    path("invitations/sheets/", invitations.sheets, name="invitation_sheets"),
    path("invitations/<int:number>/", invitations.show, name="invitation"),
    path("invitations/<int:number>/revoke/", invitations.revoke, name="revoke_invitation"),
    path("invitations/<int:number>/email/", invitations.email, name="email_invitation"),
    path("invitations/<int:number>/remind/", invitations.remind, name="remind_of_invitation"),
    path("invitations/<int:number>/sheet/", invitations.sheet, name="invitation_sheet"),
    path("waiting-room/", waiting_room.open_for_patients, name="open_waiting_room"),
    path("intakes/<uuid:key>/", differential.show, name="differential"),
    path("intakes/<uuid:key>/part/", differential.part, name="differential_part"),
    path("intakes/<uuid:key>/findings/", differential.enter, name="enter_finding"),
    path("intakes/<uuid:key>/context/", differential.change_context, name="change_context"),
    path("intakes/<uuid:key>/compare/", differential.compare, name="compare"),
    path("intakes/<uuid:key>/tipping-point/", differential.tipping, name="tipping_point"),
    path("intakes/<uuid:key>/sign/", assessments.sign, name="sign"),
    path("intakes/<uuid:key>/own-list/", own_list.write, name="own_list"),
    path("intakes/<uuid:key>/history/", history.show, name="history"),
    path("intakes/<uuid:key>/confirm/", confirmed.confirm, name="confirm_diagnosis"),
    path("intakes/<uuid:key>/confirm/withdraw/", confirmed.withdraw, name="withdraw_diagnosis"),
    path("assessments/<uuid:key>/", assessments.show, name="assessment"),
    path("assessments/<uuid:key>/patient-sheet/", sheet.show, name="patient_sheet"),
    path("assessments/<uuid:key>/patient-sheet/overrule/", sheet.overrule, name="overrule_sheet"),
    path("accuracy/", accuracy.show, name="accuracy"),
    path("settings/", preferences.change, name="preferences"),
    path("causes/", include("causes.urls")),
    # Patients' pages that need the members or the access records, under the address of their other pages.
    path("intake/", include(for_patients)),
    path("intake/", include("intake.urls")),
    path("admin/", admin.site.urls),
]
