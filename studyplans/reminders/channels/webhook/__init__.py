"""A signed POST to an address of the learner's own (Standard Webhooks; docs/webhooks.md)."""

from studyplans.reminders.channels.webhook.channel import Webhook

CHANNEL = Webhook()
