import django.db.models.deletion
from django.db import migrations, models

import tracker.curricula.models
from tracker.curricula.sealing import seal, seal_at_first, unseal


class Migration(migrations.Migration):
    """Give curricula and milestones a description, and drafts a history field by field.

    SQLite rebuilds a table that gets a column and forgets its triggers: they go first and come
    back last.
    """

    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("curricula", "0007_seal_published_editions"),
    ]

    operations = [
        migrations.RunPython(unseal, seal_at_first),
        migrations.AddField(
            model_name="curriculum",
            name="description",
            field=tracker.curricula.models.MarkdownField(
                blank=True, default="", help_text="What more a learner may want to know, in Markdown."
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="milestone",
            name="description",
            field=tracker.curricula.models.MarkdownField(
                blank=True, default="", help_text="Why it matters, or how to go about it, in Markdown."
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="DraftChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rows", models.JSONField()),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="curricula.curriculum",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="draft_change",
                        to="admin.logentry",
                    ),
                ),
            ],
            options={"ordering": ["-pk"]},
        ),
        migrations.RunPython(seal, unseal),
    ]
