import pytest
from django.db import connection

from tracker.curricula import sealing


@pytest.fixture
def unsealed(db: None) -> None:
    """Let a test write into published editions; its transaction brings the triggers back."""
    on = " ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name, table in sealing.triggers():
            cursor.execute(f"DROP TRIGGER {name}" + on.format(table=table))
