"""The tracker's news about progress, sent after the commit."""

from django.dispatch import Signal

learner_enrolled = Signal()  # enrolment, at
enrolment_left = Signal()  # enrolment, at
edition_changed = Signal()  # enrolment, at
achievement_changed = Signal()  # learner, milestone_key, event, source, at
change_told = Signal()  # event: who knows what came of it answers with a sentence, or None
background_credited = Signal()  # learner, milestone_keys, events, at: in place of many of the above
