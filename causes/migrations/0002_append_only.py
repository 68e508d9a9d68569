from django.db import migrations

from causes.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("causes", "0001_initial")]

    operations = [
        append_only("causes_logentry"),
        append_only("causes_release"),
        append_only("causes_withdrawal"),
    ]
