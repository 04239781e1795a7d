"""What authors learn about their milestones, and what nobody learns about one learner."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from celery.schedules import crontab
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import MONDAY_MORNING
from tests.factories import make_curriculum, make_learner, make_milestone, make_module
from tests.running import ROOT
from tests.tracker.conftest import signed_in
from tests.tracker.progress.pages import words
from tracker.accounts.models import User
from tracker.curricula import actions as authors
from tracker.curricula.authors import make_author
from tracker.curricula.models import Curriculum
from tracker.progress import actions
from tracker.progress.models import Achievement, MilestoneInsight
from tracker.progress.tasks import compute_insight

pytestmark = pytest.mark.django_db
PAGE = "/admin/progress/milestoneinsight/of/maths/1/"
FEW = "fewer than five learners so far"


@pytest.fixture(autouse=True)
def stopped_clock(clock: time_machine.Traveller) -> time_machine.Traveller:
    return clock


@pytest.fixture
def author() -> Client:
    ben = make_learner("ben@example.org")
    make_author(ben)
    return signed_in(ben)


@pytest.fixture
def crowd() -> Iterator[User]:
    """Learners without end, one after the other."""
    return (make_learner(f"learner{number}@example.org") for number in range(10_000))


def stand(
    crowd: Iterator[User],
    *states: str,
    key: str = "math.vec",
    minutes: int = 0,
    at: datetime = MONDAY_MORNING,
) -> None:
    """Let one new learner stand in each of these states with the milestone."""
    for state in states:
        actions.change_achievement(
            learner=next(crowd), milestone_key=key, at=at, state=state, minutes_spent=minutes
        )


def finish(crowd: Iterator[User], *minutes: int, key: str = "math.vec") -> None:
    for spent in minutes:
        stand(crowd, "done", key=key, minutes=spent)


def row_of(page: Any, title: str) -> str:
    """Return the text of a milestone's row, from its title to the next milestone."""
    body = page.content.decode().split("<tbody>", 1)[1].split("</table>")[0]
    rows = [words(_Part(row)) for row in body.split("</tr>")]
    return next(row for row in rows if row.startswith(title))


class _Part:
    def __init__(self, text: str) -> None:
        self.content = text.encode()


@pytest.mark.parametrize(("learners", "rows"), [(4, 0), (5, 1)])
def test_nothing_is_kept_from_fewer_than_five_learners(
    crowd: Iterator[User], learners: int, rows: int
) -> None:
    stand(crowd, *["learning"] * learners)

    compute_insight()

    assert MilestoneInsight.objects.count() == rows


def test_the_page_says_so_where_learners_are_too_few(
    author: Client, crowd: Iterator[User], maths: Curriculum
) -> None:
    stand(crowd, *["done"] * 5)
    stand(crowd, *["done"] * 4, key="math.mat")
    compute_insight()

    page = author.get(PAGE)

    assert FEW not in row_of(page, "Vectors")
    assert row_of(page, "Matrices") == f"Matrices 1 h {FEW}"


def test_insight_goes_when_learners_become_too_few(
    crowd: Iterator[User], clock: time_machine.Traveller
) -> None:
    stand(crowd, *["done"] * 5)
    compute_insight()

    User.objects.filter(achievements__state="done").order_by("pk")[0].delete()
    clock.shift(timedelta(days=1))
    compute_insight()

    assert not MilestoneInsight.objects.exists()


def test_the_database_itself_keeps_a_small_crowd_out() -> None:
    counts = dict.fromkeys(("started", "finished", "skipped", "stopped"), 0)
    fields = {f"learners_{name}": count for name, count in counts.items()}

    with pytest.raises(IntegrityError, match="insight_comes_from_five_learners"):
        MilestoneInsight.objects.create(
            milestone_key="math.vec", learners=4, computed_at=MONDAY_MORNING, **fields
        )


def test_those_who_only_looked_or_knew_it_already_are_not_counted(crowd: Iterator[User]) -> None:
    stand(crowd, "done", "learning", "skipped", "credited", "credited")
    actions.change_achievement(
        learner=next(crowd), milestone_key="math.vec", at=MONDAY_MORNING, note="Later."
    )

    compute_insight()

    assert not MilestoneInsight.objects.exists()


def test_counts_say_who_started_finished_skipped_and_stopped(crowd: Iterator[User]) -> None:
    long_ago = MONDAY_MORNING - timedelta(days=31)
    stand(crowd, "done", "done", "learning", "skipped", "skipped", "credited")
    stand(crowd, "skipped", "open", minutes=20)
    stand(crowd, "learning", "done", "skipped", "credited", at=long_ago)
    stand(crowd, "open", minutes=20, at=long_ago)

    compute_insight()

    counted = MilestoneInsight.objects.get()
    assert counted.learners == 11
    assert counted.learners_started == 8
    assert counted.learners_finished == 3
    assert counted.learners_skipped == 4
    assert counted.learners_stopped == 2
    assert counted.computed_at == MONDAY_MORNING


def test_who_did_not_touch_it_for_more_than_thirty_days_has_stopped(
    crowd: Iterator[User], clock: time_machine.Traveller
) -> None:
    stand(crowd, *["learning"] * 5)

    clock.move_to(MONDAY_MORNING + timedelta(days=30), tick=False)
    compute_insight()
    assert MilestoneInsight.objects.get().learners_stopped == 0

    clock.shift(timedelta(seconds=1))
    compute_insight()
    assert MilestoneInsight.objects.get().learners_stopped == 5


@pytest.mark.parametrize(
    ("minutes", "median"),
    [
        ((10, 500, 30, 20, 40), 30),
        ((10, 500, 30, 21, 40, 9), 25.5),
        ((0, 0, 10, 20, 30, 40, 50), 30),
        ((0, 10, 20, 30, 40), None),
    ],
)
def test_the_median_is_of_five_or_more_noted_times(
    crowd: Iterator[User], minutes: tuple[int, ...], median: float | None
) -> None:
    for spent in minutes:
        finish(crowd, 700, key="math.aaa")
        finish(crowd, spent)
    stand(crowd, "learning", "skipped", minutes=1)

    compute_insight()

    assert MilestoneInsight.objects.get(milestone_key="math.vec").median_minutes == median


def test_each_run_counts_anew(crowd: Iterator[User], clock: time_machine.Traveller) -> None:
    finish(crowd, *[60] * 5)
    compute_insight()
    compute_insight()

    finish(crowd, 90, 90, 90, 90, 90, 90)
    clock.shift(timedelta(days=1))
    compute_insight()

    counted = MilestoneInsight.objects.get()
    assert (counted.learners_finished, counted.median_minutes) == (11, 90)
    assert counted.computed_at == MONDAY_MORNING + timedelta(days=1)


def test_more_learners_and_milestones_cost_no_more_queries(crowd: Iterator[User]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            compute_insight()
        return len(captured)

    finish(crowd, *range(1, 6))
    few = queries()
    for key in ("a", "b", "c", "d"):
        finish(crowd, *range(1, 12), key=key)

    assert queries() == few
    assert MilestoneInsight.objects.count() == 5


def test_the_command_counts_at_once_and_tells_what_it_did(crowd: Iterator[User]) -> None:
    stand(crowd, *["done"] * 5)
    out = StringIO()

    call_command("compute_insight", stdout=out)

    assert "from 5 learners or more: 1." in out.getvalue()
    assert MilestoneInsight.objects.count() == 1


def test_beat_rings_every_night_for_a_task_that_the_worker_knows() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["compute-insight"]
    tasks = "from config.celery import app; app.loader.import_default_modules(); print(*app.tasks)"

    # In a process of its own: here the test itself has imported the task.
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-c", tasks], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert entry["task"] in found.stdout.split()
    assert entry["schedule"] == crontab(hour="2", minute="41")


# --- the page ---------------------------------------------------------------------------------


def test_the_page_holds_real_against_estimated_minutes(
    author: Client, crowd: Iterator[User], maths: Curriculum
) -> None:
    finish(crowd, 70, 78, 80, 60, 90)
    finish(crowd, *[60] * 5, key="math.mat")
    stand(crowd, "learning", "skipped")
    stand(crowd, *["skipped"] * 5, key="math.tensor")
    compute_insight()

    page = author.get(PAGE)

    assert row_of(page, "Vectors") == "Vectors 1 h 1 h 18 min, 1.3 times the estimate 6 5 1 0"
    assert row_of(page, "Matrices") == "Matrices 1 h 1 h, as estimated 5 5 0 0"
    assert row_of(page, "Tensors") == "Tensors 1 h fewer than five timed it 0 0 5 0"
    assert "Computed on 2 March 2026, 10:00 CET" in words(page)


def test_milestones_stand_in_their_order_below_their_module(
    author: Client, maths: Curriculum
) -> None:
    text = words(author.get(PAGE))

    places = [text.index(name) for name in ("Linear algebra", "Vectors", "Matrices", "Tensors")]
    assert places == sorted(places)


def test_the_page_says_where_most_learners_stop(
    author: Client, crowd: Iterator[User], maths: Curriculum
) -> None:
    long_ago = MONDAY_MORNING - timedelta(days=60)
    stand(crowd, *["learning"] * 5, at=long_ago)
    stand(crowd, *["learning"] * 6, key="math.mat", at=long_ago)
    compute_insight()

    page = author.get(PAGE)

    assert "Most learners stop at Matrices ." in words(page)
    assert "most learners stop here" in row_of(page, "Matrices")
    assert "most learners stop here" not in row_of(page, "Vectors")


def test_where_nobody_stops_nothing_is_marked(
    author: Client, crowd: Iterator[User], maths: Curriculum
) -> None:
    stand(crowd, *["learning"] * 5)
    compute_insight()

    assert "learners stop" not in words(author.get(PAGE)).casefold()


def test_before_the_first_night_the_page_says_what_it_waits_for(
    author: Client, maths: Curriculum
) -> None:
    assert "Nothing is computed yet" in words(author.get(PAGE))


def test_a_new_edition_keeps_the_insight_of_the_keys_it_keeps(
    author: Client, crowd: Iterator[User], maths: Curriculum
) -> None:
    draft = authors.draft_next_edition(curriculum=maths)
    draft.milestones.filter(key="math.tensor").delete()
    make_milestone(draft.modules.get(), "math.svd", title="SVD")
    stand(crowd, *["done"] * 5)
    stand(crowd, *["done"] * 5, key="math.tensor")
    compute_insight()

    first, second = (author.get(PAGE.replace("/1/", f"/{number}/")) for number in (1, 2))

    assert FEW not in row_of(first, "Vectors") + row_of(first, "Tensors")
    assert FEW not in row_of(second, "Vectors")
    assert FEW in row_of(second, "SVD")
    assert "Tensors" not in words(second)
    assert PAGE.encode() in second.content


def test_the_curriculums_page_leads_to_it(author: Client, maths: Curriculum) -> None:
    page = author.get(f"/admin/curricula/curriculum/{maths.pk}/change/")

    assert f'href="{PAGE}"'.encode() in page.content


def test_who_is_no_author_sees_nothing(
    cleo_browser: Client, client: Client, maths: Curriculum
) -> None:
    staff = make_learner("dora@example.org", is_staff=True)

    for browser in (client, cleo_browser):
        answer = browser.get(PAGE)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/admin/login/")
    assert signed_in(staff).get(PAGE).status_code == 403


def test_an_author_may_not_see_the_learners_behind_it(author: Client, maths: Curriculum) -> None:
    assert author.get("/admin/progress/achievement/").status_code == 403
    assert author.get("/admin/progress/milestoneinsight/").status_code == 403


def test_an_edition_that_is_not_there_is_not_found(author: Client, maths: Curriculum) -> None:
    assert author.get(PAGE.replace("/1/", "/7/")).status_code == 404
    assert author.get(PAGE.replace("maths", "latin")).status_code == 404


def test_nobody_writes_insight_by_hand(db: None) -> None:
    operator = signed_in(User.objects.create_superuser("root@example.org", "secret"))

    assert operator.get("/admin/progress/milestoneinsight/add/").status_code == 403


def test_a_longer_curriculum_costs_the_page_no_more_queries(
    author: Client, crowd: Iterator[User]
) -> None:
    def queries(slug: str, size: int) -> int:
        curriculum = make_curriculum(slug)
        for number in range(size * size):
            if number % size == 0:
                module = make_module(curriculum, f"module{number}")
            make_milestone(module, f"{slug}.m{number}")
        achieved = [
            Achievement(learner=learner, milestone_key=key, state="done", changed_at=MONDAY_MORNING)
            for learner in [next(crowd) for _ in range(5)]
            for key in curriculum.milestones.values_list("key", flat=True)
        ]
        Achievement.objects.bulk_create(achieved)
        compute_insight()
        page = PAGE.replace("maths", slug)
        author.get(page)  # what is fetched once per process is fetched here
        with CaptureQueriesContext(connection) as captured:
            assert FEW not in words(author.get(page))
        return len(captured)

    assert queries("short", 2) == queries("long", 5) <= 12
