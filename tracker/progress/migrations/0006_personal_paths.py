import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Let a personal path go together with its owner's account; nothing else has changed."""

    dependencies = [
        ("curricula", "0009_personal_paths"),
        ("progress", "0005_guard_the_log"),
    ]

    operations = [
        migrations.AlterField(
            model_name="enrolment",
            name="curriculum",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="enrolments",
                to="curricula.curriculum",
            ),
        ),
    ]
