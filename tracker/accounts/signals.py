"""The tracker's news about accounts, sent after the commit."""

from django.dispatch import Signal

time_zone_changed = Signal()  # learner
