import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("adverts", "0001_initial"),
        ("curricula", "0009_personal_paths"),
    ]

    operations = [
        migrations.AddField(
            model_name="advert",
            name="archived_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="advert",
            name="path",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                help_text="The personal path last made of it.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="advert",
                to="curricula.curriculum",
            ),
        ),
    ]
