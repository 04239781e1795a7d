"""A process that makes senders and mail servers: each is a fork of it, and may be killed.

Run as `python -m tests.studyplans.reminders.stage`.  It reads a JSON line per command from standard
input and answers with a line.  {"serve": mode, "port": n, "truth": file} forks a mail server;
{"at": moment, "port": n, "var": folder, "die": step or null, "on": n, "patience": seconds or null}
forks a process that dispatches as if it were that moment, and dies by kill -9 at the n-th time it
comes to the step; patience is how long it waits for the answer to a letter.  Both answer with the
pid.  {"wait": pid} answers when that process has ended.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from tests.studyplans.reminders import truth

# So few that several batches are needed, and the next is read while one goes out.
LEASED_AT_ONCE, READ_AHEAD = 40, 20
STEPS: dict[str, tuple[str, str]] = {
    # What is called right after the process has got that far.
    "claim, not committed": ("studyplans.reminders.claiming", "_write_news"),
    "claim committed": ("studyplans.reminders.sweeping", "sweep"),
    "leased": ("studyplans.reminders.sending", "Sender.send"),
    "read": ("studyplans.reminders.reading_ahead", "decided"),
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


def send(command: dict[str, Any]) -> None:
    from studyplans.reminders import leasing, sending, settling

    leasing.LEASED_AT_ONCE = LEASED_AT_ONCE
    sending.READ_AHEAD, sending.LEAST_IDLE = READ_AHEAD, -1.0
    # Each letter is settled while the next is on its way.
    settling.LONGEST_WAIT_SECONDS = 0.0
    settings.EMAIL_PORT = command["port"]
    settings.VAR_DIR = Path(command["var"])
    if command["patience"]:
        settings.REMINDERS_FINAL_REPLY_SECONDS = command["patience"]
    if command["die"]:
        die_at(command["die"], command["on"])
    dispatch(datetime.fromisoformat(command["at"]))


def serve(command: dict[str, Any]) -> int:
    """Fork a mail server; whoever calls after this finds its door open."""
    # Only where the protocol is named does asyncio send short replies without delay.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", command["port"]))
        listener.listen()
        return fork(lambda: take_mail(listener, Path(command["truth"]), command["serve"]))


def take_mail(listener: socket.socket, file: Path, mode: str) -> None:
    logging.disable()  # or it would tell of every line it hears
    asyncio.run(truth.serve(listener, file, mode))


def fork(work: Callable[[], None]) -> int:
    """Do this work in another process; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException as error:
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)
    os._exit(0)


def obey(command: dict[str, Any]) -> int:
    if "serve" in command:
        return serve(command)
    if "at" in command:
        return fork(lambda: send(command))
    _, status = os.waitpid(command["wait"], 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    django.setup()
    # Whatever is loaded late is loaded here, once for all.
    from django.urls import get_resolver

    from studyplans.reminders import claiming, sending, sweeping  # noqa: F401

    assert get_resolver().url_patterns
    for line in sys.stdin:
        sys.stdout.write(f"{obey(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
