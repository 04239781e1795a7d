"""What advertisements ask of rooms they do not know; receivers return what they have."""

from django.dispatch import Signal

study_week_asked = Signal()  # learner: who plans the week answers with its minutes
