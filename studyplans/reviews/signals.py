"""The news of reviews, sent after the commit, and what this room asks of those above it."""

from django.dispatch import Signal

review_passed = Signal()  # learner, milestone_key, review, at
review_failed = Signal()  # learner, milestone_key, review, at

study_week_asked = Signal()  # learner; who plans the week answers with its minutes
