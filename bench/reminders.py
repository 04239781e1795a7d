"""Measure the outbox: `python -m bench.reminders` (takes about eight minutes).

The floor is what no sender can do without: ready bytes over kept smtplib connections.  Figures to
compare are the ratios within one run: of the best rounds, and the median of those in one round.
The sink is Postfix's `smtp-sink` where it is installed, and otherwise a small one of our own; it
takes everything and keeps nothing.  The database is a PostgreSQL server of its own, with fsync and
with the settings of docs/operating.md; where PostgreSQL is not installed it is a SQLite file, and
where DATABASE_URL names a database that one is filled.
"""

import asyncio
import itertools
import os
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import django

from bench.own_postgres import OwnServer, is_installed

# Of many, it weighs little that one sender ends some letters before the other.
MAILS = int(os.environ.get("BENCH_MAILS", "20000"))
HELD_MAILS, SLOW_MAILS = MAILS // 5, MAILS // 20
SCHEDULES = int(os.environ.get("BENCH_SCHEDULES", "1000000"))
ROUNDS, CLAIM_ROUNDS = 5, 3
AT = datetime(2027, 1, 4, 7, 0, tzinfo=UTC)
HELD_SECONDS = 0.001
# What docs/operating.md says of PostgreSQL.
TUNED = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
}
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "UTC")
SENDER, RECIPIENT = "hello@example.org", "learner@example.org"


# --- the sink ---------------------------------------------------------------------------------


class Sink(asyncio.Protocol):
    """Take every message, and think about each for `pause` seconds."""

    pause = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""
        self._is_content = self._is_thinking = False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._go_on()

    def _go_on(self) -> None:
        while not self._is_thinking and (self._content if self._is_content else self._command)():
            continue

    def _content(self) -> bool:
        _, dot, rest = self._buffer.partition(b"\r\n.\r\n")
        if not dot:
            return False
        self._buffer, self._is_content = rest, False
        if self.pause:
            self._is_thinking = True
            asyncio.get_running_loop().call_later(self.pause, self._take)
        else:
            self._take()
        return True

    def _take(self) -> None:
        self._transport.write(b"250 Taken\r\n")
        if self._is_thinking:
            self._is_thinking = False
            self._go_on()

    def _command(self) -> bool:
        line, end, rest = self._buffer.partition(b"\r\n")
        if not end:
            return False
        self._buffer = rest
        verb = line[:4].upper()
        self._is_content = verb == b"DATA"
        self._transport.write(REPLIES.get(verb, b"250 Ok\r\n"))
        return True


REPLIES = {
    b"EHLO": b"250-sink\r\n250 PIPELINING\r\n",
    b"DATA": b"354 Go on\r\n",
    b"QUIT": b"221 Bye\r\n",
}


async def serve_sink(port: int, pause: float) -> None:
    Sink.pause = pause
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=256)
    await server.serve_forever()


@contextmanager
def sink(*, pause: float = 0.0) -> Iterator[int]:
    """Run a sink and yield its port."""
    port = free_port()
    command = [sys.executable, "-m", "bench.reminders", "--sink", str(port), str(pause)]
    if not pause and (postfix := shutil.which("smtp-sink")):
        # It refuses to run as root, so root hands it to somebody without rights.
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [postfix, *user, f"127.0.0.1:{port}", "256"]
    process = subprocess.Popen(command)  # noqa: S603
    try:
        wait_for(port)
        yield port
    finally:
        process.kill()
        process.wait()


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the sink did not start")


# --- measuring --------------------------------------------------------------------------------


class Figure(NamedTuple):
    """Messages a second in each round, and the least processor time of our side for one."""

    rates: list[float]
    cpu_microseconds: float

    def best_times(self, other: "Figure") -> float:
        return max(self.rates) / max(other.rates)

    def usual_times(self, other: "Figure") -> float:
        """Return the median of what it was times the other in the same round."""
        return statistics.median(
            own / its for own, its in zip(self.rates, other.rates, strict=True)
        )


class Case(NamedTuple):
    """A way to send so many mails; what prepares it is not measured."""

    name: str
    mails: int
    work: Callable[[], None]
    prepare: Callable[[], None] = lambda: None


def in_turns(*cases: Case) -> dict[str, Figure]:
    """Measure all of them in each round: a machine is not as fast now as it was a minute ago."""
    rounds = [[measured(case) for case in cases] for _ in range(ROUNDS)]
    return {
        case.name: Figure([rate for rate, _ in own], min(cpu for _, cpu in own))
        for case, own in zip(cases, zip(*rounds, strict=True), strict=True)
    }


def measured(case: Case) -> tuple[float, float]:
    """Return messages a second, and our processor time for one in microseconds."""
    case.prepare()
    begin, cpu = time.perf_counter(), cpu_seconds()
    case.work()
    passed, used = time.perf_counter() - begin, cpu_seconds() - cpu
    return case.mails / passed, used / case.mails * 1e6


def cpu_seconds() -> float:
    """Return what this process and its ended children have used."""
    return sum(os.times()[:4])


def in_processes(number: int, work: Callable[[int], None]) -> None:
    """Do the work in so many forks at the same time."""
    from django.db import connections

    connections.close_all()
    pids = []
    for index in range(number):
        pid = os.fork()
        if not pid:
            work(index)
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        _, status = os.waitpid(pid, 0)
        assert status == 0


# --- the floors -------------------------------------------------------------------------------


def send_ready(port: int, content: bytes, mails: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for _ in range(mails):
            smtp.sendmail(SENDER, [RECIPIENT], content)


def send_grouped(port: int, content: bytes, mails: int) -> None:
    """Send the envelope as one group, as RFC 2920 allows."""
    from studyplans.reminders.mime import with_dots

    envelope = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\nDATA\r\n".encode()
    ready = with_dots(content)
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.ehlo()
        assert smtp.sock is not None
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(mails):
            smtp.sock.sendall(envelope)
            assert [smtp.getreply()[0] for _ in range(3)] == [250, 250, 354]
            smtp.sock.sendall(ready)
            assert smtp.getreply()[0] == 250


def floor(port: int, content: bytes, mails: int, *, connections: int) -> Case:
    return Case(
        f"floor: ready bytes, {connections} smtplib connection(s)",
        mails,
        lambda: in_processes(
            connections, lambda _: send_ready(port, content, mails // connections)
        ),
    )


# --- ours, and the ways others send -----------------------------------------------------------


def forget_deliveries(due: int) -> None:
    """Let so many schedules be due, and none have been claimed."""
    from studyplans.reminders.models import Delivery, MailServer, ReminderSchedule

    Delivery.objects.all().delete()
    MailServer.objects.all().delete()
    ReminderSchedule.objects.update(next_run_at=None, last_day=None)
    first = ReminderSchedule.objects.order_by("pk").values("pk")[:due]
    ReminderSchedule.objects.filter(pk__in=first).update(next_run_at=AT)
    # Or a round would clear away what the rounds before have left.
    refresh_statistics()


def ours(processes: int) -> None:
    """Claim, decide, read, render, build, send and settle, with so many senders.

    As `tasks.dispatch_due` has it: one process claims and then sends, and the others begin as soon
    as the first schedules are claimed.
    """
    from studyplans.reminders import claiming, sending

    def work(index: int) -> None:
        if index == 0:
            claiming.claim_all_due(at=AT)
        sending.send_due(now=lambda: AT)

    claiming.claim_due(at=AT)
    in_processes(processes, work)


def ours_with(senders: int, *, mails: int) -> Case:
    return Case(
        f"ours, all included, {senders} sender(s)",
        mails,
        lambda: ours(senders),
        lambda: forget_deliveries(mails),
    )


def django_messages(mails: int) -> None:
    """Send the same letters through Django's own classes, over one open connection."""
    from django.core.mail import get_connection

    from studyplans.reminders.letters import as_django_mail, letter_for
    from studyplans.reminders.models import Delivery
    from studyplans.reminders.selectors import decisions_on

    with get_connection() as connection:
        deliveries = list(Delivery.objects.select_related("learner")[:mails])
        for begin in range(0, mails, 200):
            for decision in decisions_on(deliveries[begin : begin + 200], at=AT):
                letter = letter_for(decision.delivery, decision.news)
                connection.send_messages([as_django_mail(letter)])


def one_task_a_mail(mails: int) -> None:
    """Send each mail as a task would, without Celery's own cost: own queries, own connection."""
    from studyplans.reminders.letters import as_django_mail, letter_for
    from studyplans.reminders.models import Delivery
    from studyplans.reminders.selectors import decisions_on

    for pk in list(Delivery.objects.values_list("pk", flat=True)[:mails]):
        delivery = Delivery.objects.select_related("learner").get(pk=pk)
        [decision] = decisions_on([delivery], at=AT)
        as_django_mail(letter_for(delivery, decision.news)).send()
        Delivery.objects.filter(pk=pk).update(status=Delivery.Status.SENT, settled_at=AT)


def claim_milliseconds(rounds: int = 15) -> float:
    """Return the median time of claiming 500."""
    from studyplans.reminders.claiming import claim_due
    from studyplans.reminders.models import Delivery

    Delivery.objects.all().delete()
    make_due(8_000)
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        assert claim_due(at=AT, limit=500) == 500
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1000


# --- data -------------------------------------------------------------------------------------


def fill(learners: int) -> None:
    """Write learners who each have one session today, in a path of a hundred milestones."""
    from allauth.account.models import EmailAddress

    from studyplans.plans.models import StudyPlan, StudySession
    from studyplans.reminders.models import ReminderSchedule
    from tracker.accounts.models import User
    from tracker.curricula.models import Curriculum, Milestone, Module
    from tracker.progress.models import Enrolment

    path = Curriculum.objects.create(slug="bench", title="Machine learning from the ground up")
    module = Module.objects.create(curriculum=path, key="all", title="All of it", position=0)
    Milestone.objects.bulk_create(
        Milestone(
            module=module,
            curriculum=path,
            key=f"bench.m{number}",
            title=f"Milestone {number}: what a gradient is & how to follow it",
            effort_minutes=60,
            done_when="You can show it.",
            position=number,
        )
        for number in range(100)
    )
    users = User.objects.bulk_create(
        (
            User(email=f"learner-{number}@example.org", password="-", time_zone="Europe/Berlin")  # noqa: S106
            for number in range(learners)
        ),
        batch_size=1000,
    )
    EmailAddress.objects.bulk_create(
        (EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users),
        batch_size=1000,
    )
    enrolments = Enrolment.objects.bulk_create(
        (
            Enrolment(learner=u, curriculum=path, started_on=AT.date(), enrolled_at=AT)
            for u in users
        ),
        batch_size=1000,
    )
    plans = StudyPlan.objects.bulk_create((StudyPlan(learner=u) for u in users), batch_size=1000)
    numbers = itertools.count()
    StudySession.objects.bulk_create(
        (
            StudySession(
                plan=plan,
                enrolment=enrolment,
                milestone_key=f"bench.m{next(numbers) % 100}",
                starts_at=AT + timedelta(hours=11 + 24 * day),
                ends_at=AT + timedelta(hours=12 + 24 * day),
            )
            for plan, enrolment in zip(plans, enrolments, strict=True)
            for day in (0, 2)
        ),
        batch_size=1000,
    )
    ReminderSchedule.objects.bulk_create(
        (
            ReminderSchedule(learner=user, time_zone=user.time_zone, next_run_at=AT)
            for user in users
        ),
        batch_size=1000,
    )


def more_schedules(total: int) -> None:
    """Grow to so many schedules of learners around the world, due at all minutes of the day."""
    from studyplans.reminders.models import ReminderSchedule
    from tracker.accounts.models import User

    have = ReminderSchedule.objects.count()
    for begin in range(have, total, 5000):
        numbers = range(begin, min(begin + 5000, total))
        users = User.objects.bulk_create(
            User(email=f"crowd-{n}@example.org", password="-", time_zone=ZONES[n % 5])  # noqa: S106
            for n in numbers
        )
        ReminderSchedule.objects.bulk_create(
            # Neighbours in the table have nothing in common but that.
            ReminderSchedule(learner=user, **due_at(minute=n * 7919 % 1440, zone=user.time_zone))
            for n, user in zip(numbers, users, strict=True)
        )


def due_at(*, minute: int, zone: str) -> dict[str, Any]:
    """Return the columns of a schedule that comes next at a minute of the day after AT."""
    moment = AT + timedelta(days=1, minutes=minute)
    local = moment.astimezone(ZoneInfo(zone))
    return {"time_zone": zone, "local_time": local.time(), "next_run_at": moment}


def a_letter() -> bytes:
    """Return one of our own digests as bytes."""
    from studyplans.reminders.letters import letter_for
    from studyplans.reminders.mime import Stationery
    from studyplans.reminders.models import Delivery
    from studyplans.reminders.selectors import decisions_on

    delivery = Delivery.objects.select_related("learner").first()
    assert delivery is not None
    [decision] = decisions_on([delivery], at=AT)
    return Stationery(at=AT).write(letter_for(delivery, decision.news))


# --- the report -------------------------------------------------------------------------------


def report(figures: dict[str, Figure], *, besides: str = "") -> None:
    """Print each beside the first of them, and where another is named beside that as well."""
    first, *_ = figures.values()
    other = figures.get(besides)
    print(f"{'':<52} {'mails/s':>9} {'x floor':>8} {'median':>8} {'x task':>8} {'CPU us':>9}")
    for name, figure in figures.items():
        best, usual = figure.best_times(first), figure.usual_times(first)
        times = f"{figure.best_times(other):.1f}" if other else ""
        print(
            f"{name:<52} {max(figure.rates):>9,.0f} {best:>8.2f} {usual:>8.2f} {times:>8}"
            f" {figure.cpu_microseconds:>9,.0f}"
        )


def point_at(port: int) -> None:
    from django.conf import settings

    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def measure_sending() -> None:
    from studyplans.reminders import claiming
    from studyplans.reminders.models import Delivery

    claiming.claim_all_due(at=AT)
    content = a_letter()
    print(f"{MAILS:,} digests of {len(content):,} bytes, best of {ROUNDS}.\n")
    with sink() as port:
        point_at(port)
        one, *more = (floor(port, content, MAILS, connections=number) for number in (1, 2, 4))
        tasks = Case(
            "one task, one connection a mail (without Celery)",
            SLOW_MAILS,
            lambda: one_task_a_mail(SLOW_MAILS),
        )
        report(
            in_turns(
                # What is compared goes side by side.
                one,
                ours_with(2, mails=MAILS),
                ours_with(1, mails=MAILS),
                *more,
                Case(
                    "floor: ready bytes, 1 connection, grouped envelope",
                    MAILS,
                    lambda: send_grouped(port, content, MAILS),
                ),
                tasks,
                Case(
                    "Django send_messages, one connection",
                    SLOW_MAILS,
                    lambda: django_messages(SLOW_MAILS),
                ),
            ),
            besides=tasks.name,
        )
        assert Delivery.objects.filter(status="sent").count() == MAILS
    with sink(pause=HELD_SECONDS) as port:
        point_at(port)
        for number in (1, 2):
            print(f"\nA server that thinks {HELD_SECONDS * 1000:.0f} ms, {number} at a time")
            held = floor(port, content, HELD_MAILS, connections=number)
            report(in_turns(held, ours_with(number, mails=HELD_MAILS)))


def measure_claiming() -> None:
    print(f"\nThe median claim of the best of {CLAIM_ROUNDS} rounds")
    print(f"{'schedules':>10} {'claim 500, ms':>14} {'x first':>8}")
    first = 0.0
    for total in sorted({min(10_000, SCHEDULES), min(100_000, SCHEDULES), SCHEDULES}):
        more_schedules(total)
        passed = min(claim_milliseconds() for _ in range(CLAIM_ROUNDS))
        first = first or passed
        print(f"{total:>10,} {passed:>14.1f} {passed / first:>8.2f}", flush=True)


def make_due(number: int) -> None:
    """Let so many schedules have come due in the last quarter of an hour, all others tomorrow.

    They lie all over the table, and each is due at its own local hour.
    """
    from studyplans.reminders.models import ReminderSchedule

    ReminderSchedule.objects.exclude(next_run_at__gt=AT).update(next_run_at=AT + timedelta(days=1))
    ids = list(ReminderSchedule.objects.order_by("pk").values_list("pk", flat=True))
    chosen = ids[:: max(len(ids) // number, 1)][:number]
    for minute, zone in itertools.product(range(15), ZONES):
        those = ReminderSchedule.objects.filter(pk__in=chosen[minute::15], time_zone=zone)
        those.update(**due_at(minute=-1440 - minute, zone=zone))
    refresh_statistics()


def refresh_statistics() -> None:
    """Do what a live server does by itself: without it PostgreSQL plans for empty tables."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


@contextmanager
def a_database(directory: str) -> Iterator[str]:
    """Yield the address of a database to fill."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
    elif is_installed():
        server = OwnServer(port=free_port(), settings=TUNED)
        try:
            yield server.url
        finally:
            server.close()
    else:
        yield f"sqlite:///{directory}/bench.sqlite3"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def main() -> None:
    if sys.argv[1:2] == ["--sink"]:
        asyncio.run(serve_sink(int(sys.argv[2]), float(sys.argv[3])))
        return
    with tempfile.TemporaryDirectory() as directory, a_database(directory) as database:
        os.environ |= {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "true",
            "MILEPOST_VAR": directory,
            "EMAIL_URL": "smtp://127.0.0.1:1",
        }
        django.setup()
        run()


def run() -> None:
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # which would keep every query in memory
    call_command("migrate", verbosity=0)
    fill(MAILS)
    refresh_statistics()
    measure_sending()
    measure_claiming()


if __name__ == "__main__":
    main()
