import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tracker.progress.log_guard import guard, unguard


class Migration(migrations.Migration):
    """Let the database itself refuse every change of the log, and erase it with its account."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("progress", "0004_how_it_is_known"),
    ]

    operations = [
        migrations.AlterField(
            model_name="achievementevent",
            name="learner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="achievement_events",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="achievementevent",
            name="changed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
