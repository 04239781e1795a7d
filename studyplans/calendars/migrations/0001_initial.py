import django.db.models.deletion
import studyplans.calendars.addresses
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.CharField(default=studyplans.calendars.addresses.new_secret, editable=False, max_length=40, unique=True)),
                ('alarm_minutes', models.PositiveSmallIntegerField(blank=True, choices=[(5, '5 minutes before'), (10, '10 minutes before'), (30, '30 minutes before')], null=True)),
                ('changed_at', models.DateTimeField()),
                ('learner', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feed', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='BusyCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('url', models.CharField(blank=True, max_length=2000)),
                ('blocks_all_day', models.BooleanField(default=False)),
                ('tried_at', models.DateTimeField(editable=False, null=True)),
                ('fetched_at', models.DateTimeField(editable=False, help_text='When it last answered well.', null=True)),
                ('read_at', models.DateTimeField(editable=False, help_text='When its times were last computed.', null=True)),
                ('etag', models.CharField(blank=True, editable=False, max_length=300)),
                ('last_modified', models.CharField(blank=True, editable=False, max_length=100)),
                ('left_out', models.PositiveIntegerField(default=0, editable=False)),
                ('problem', models.CharField(blank=True, editable=False, max_length=300)),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='busy_calendars', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(condition=models.Q(('url', ''), _negated=True), fields=['tried_at'], name='busy_calendar_by_try')],
                'constraints': [models.UniqueConstraint(fields=('learner', 'name'), name='learner_names_a_busy_calendar_once')],
            },
        ),
    ]
