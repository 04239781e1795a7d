"""What readiness asks of rooms it does not know; receivers return what they have."""

from django.dispatch import Signal

evidence_asked = Signal()  # learner, on, records: receivers return an iterable of proof.Evidence
pause_told = Signal()  # learner: who plans says in a sentence that the plan rests; or None
recalls_asked = Signal()  # learner, on: receivers return a mapping of key to proof.Recall
