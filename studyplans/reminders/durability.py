"""Commits that do not wait for the disk, where one that does follows before it matters.

PostgreSQL writes commits to the disk in their order: whoever waits for one waits for all before.
"""

from __future__ import annotations

from django.db import connection


def commit_soon() -> None:
    """Let the transaction under way be undone if the server crashes within the next moment."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
