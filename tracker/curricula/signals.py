"""The catalogue's questions to the rooms above it."""

from django.dispatch import Signal

# before, after, at: each receiver returns one sentence on what publishing would do, or none.
publication_weighed = Signal()
