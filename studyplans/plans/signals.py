"""The plans' news, sent after the commit."""

from django.dispatch import Signal

plan_paused = Signal()  # plan, at
plan_changed = Signal()  # plan, at: its sessions may be others now
