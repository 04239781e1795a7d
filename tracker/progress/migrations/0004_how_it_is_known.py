from itertools import islice
from typing import Any

from django.db import migrations, models

BATCH = 500


def tell_events_of_tests(apps: Any, schema_editor: Any) -> None:
    """Say in every event so far that nothing was tested, so that the log rebuilds the state."""
    model = apps.get_model("progress", "AchievementEvent")
    rows = iter(model.objects.order_by("pk").iterator(chunk_size=BATCH))
    while events := list(islice(rows, BATCH)):
        for event in events:
            event.before.setdefault("is_tested", False)
            event.after.setdefault("is_tested", False)
        model.objects.bulk_update(events, ["before", "after"])


class Migration(migrations.Migration):
    dependencies = [("progress", "0003_insight")]

    operations = [
        migrations.AddField(
            model_name="achievement",
            name="is_tested",
            field=models.BooleanField(
                default=False, help_text="Shown by a check that was passed."
            ),
        ),
        migrations.AddField(
            model_name="achievement",
            name="doubted_at",
            field=models.DateTimeField(
                blank=True, null=True, help_text="Since when a claim is to be asked about again."
            ),
        ),
        migrations.RunPython(tell_events_of_tests, migrations.RunPython.noop),
    ]
