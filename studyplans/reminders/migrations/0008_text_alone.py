from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import CASCADE


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0007_several_destinations"),
    ]

    operations = [
        migrations.RemoveField(model_name="deliverytext", name="html"),
        # The unique constraints' indexes begin with the learner.
        migrations.AlterField(
            model_name="delivery",
            name="learner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=CASCADE,
                related_name="deliveries",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="reminderschedule",
            name="learner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=CASCADE,
                related_name="reminder_schedules",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
