"""How the tests are spread over the workers of pytest-xdist."""

from xdist.scheduler import LoadScopeScheduling

# A whole Milepost or many senders: two such crowds at once would be too many for two cores.
CROWDED = (
    "tests/journeys/",
    "tests/config/test_up.py",
    "tests/studyplans/reminders/test_faults.py",
)


class CrowdOnOneWorker(LoadScopeScheduling):  # type: ignore[misc]
    """Give the crowded tests to one worker, first of all; any other goes to whoever is free.

    xdist's own groups (--dist loadgroup) do nothing under pytest 9.2: xdist 3.8 renames what no
    longer is the name.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "crowd" if nodeid.startswith(CROWDED) else nodeid
