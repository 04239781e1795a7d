"""The tracker's news about progress, sent after the commit."""

from django.dispatch import Signal

learner_enrolled = Signal()  # enrolment, at
enrolment_left = Signal()  # enrolment, at
edition_changed = Signal()  # enrolment, at
achievement_changed = Signal()  # learner, milestone_key, event, source, at
background_credited = Signal()  # learner, milestone_keys, events, at: in place of many of the above
