"""The plans' news, sent after the commit."""

from django.dispatch import Signal

plan_paused = Signal()  # plan, at
