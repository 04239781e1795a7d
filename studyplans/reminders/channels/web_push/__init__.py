"""A notification in a learner's browser, also while no page of ours is open (RFC 8030)."""

from studyplans.reminders.channels.web_push.channel import WebPush

CHANNEL = WebPush()
