from typing import Any

from django.conf import settings
from django.db import migrations, models

DELIVERIES, ACCOUNTS = "reminders_delivery", "accounts_user"
TRIGGER = "deliveries_go_with_their_account"
GOING = f"""
    CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM reminders_deliverytext WHERE delivery_id IN (
            SELECT id FROM {DELIVERIES} WHERE learner_id = OLD.id
        );
        DELETE FROM {DELIVERIES} WHERE learner_id = OLD.id;
        RETURN NULL;
    END $$
"""
AT_DELETION = f"""
    CREATE TRIGGER {TRIGGER} AFTER DELETE ON {ACCOUNTS}
    FOR EACH ROW EXECUTE FUNCTION {TRIGGER}()
"""


def follow_learners(apps: Any, schema_editor: Any) -> None:
    """Write each learner's zone to their schedules."""
    learners = apps.get_model(settings.AUTH_USER_MODEL).objects
    zone = learners.filter(pk=models.OuterRef("learner")).values("time_zone")
    apps.get_model("reminders", "ReminderSchedule").objects.update(time_zone=models.Subquery(zone))


def guard_by_trigger(apps: Any, schema_editor: Any) -> None:
    """Let deliveries go with their account, in place of a question for each that is inserted.

    A claim holds the schedules of its learners, so that no account goes before it is written, and
    what it wrote goes then.  SQLite, where one writes at a time, keeps its foreign key.
    """
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, DELIVERIES)
    for name, each in constraints.items():
        if each["foreign_key"] == (ACCOUNTS, "id"):
            schema_editor.execute(f"ALTER TABLE {DELIVERIES} DROP CONSTRAINT {name}")
    schema_editor.execute(GOING)
    schema_editor.execute(AT_DELETION)


def guard_by_foreign_key(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(f"DROP FUNCTION {TRIGGER} CASCADE")
    schema_editor.execute(
        f"ALTER TABLE {DELIVERIES} ADD FOREIGN KEY (learner_id) REFERENCES {ACCOUNTS} (id)"
        " DEFERRABLE INITIALLY DEFERRED"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_day_start"),
        ("reminders", "0008_text_alone"),
    ]

    operations = [
        migrations.AddField(
            model_name="reminderschedule",
            name="time_zone",
            field=models.CharField(
                default="UTC",
                editable=False,
                help_text="The learner's, kept here too so that a claim reads no account.",
                max_length=64,
            ),
        ),
        migrations.RunPython(follow_learners, migrations.RunPython.noop),
        migrations.RunPython(guard_by_trigger, guard_by_foreign_key),
    ]
