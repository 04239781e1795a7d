"""A process that makes senders: each is a fork of it, so that it can be killed a thousand times.

Run as `python -m tests.studyplans.reminders.stage`.  It reads a JSON line per command from standard
input and answers with a line: {"at": moment, "die": step or null, "on": n} forks a process that
dispatches as if it were that moment, and dies by kill -9 at the n-th time it comes to the step.
{"wait": pid} answers when that process has ended.  FINAL_REPLY_SECONDS in the environment is how
long its senders wait for the answer to a letter.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django
from django.conf import settings

STEPS: dict[str, tuple[str, str]] = {
    # What is called right after the process has got that far.
    "claim, not committed": ("studyplans.reminders.claiming", "_write_news"),
    "claim committed": ("studyplans.reminders.sweeping", "sweep"),
    "leased": ("studyplans.reminders.sending", "Sender.send"),
    "writing": ("studyplans.reminders.sending", "letter_for"),
    "content": ("studyplans.reminders.channels.email", "SmtpLine._content"),
    "dot": ("studyplans.reminders.channels.email", "SmtpLine.answer"),
    "journalled": ("studyplans.reminders.sending", "Sender._wait_for"),
    "settling": ("studyplans.reminders.settling", "settle"),
}


def dispatch(at: datetime) -> None:
    from studyplans.reminders import claiming, sending, sweeping

    claiming.claim_all_due(at=at)
    sweeping.sweep(at=at)
    sending.send_due(now=lambda: at)


def die_at(step: str, on: int) -> None:
    """Kill this process when it calls the step's function for the n-th time."""
    module_name, path = STEPS[step]
    holder: Any = __import__(module_name, fromlist=["_"])
    *parents, name = path.split(".")
    for parent in parents:
        holder = getattr(holder, parent)
    calls = 0
    real: Callable[..., Any] = getattr(holder, name)

    def dying(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == on:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)

    setattr(holder, name, dying)


def sender(command: dict[str, Any]) -> int:
    """Fork a process that does what the command says; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    try:
        if command.get("die"):
            die_at(command["die"], command["on"])
        dispatch(datetime.fromisoformat(command["at"]))
    except BaseException as error:
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)
    os._exit(0)


def main() -> None:
    django.setup()
    if patience := os.environ.get("FINAL_REPLY_SECONDS"):
        settings.REMINDERS_FINAL_REPLY_SECONDS = float(patience)
    # Whatever is loaded late is loaded here, once for all.
    from django.urls import get_resolver

    from studyplans.reminders import claiming, sending, sweeping  # noqa: F401

    assert get_resolver().url_patterns
    for line in sys.stdin:
        command = json.loads(line)
        if "wait" in command:
            _, status = os.waitpid(command["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = sender(command)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
