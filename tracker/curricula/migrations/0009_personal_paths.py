import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from tracker.curricula.sealing import seal, unseal


class Migration(migrations.Migration):
    """Let a learner own a path.

    SQLite rebuilds a table that gets a constraint and forgets its triggers: they go first and
    come back last.
    """

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("curricula", "0008_descriptions_and_changes"),
    ]

    operations = [
        migrations.RunPython(unseal, seal),
        migrations.AddField(
            model_name="curriculum",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="Whose personal path this is; empty for the catalogue.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="personal_paths",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="curriculum",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("published", "published"),
                    ("retired", "retired"),
                    ("personal", "personal"),
                ],
                default="draft",
                editable=False,
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="curriculum",
            constraint=models.CheckConstraint(
                condition=Q(status="personal", owner__isnull=False)
                | Q(~Q(status="personal"), owner=None),
                name="personal_paths_have_owners",
            ),
        ),
        migrations.RunPython(seal, unseal),
    ]
