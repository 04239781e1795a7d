"""What readiness asks of rooms it does not know; receivers return what they have."""

from django.dispatch import Signal

evidence_asked = Signal()  # learner, on: receivers return an iterable of proof.Evidence
recalls_asked = Signal()  # learner, on: receivers return a mapping of key to proof.Recall
