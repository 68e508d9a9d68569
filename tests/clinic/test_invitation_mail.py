from __future__ import annotations

import datetime
import smtplib
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from clinic.invitation_mail import Kind, Outcome, message, send, send_all
from intake.models import Invitation
from tests import cast

pytestmark = pytest.mark.django_db
ADDRESS = "https://forms.example.org"
DEAD = smtplib.SMTPServerDisconnected("gone")
REFUSED = smtplib.SMTPRecipientsRefused({"ada@example.org": (550, b"unknown")})


@pytest.fixture
def invitation(practice, clinician) -> Invitation:
    return cast.an_invitation(cast.a_patient(practice), clinician, email="ada@example.org")


def emailed(invitation: Invitation, days: float = 4) -> Invitation:
    Invitation.objects.filter(pk=invitation.pk).update(emailed_at=timezone.now() - datetime.timedelta(days=days))
    invitation.refresh_from_db()
    return invitation


class TestText:
    def test_works(self, invitation, practice):
        email = message(invitation, Kind.INVITATION, ADDRESS)
        assert email.subject == "Questions before your visit to Harbour Practice"
        assert email.to == ["ada@example.org"]
        assert email.from_email == "Harbour Practice <practice@localhost>"
        assert f"{ADDRESS}/intake/i/{invitation.token}/" in email.body
        assert practice.phone in email.body
        assert timezone.localtime(invitation.expires_at).strftime("%Y") in email.body

    @pytest.mark.parametrize("kind", Kind)
    def test_names_neither_the_patient_nor_a_complaint(self, invitation, kind):
        email = message(invitation, kind, ADDRESS)
        text = f"{email.subject} {email.body}".lower()
        for word in ("ada", "quill", "1959", "twitch", "tremor", "shak", "symptom", "neurolog", "disease"):
            assert word not in text.replace(invitation.token.lower(), "")

    def test_without_a_telephone_nothing_is_said_of_one(self, invitation, practice):
        practice.phone = ""
        practice.save()
        invitation.refresh_from_db()
        assert "phone Harbour" not in message(invitation, Kind.INVITATION, ADDRESS).body

    def test_a_practice_cannot_add_headers(self, invitation):
        invitation.patient.practice.name = "Harbour\nBcc: all@example.org"
        with pytest.raises(ValueError, match="newline"):
            message(invitation, Kind.INVITATION, ADDRESS).message()


class TestSend:
    def test_works(self, invitation):
        assert send(invitation, Kind.INVITATION, ADDRESS) is Outcome.SENT
        assert len(mail.outbox) == 1
        assert Invitation.objects.get().emailed_at is not None

    def test_at_once_again_is_one_e_mail(self, invitation):
        """Two requests that have read the row at the same time."""
        twin = Invitation.objects.get()
        assert send(invitation, Kind.INVITATION, ADDRESS) is Outcome.SENT
        assert send(twin, Kind.INVITATION, ADDRESS) is Outcome.TOO_SOON
        assert len(mail.outbox) == 1

    def test_again_later(self, invitation):
        emailed(invitation)
        assert send(invitation, Kind.INVITATION, ADDRESS) is Outcome.SENT
        assert send(emailed(invitation), Kind.INVITATION, ADDRESS, is_first=True) is Outcome.TOO_SOON

    @pytest.mark.parametrize(("error", "outcome"), [(DEAD, Outcome.UNREACHABLE), (REFUSED, Outcome.REFUSED)])
    def test_what_could_not_be_sent_can_be_sent_again(self, invitation, error, outcome):
        with patch.object(EmailBackend, "send_messages", side_effect=error):
            assert send(invitation, Kind.INVITATION, ADDRESS) is outcome
        assert Invitation.objects.get().emailed_at is None
        assert send(invitation, Kind.INVITATION, ADDRESS) is Outcome.SENT

    def test_a_failure_keeps_the_time_of_the_e_mail_before(self, invitation):
        before = emailed(invitation).emailed_at
        with patch.object(EmailBackend, "send_messages", side_effect=DEAD):
            send(invitation, Kind.INVITATION, ADDRESS)
        assert Invitation.objects.get().emailed_at == before

    @pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
    def test_a_link_that_no_longer_works_is_not_sent(self, invitation, change):
        Invitation.objects.filter(pk=invitation.pk).update(**change)
        assert send(invitation, Kind.INVITATION, ADDRESS) is Outcome.TOO_SOON
        assert not mail.outbox


class TestSendAll:
    @pytest.fixture
    def three(self, practice, clinician):
        patients = [cast.a_patient(practice, name) for name in ("A", "B", "C")]
        return [cast.an_invitation(patient, clinician, email=f"{patient}@example.org") for patient in patients]

    def test_works(self, three):
        assert send_all(three, Kind.INVITATION, ADDRESS).sent == 3
        assert len(mail.outbox) == 3

    def test_one_that_is_refused_does_not_stop_the_others(self, three):
        with patch.object(EmailBackend, "send_messages", side_effect=[1, REFUSED, 1]):
            tally = send_all(three, Kind.INVITATION, ADDRESS)
        assert (tally.sent, tally.refused, tally.left) == (2, 1, 0)
        assert Invitation.objects.get(emailed_at=None).email == "B@example.org"

    def test_a_dead_server_leaves_the_rest(self, three):
        with patch.object(EmailBackend, "send_messages", side_effect=[1, DEAD]) as tried:
            tally = send_all(three, Kind.INVITATION, ADDRESS)
        assert tried.call_count == 2
        assert (tally.sent, tally.failed) == (1, 2)
        assert Invitation.objects.filter(emailed_at=None).count() == 2

    def test_a_server_that_cannot_be_reached_loses_nothing(self, three):
        with patch.object(EmailBackend, "open", side_effect=ConnectionRefusedError):
            assert send_all(three, Kind.INVITATION, ADDRESS).failed == 3
        assert Invitation.objects.filter(emailed_at=None).count() == 3

    def test_no_time_leaves_them_all(self, three):
        assert send_all(three, Kind.INVITATION, ADDRESS, longest=-1).left == 3


class TestReminders:
    def remind(self, capsys, **options):
        call_command("send_reminders", address=ADDRESS, **options)
        return capsys.readouterr().out

    def test_works(self, invitation, capsys):
        emailed(invitation)
        out = self.remind(capsys)
        assert out == "Reminders sent: 1.\n"
        assert mail.outbox[0].subject.startswith("Reminder")
        assert invitation.token in mail.outbox[0].body
        assert Invitation.objects.get().reminded_at is not None

    def test_once(self, invitation, capsys):
        emailed(invitation)
        self.remind(capsys)
        assert self.remind(capsys) == "Reminders sent: 0.\n"
        assert len(mail.outbox) == 1

    @pytest.mark.parametrize(("days", "sent"), [(3, 1), (4, 1), (5, 0)])
    def test_days(self, invitation, capsys, days, sent):
        emailed(invitation, 4.5)
        assert self.remind(capsys, days=days) == f"Reminders sent: {sent}.\n"

    @pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}, {"email": ""}])
    def test_not_of_a_link_that_no_longer_works(self, invitation, capsys, change):
        emailed(invitation)
        Invitation.objects.update(**change)
        assert self.remind(capsys) == "Reminders sent: 0.\n"

    @pytest.mark.parametrize(("make", "sent"), [(cast.a_draft, 1), (cast.a_sent_intake, 0)])
    def test_of_a_draft_but_not_of_what_was_sent(self, invitation, practice, capsys, make, sent):
        make(practice, patient=invitation.patient, invitation=emailed(invitation))
        assert self.remind(capsys) == f"Reminders sent: {sent}.\n"

    def test_one_that_failed_is_tried_again(self, invitation, capsys):
        emailed(invitation)
        with (
            patch.object(EmailBackend, "send_messages", side_effect=DEAD),
            pytest.raises(CommandError, match="not sent, to be tried again next time: 1"),
        ):
            self.remind(capsys)
        assert Invitation.objects.get().reminded_at is None
        assert self.remind(capsys).endswith("Reminders sent: 1.\n")

    @pytest.mark.parametrize("options", [{"address": ""}, {"address": "forms"}, {"address": ADDRESS, "days": 0}])
    def test_bad_options(self, options):
        with pytest.raises(CommandError):
            call_command("send_reminders", **options)

    def test_without_e_mail(self, settings):
        settings.HAS_EMAIL = False
        with pytest.raises(CommandError, match="EMAIL_URL"):
            call_command("send_reminders", address=ADDRESS)


class TestButtons:
    def post(self, client, invitation, name, **fields):
        return client.post(reverse(name, args=[invitation.pk]), fields, follow=True).content.decode()

    def test_email_works(self, signed_in, receptionist, invitation):
        content = self.post(signed_in(receptionist), invitation, "email_invitation", email="new@example.org")
        assert "The link was sent by e-mail." in content
        assert mail.outbox[0].to == ["new@example.org"]
        assert f"http://testserver/intake/i/{invitation.token}/" in mail.outbox[0].body
        assert Invitation.objects.get().email == "new@example.org"

    def test_email_to_a_public_address(self, signed_in, clinician, invitation, settings):
        settings.PUBLIC_ADDRESS = ADDRESS
        self.post(signed_in(clinician), invitation, "email_invitation", email=invitation.email)
        assert f"{ADDRESS}/intake/i/{invitation.token}/" in mail.outbox[0].body

    def test_bad_address(self, signed_in, clinician, invitation):
        response = signed_in(clinician).post(reverse("email_invitation", args=[invitation.pk]), {"email": "x"})
        assert response.status_code == 422
        assert Invitation.objects.get().email == "ada@example.org"

    def test_a_failure_is_said_and_shown_on_the_row(self, signed_in, clinician, invitation):
        client = signed_in(clinician)
        with patch.object(EmailBackend, "send_messages", side_effect=DEAD):
            assert "nothing was sent" in self.post(client, invitation, "email_invitation", email=invitation.email)
        assert "Not e-mailed yet" in client.get("/invitations/").content.decode()
        assert "1 e-mail was sent." in client.post("/invitations/email/", follow=True).content.decode()
        assert "Not e-mailed yet</span>" not in client.get("/invitations/").content.decode()

    def test_remind_works(self, signed_in, receptionist, invitation):
        emailed(invitation)
        client = signed_in(receptionist)
        assert "The reminder was sent by e-mail." in self.post(client, invitation, "remind_of_invitation")
        assert "so it was not sent again" in self.post(client, invitation, "remind_of_invitation")
        assert len(mail.outbox) == 1

    def test_no_reminder_of_what_was_never_sent(self, signed_in, clinician, invitation):
        self.post(signed_in(clinician), invitation, "remind_of_invitation")
        assert not mail.outbox

    @pytest.mark.parametrize("name", ["email_invitation", "remind_of_invitation"])
    def test_outsider_404(self, signed_in, outsider, invitation, name):
        emailed(invitation)
        address = reverse(name, args=[invitation.pk])
        assert signed_in(outsider).post(address, {"email": "x@example.org"}).status_code == 404
        assert not mail.outbox

    def test_the_undelivered_of_another_practice_stay(self, signed_in, outsider, invitation):
        signed_in(outsider).post("/invitations/email/")
        assert not mail.outbox

    def test_without_e_mail_none_is_offered(self, signed_in, clinician, invitation, settings):
        settings.HAS_EMAIL = False
        client = signed_in(clinician)
        assert "By e-mail" not in client.get(reverse("invitation", args=[invitation.pk])).content.decode()
        self.post(client, invitation, "email_invitation", email="new@example.org")
        client.post("/invitations/email/")
        assert not mail.outbox
        assert Invitation.objects.get().emailed_at is None
