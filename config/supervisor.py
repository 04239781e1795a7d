"""`manage.py up`: all of Milepost on this machine, in one terminal."""

import argparse
import errno
import fcntl
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from config import embedded
from config.processes import ROOT, CannotStart, Children

DEFAULT_PORT = 8000
PORTS_TO_TRY = 50
SECONDS_TO_ANSWER = 60
WILDCARD_HOSTS = {"0.0.0.0", "::", ""}  # noqa: S104


def main(arguments: Sequence[str]) -> int:
    """Run until Ctrl-C, SIGTERM or the end of one of the processes; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    options = read_options(arguments)
    take_signals()
    try:
        run(options)
    except CannotStart as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def run(options: argparse.Namespace) -> None:
    with (
        locked(settings.VAR_DIR) as lock,
        listening_socket(options.host) as listener,
        Children(
            settings.VAR_DIR / "log", is_verbose=options.verbose, lock_fd=lock.fileno()
        ) as children,
    ):
        environment = start_servers(children, listener, options.host)
        prepare(children, environment, with_demo=settings.DEBUG and not options.no_demo)
        start_milepost(children, environment, listener)
        wait_until_it_answers(children, listener)
        say(welcome(environment, with_demo=settings.DEBUG and not options.no_demo))
        children.watch_for_ever()


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py up",
        description="Prepare everything and run Milepost: web, worker, beat and what they need.",
        epilog="PORT chooses the port, 8000 if it is free; README.md lists the other variables.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 lets other machines in"
    )
    parser.add_argument("--no-demo", action="store_true", help="make no demo accounts")
    parser.add_argument("--verbose", action="store_true", help="show all output of all processes")
    return parser.parse_args(arguments)


def take_signals() -> None:
    """Treat SIGTERM, and a closed terminal, like Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored means nohup
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


# --- what is taken before anything starts -----------------------------------------------------


@contextmanager
def locked(var_dir: Path) -> Iterator[IO[str]]:
    """Hold the data directory for this run alone."""
    var_dir.mkdir(parents=True, exist_ok=True)
    with (var_dir / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(
                f"Milepost is already running on the data in {var_dir}: stop it first, or give "
                "this one its own directory in MILEPOST_VAR."
            ) from error
        yield lock


def listening_socket(host: str) -> socket.socket:
    """Take the port now, so that nobody else can while we start."""
    if asked := os.environ.get("PORT"):
        return listen_on_asked(host, asked)
    for port in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TO_TRY):
        try:
            taken = listen(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise unusable(host, port, error) from error
            continue
        if port != DEFAULT_PORT:
            say(f"Port {DEFAULT_PORT} is taken by another program, so Milepost uses {port}.")
        return taken
    last = DEFAULT_PORT + PORTS_TO_TRY - 1
    raise CannotStart(f"Ports {DEFAULT_PORT} to {last} are all taken: choose another with PORT.")


def listen_on_asked(host: str, asked: str) -> socket.socket:
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked) <= 65535:
        raise CannotStart(f"PORT: {asked!r} is not a port number between 1 and 65535.")
    try:
        return listen(host, int(asked))
    except OSError as error:
        raise unusable(host, int(asked), error) from error


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def unusable(host: str, port: int, error: OSError) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        return CannotStart(
            f"PORT: {port} is taken by another program: stop that one, or choose another, for "
            f"example PORT={port + 1} python3 manage.py up"
        )
    if error.errno == errno.EACCES:
        return CannotStart(f"PORT: {port} is for the administrator only: choose one above 1023.")
    return CannotStart(f"--host: cannot listen on {host!r} ({error.strerror}).")


# --- the parts --------------------------------------------------------------------------------


def start_servers(children: Children, listener: socket.socket, host: str) -> dict[str, str]:
    """Start what Milepost stands on; return the environment that its processes need."""
    environment = os.environ | addresses(listener, host)
    environment["REDIS_URL"] = os.environ.get("REDIS_URL") or own_redis(children)
    if not embedded.answers(environment["REDIS_URL"]):
        raise CannotStart("REDIS_URL: no Redis answers there: start it, or leave REDIS_URL out.")
    if settings.DEBUG and not os.environ.get("EMAIL_URL"):
        environment["EMAIL_URL"] = start_mailbox(children)
    return environment


def addresses(listener: socket.socket, host: str) -> dict[str, str]:
    """Return the site's own address, where the environment does not say it already."""
    port = listener.getsockname()[1]
    is_open = host in WILDCARD_HOSTS
    shown = "localhost" if is_open else f"[{host}]" if ":" in host else host
    ours = {"SITE_URL": f"http://{shown}:{port}", "DEBUG": str(settings.DEBUG)}
    if is_open and settings.DEBUG:
        ours["ALLOWED_HOSTS"] = "*"
    return {name: value for name, value in ours.items() if not os.environ.get(name)}


def own_redis(children: Children) -> str:
    server = embedded.find_server()
    say(f"Starting {server}.")
    return embedded.start_redis(
        children,
        server=server,
        data_dir=settings.VAR_DIR / "redis",
    )


def start_mailbox(children: Children) -> str:
    """Start the SMTP server that keeps every mail for /mail/."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        "-m",
        "config.mailbox",
        "--port",
        str(port),
        "--directory",
        str(settings.MAILBOX_DIR),
    ]
    children.start("mail", [sys.executable, *command])
    return f"smtp://127.0.0.1:{port}"


def prepare(children: Children, environment: Mapping[str, str], *, with_demo: bool) -> None:
    """Bring the database, and in production the static files, up to date."""
    steps = [["migrate", "--no-input"], ["load_catalogue"]]
    if with_demo:
        steps.append(["make_demo"])
    if not settings.DEBUG:
        steps.append(["collectstatic", "--no-input"])
    for step in steps:
        say(f"Running {step[0]}.")
        children.run(step[0], [sys.executable, "manage.py", *step], environment)


def start_milepost(
    children: Children, environment: Mapping[str, str], listener: socket.socket
) -> None:
    worker = ["-m", "celery", "-A", "config", "worker", "-B", "-P", "threads", "-c", "4"]
    worker += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    web = ["-m", "gunicorn", "config.wsgi", "--bind", f"fd://{listener.fileno()}"]
    web += [
        "--worker-class",
        "gthread",
        "--threads",
        "4",
        "--graceful-timeout",
        "5",
        "--no-control-socket",
    ]
    children.start("worker", [sys.executable, *worker], environment=environment)
    children.start(
        "web", [sys.executable, *web], environment=environment, pass_fds=[listener.fileno()]
    )


def wait_until_it_answers(children: Children, listener: socket.socket) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while not is_healthy(listener):
        children.watch()
        if time.monotonic() > deadline:
            raise CannotStart(f"web does not answer: see {settings.VAR_DIR / 'log' / 'web.log'}")
        time.sleep(0.1)


def is_healthy(listener: socket.socket) -> bool:
    host, port = listener.getsockname()[:2]
    target = "localhost" if host in WILDCARD_HOSTS else host
    connection = http.client.HTTPConnection(target, port, timeout=5)
    try:
        # The site answers to its own name only.
        connection.request("GET", "/healthz", headers={"Host": settings.SITE_HOST})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


# --- what is said -----------------------------------------------------------------------------


def welcome(environment: Mapping[str, str], *, with_demo: bool) -> str:
    site = environment.get("SITE_URL", settings.SITE_URL)
    lines = ["", f"Milepost is ready:  {site}/"]
    if with_demo:
        lines += [f"  {line}" for line in demo_accounts()]
    if settings.DEBUG and environment.get("EMAIL_URL") != os.environ.get("EMAIL_URL"):
        lines.append(f"  mails it sends    {site}/mail/")
    lines += [
        f"  logs              {relative(settings.VAR_DIR / 'log')}",
        "Stop it with Ctrl-C.",
        "",
    ]
    return "\n".join(lines)


def demo_accounts() -> list[str]:
    """Return a line for each account that make_demo left its password of."""
    kept = settings.VAR_DIR / "demo-accounts.json"
    if not kept.exists():
        return []
    accounts = json.loads(kept.read_text())
    return [
        f"{who:<17} {each['email']}  password {each['password']}" for who, each in accounts.items()
    ]


def relative(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
