"""Real processes, real connections, kill -9: nothing is lost, nothing comes twice.

The truth is the list of Message-IDs that a mail server in its own process accepted.  More random
runs than the twenty: MILEPOST_FAULT_RUNS=500.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from allauth.account.models import EmailAddress
from celery import Celery
from django.db import connection, connections

from bench.own_postgres import OwnServer, is_installed
from config import embedded
from config.processes import Child, Children
from studyplans.reminders import leasing, sweeping
from studyplans.reminders.models import Delivery, MailServer, ReminderSchedule
from studyplans.reminders.names import KindName
from studyplans.reminders.sending import WRITTEN_AT_ONCE
from tests.running import ROOT, all_processes, clean_environment, free_port
from tests.studyplans.reminders.beat import RING
from tests.studyplans.reminders.postgres import moved_to
from tests.studyplans.reminders.stage import LEASED_AT_ONCE
from tracker.accounts.models import User

pytestmark = pytest.mark.slow

AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
STALE_AT = datetime(2126, 3, 2, tzinfo=UTC)  # for workers, who look at the real clock
MAILS = 60
RUNS = int(os.environ.get("MILEPOST_FAULT_RUNS", "20"))


class Maker:
    """The process whose forks send and take mail: once up, it serves one test after another."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.studyplans.reminders.stage"],
            cwd=ROOT,
            env=clean_environment() | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **command: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Stage:
    """A mail server that knows the truth, and senders."""

    def __init__(self, directory: Path, maker: Maker, mode: str) -> None:
        self._truth = directory / "truth"
        self._truth.touch()
        self._port = free_port()
        self._maker = maker
        self._patience = 1.0 if mode == "stall" else None
        self.variables = variables(directory / "var", port=self._port)
        self.start_server(mode)

    def start(self, at: datetime, *, die: str | None = None, on: int = 1) -> int:
        """Start a process that dispatches; return its pid."""
        return self._maker.ask(
            at=at.isoformat(),
            port=self._port,
            var=self.variables["MILEPOST_VAR"],
            die=die,
            on=on,
            patience=self._patience,
        )

    def wait(self, pid: int) -> int:
        return self._maker.ask(wait=pid)

    def run(self, at: datetime, *, die: str | None = None, on: int = 1) -> int:
        return self.wait(self.start(at, die=die, on=on))

    def accepted(self) -> Counter[int]:
        """Return how often the server took a mail for each learner."""
        names = self._truth.read_text().split()
        return Counter(int(name.split("@")[0].split(".")[-2]) for name in names)

    def start_server(self, mode: str) -> None:
        self._server = self._maker.ask(serve=mode, port=self._port, truth=str(self._truth))

    def lose_journals(self) -> None:
        shutil.rmtree(Path(self.variables["MILEPOST_VAR"]) / "outbox")

    def end_server(self) -> None:
        """End it if it runs."""
        if self._server:
            os.kill(self._server, signal.SIGKILL)
            self.wait(self._server)
            self._server = 0


def variables(var: Path, *, port: int) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "true",
        "DATABASE_URL": database_url(),
        "MILEPOST_VAR": str(var),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }


def database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    own = connection.settings_dict
    access = f"{own['USER']}:{quote(own['PASSWORD'])}@{own['HOST']}:{own['PORT']}"
    return f"postgres://{access}/{name}"


@pytest.fixture(scope="session")
def maker_on(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Maker]]:
    """Make the process once for each database."""
    makers: dict[str, Maker] = {}

    def make(database: str) -> Maker:
        if database not in makers:
            nowhere = variables(tmp_path_factory.mktemp("maker"), port=1)
            makers[database] = Maker(nowhere)
        return makers[database]

    yield make
    for maker in makers.values():
        maker.close()


@pytest.fixture
def stage_in(
    transactional_db: None, tmp_path: Path, maker_on: Callable[[str], Maker]
) -> Iterator[Callable[[str], Stage]]:
    stages: list[Stage] = []

    def make(mode: str) -> Stage:
        stages.append(Stage(tmp_path, maker_on(database_url()), mode))
        return stages[-1]

    yield make
    for stage in stages:
        stage.end_server()


def waiting_mails(count: int = MAILS) -> None:
    """Write deliveries that need no plan, each for a learner of its own."""
    learners = User.objects.bulk_create(
        User(email=f"learner-{number}@example.org", password="-") for number in range(count)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=learner, email=learner.email, verified=True, primary=True)
        for learner in learners
    )
    Delivery.objects.bulk_create(
        Delivery(
            learner=learner,
            kind=KindName.TEST,
            occurrence="2026-03-02T0700",
            due_at=AT,
            stale_at=STALE_AT,
        )
        for learner in learners
    )
    # The forks write to the same database: nothing of ours may hold it.
    connections.close_all()


def statuses() -> Counter[str]:
    return Counter(Delivery.objects.values_list("status", flat=True))


def in_doubt() -> set[int]:
    return set(Delivery.objects.filter(doubts__gt=0).values_list("learner", flat=True))


def assert_nothing_lost_or_doubled(stage: Stage, *, doubts: int) -> None:
    accepted = stage.accepted()
    doubtful = in_doubt()
    sent = set(Delivery.objects.filter(status="sent").values_list("learner", flat=True))
    assert [count for count in accepted.values() if count > 1] == []
    assert sent <= accepted.keys()
    assert accepted.keys() <= sent | doubtful
    assert len(sent) + len(doubtful) == Delivery.objects.count()
    assert len(doubtful) <= doubts


@pytest.mark.parametrize("mode", ["plain", "pipelining"])
@pytest.mark.parametrize(
    ("step", "on", "doubts", "accepted"),
    [
        ("claim committed", 1, 0, MAILS),
        ("leased", 1, 0, MAILS),
        ("writing", 1, 0, MAILS),
        # One of the letters before is on its way while the next are being written.
        ("writing", WRITTEN_AT_ONCE + 3, 1, MAILS),
        ("content", 7, 1, MAILS - 1),
        ("dot", 7, 1, MAILS),
        ("journalled", 7, 0, MAILS),
        # The next letter is on its way while those before are being settled.
        ("settling", 1, 1, MAILS),
    ],
)
def test_a_sender_killed_at_a_step_loses_and_doubles_nothing(
    stage_in: Callable[[str], Stage], mode: str, step: str, on: int, doubts: int, accepted: int
) -> None:
    stage = stage_in(mode)
    waiting_mails()

    assert stage.run(AT, die=step, on=on) == -9
    assert stage.run(AT) == 0
    assert stage.run(AT + timedelta(minutes=2)) == 0

    assert len(in_doubt()) == doubts
    assert statuses() == Counter(sent=MAILS - doubts, **({"in doubt": doubts} if doubts else {}))
    assert stage.accepted().total() == accepted
    assert_nothing_lost_or_doubled(stage, doubts=doubts)


def test_a_sender_killed_while_it_reads_ahead_gives_that_back(
    stage_in: Callable[[str], Stage],
) -> None:
    stage = stage_in("pause")
    waiting_mails()

    assert stage.run(AT, die="read", on=2) == -9
    assert stage.accepted().total() <= LEASED_AT_ONCE
    assert stage.run(AT) == 0
    assert stage.run(AT + timedelta(minutes=2)) == 0

    assert_nothing_lost_or_doubled(stage, doubts=1)


@pytest.mark.parametrize("seed", range(RUNS))
def test_senders_killed_at_random_lose_and_double_nothing(
    stage_in: Callable[[str], Stage], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    stage = stage_in("pause")
    waiting_mails()
    kills = 0

    for _ in range(3):
        pids = [stage.start(AT), stage.start(AT)]
        time.sleep(chance.uniform(0.01, 0.12))  # how far they come is what chance decides here
        for pid in pids:
            if chance.random() < 0.7:
                os.kill(pid, signal.SIGKILL)
                kills += 1
        for pid in pids:
            assert stage.wait(pid) in (0, -9)
    for minutes in (0, 3, 10):
        assert stage.run(AT + timedelta(minutes=minutes)) == 0

    assert_nothing_lost_or_doubled(stage, doubts=kills)


@pytest.mark.parametrize(
    ("mode", "most_doubts"),
    [
        *[("busy", 0), ("drop-before-dot", MAILS // 10)],
        *[("drop-after-dot", MAILS // 10), ("stall", MAILS // 10)],
    ],
)
def test_a_misbehaving_server_gets_no_mail_twice(
    stage_in: Callable[[str], Stage], mode: str, most_doubts: int
) -> None:
    stage = stage_in(mode)
    waiting_mails()

    for minutes in (0, 2, 10):
        assert stage.run(AT + timedelta(minutes=minutes)) == 0

    assert_nothing_lost_or_doubled(stage, doubts=most_doubts)
    assert len(in_doubt()) == most_doubts


def test_a_refused_recipient_costs_the_next_letter_nothing(
    stage_in: Callable[[str], Stage],
) -> None:
    stage = stage_in("unknown")
    waiting_mails()

    assert stage.run(AT) == 0

    assert statuses() == Counter(sent=MAILS - MAILS // 10, failed=MAILS // 10)
    assert stage.accepted().total() == MAILS - MAILS // 10


def test_a_server_that_is_away_is_left_alone_until_it_is_back(
    stage_in: Callable[[str], Stage],
) -> None:
    stage = stage_in("plain")
    waiting_mails()
    stage.end_server()

    assert stage.run(AT) == 0

    assert statuses() == Counter(pending=MAILS)
    assert MailServer.objects.get().opened_at == AT
    assert stage.accepted().total() == 0


def test_a_server_that_lets_nobody_in_is_found_again(stage_in: Callable[[str], Stage]) -> None:
    stage = stage_in("refuse")
    waiting_mails()

    assert stage.run(AT) == 0
    assert statuses() == Counter(pending=MAILS)
    server = MailServer.objects.get()
    assert server.opened_at == AT
    assert "No mail here" in server.reason
    assert Delivery.objects.filter(attempts__gt=0).count() == 0

    stage.end_server()
    stage.start_server("pipelining")
    connections.close_all()
    assert stage.run(AT + timedelta(seconds=29)) == 0
    assert stage.accepted().total() == 0
    assert stage.run(AT + timedelta(seconds=30)) == 0
    assert statuses() == Counter(sent=MAILS)
    assert MailServer.objects.get().opened_at is None
    assert_nothing_lost_or_doubled(stage, doubts=0)


def test_two_claimers_and_one_that_dies_write_each_occurrence_once(
    stage_in: Callable[[str], Stage],
) -> None:
    stage = stage_in("plain")
    waiting_mails()
    Delivery.objects.all().delete()
    ReminderSchedule.objects.bulk_create(
        ReminderSchedule(learner=learner, time_zone=learner.time_zone, next_run_at=AT)
        for learner in User.objects.all()
    )
    connections.close_all()

    assert stage.run(AT, die="claim, not committed") == -9
    assert Delivery.objects.count() == 0
    connections.close_all()
    pids = [stage.start(AT), stage.start(AT)]
    assert [stage.wait(pid) for pid in pids] == [0, 0]

    assert statuses() == Counter(skipped=MAILS)  # nobody of them has a plan
    assert not ReminderSchedule.objects.filter(next_run_at__lte=AT).exists()


@pytest.fixture
def own_server(transactional_db: None) -> Iterator[OwnServer]:
    """Move to a database server that may be stopped."""
    if connection.vendor != "postgresql" or not is_installed():
        pytest.skip("it takes a PostgreSQL server to stop one")
    server = OwnServer(port=free_port(), settings={"fsync": "off"})
    try:
        with moved_to(server):
            yield server
    finally:
        server.close()


def test_a_database_that_restarts_leaves_nothing_in_doubt(
    own_server: OwnServer, stage_in: Callable[[str], Stage]
) -> None:
    stage = stage_in("pause")
    waiting_mails(300)

    for before in (60, 160):
        sender = stage.start(AT)
        until(lambda before=before: stage.accepted().total() > before)  # type: ignore[misc]
        own_server.stop()
        assert stage.wait(sender) == 1
        own_server.start()
    assert stage.run(AT) == 0
    assert stage.run(AT + timedelta(minutes=3)) == 0

    assert statuses() == Counter(sent=300)
    assert_nothing_lost_or_doubled(stage, doubts=0)


def test_a_machine_lost_with_its_journal_leaves_one_lease_in_doubt(
    stage_in: Callable[[str], Stage],
) -> None:
    stage = stage_in("plain")
    waiting_mails(LEASED_AT_ONCE + MAILS)

    assert stage.run(AT, die="content") == -9
    stage.lose_journals()
    assert stage.run(AT) == 0
    assert statuses() == Counter(leased=LEASED_AT_ONCE, sent=MAILS)
    assert stage.run(AT + leasing.LEASE + sweeping.WAIT_FOR_JOURNAL) == 0

    assert_nothing_lost_or_doubled(stage, doubts=LEASED_AT_ONCE)
    assert statuses() == {"in doubt": LEASED_AT_ONCE, "sent": MAILS}


def test_flushing_redis_and_killing_a_worker_change_nothing(
    stage_in: Callable[[str], Stage], tmp_path: Path
) -> None:
    stage = stage_in("pause")
    waiting_mails(300)
    with Children() as children:
        url = embedded.start_redis(
            children, server=embedded.find_server(), data_dir=children.run_dir
        )
        bell = Celery(broker=url.replace("unix://", "redis+socket://"), set_as_current=False)
        worker = started_worker(children, stage, url)

        bell.send_task(RING)
        until(lambda: stage.accepted().total() > 20)
        with redis.Redis.from_url(url) as client:
            client.flushall()
        os.kill(busiest_child(worker.group), signal.SIGKILL)
        for _ in range(100):
            bell.send_task(RING)
            time.sleep(0.2)
            # The one whose sender died would rest a minute.
            Delivery.objects.filter(status="pending").update(due_at=AT)
            if not statuses().keys() & {"pending", "leased"}:
                break
        bell.close()

    assert_nothing_lost_or_doubled(stage, doubts=1)


def test_beats_that_die_and_beats_that_double_change_nothing(
    stage_in: Callable[[str], Stage], tmp_path: Path
) -> None:
    stage = stage_in("pause")
    waiting_mails(600)  # more than one sender leases at once
    with Children() as children:
        url = embedded.start_redis(
            children, server=embedded.find_server(), data_dir=children.run_dir
        )
        dying = [
            started_beat(children, stage, url, str(tmp_path / side), side)
            for side in ("before", "after")
        ]
        assert [beat.wait() for beat in dying] == [-signal.SIGKILL] * 2
        assert stage.accepted().total() == 0

        started_worker(children, stage, url)
        for name in ("one", "two"):
            started_beat(children, stage, url, str(tmp_path / name))
        until(lambda: statuses() == Counter(sent=600), seconds=60)

    assert_nothing_lost_or_doubled(stage, doubts=0)


def started_beat(children: Children, stage: Stage, redis_url: str, *arguments: str) -> Child:
    command = [sys.executable, "-m", "tests.studyplans.reminders.beat", *arguments]
    environment = clean_environment() | stage.variables | {"REDIS_URL": redis_url}
    return children.start("beat", command, environment=environment, is_silent=True)


def started_worker(children: Children, stage: Stage, redis_url: str) -> Child:
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2", "-l", "INFO"]
    environment = clean_environment() | stage.variables | {"REDIS_URL": redis_url}
    return children.start("worker", command, environment=environment, is_silent=True)


def busiest_child(parent: int) -> int:
    """Return the worker's child that has used the most processor time (Linux only)."""
    used: dict[int, int] = {}
    for pid in all_processes():
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                used[pid] = int(fields[11]) + int(fields[12])
    return max(used, key=lambda pid: used[pid])


def until(is_so: Callable[[], bool], *, seconds: int = 30) -> None:
    for _ in range(seconds * 50):
        if is_so():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to that")
