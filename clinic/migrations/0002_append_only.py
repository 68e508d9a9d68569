from django.db import migrations

from causes.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_initial")]

    operations = [
        append_only("clinic_accessrecord"),
        append_only("clinic_assessment"),
        append_only("clinic_clinicianfinding"),
        append_only("clinic_confirmeddiagnosis"),
        append_only("clinic_contextchange"),
        append_only("clinic_ownlist"),
        append_only("clinic_sheetoverrule"),
    ]
