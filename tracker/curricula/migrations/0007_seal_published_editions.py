from django.db import migrations

from tracker.curricula.sealing import seal_at_first, unseal


class Migration(migrations.Migration):
    """Let the database itself refuse every change of an edition that has been published."""

    dependencies = [("curricula", "0006_editions")]

    operations = [migrations.RunPython(seal_at_first, unseal)]
