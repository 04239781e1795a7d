import subprocess
import sys

ASKED_FIRST = """
import threading
from celery import current_app
str(current_app.main)
import config.celery
thread = threading.Thread(target=lambda: print(current_app.main))
thread.start()
thread.join()
"""


def test_a_thread_rings_mileposts_bell_even_when_celery_was_asked_before_us() -> None:
    asked = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ASKED_FIRST], capture_output=True, text=True, check=True
    )

    assert asked.stdout == "milepost\n"
