"""End what a killed parent left behind.

Standard input is a pipe whose other end only the parent holds; each line names a process group.
The pipe ends when the parent does, even by kill -9, on Linux and macOS alike.  The one argument
is the parent's temporary directory.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

GRACE_SECONDS = 3


def main() -> None:
    groups = {int(line) for line in sys.stdin}
    signal_groups(groups, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    signal_groups(groups, signal.SIGKILL)
    shutil.rmtree(sys.argv[1], ignore_errors=True)


def signal_groups(groups: Iterable[int], number: int) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


if __name__ == "__main__":
    main()
