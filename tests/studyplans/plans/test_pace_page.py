"""The page of pace: what was planned and what became of it."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import StudyPlan, StudySession
from studyplans.plans.pace_history import Happening, PlannedDay, consistency, entries_of
from studyplans.reviews.models import ReviewPreference
from tests.factories import make_curriculum, make_milestone, make_module, make_skill
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths
from tracker.accounts.models import User
from tracker.curricula.models import Area, Curriculum, SkillLevel
from tracker.progress.actions import (
    add_minutes,
    change_achievement,
    credit_background,
    set_state,
    undo_change,
)
from tracker.progress.models import AchievementEvent

pytestmark = pytest.mark.usefixtures("clock")
PACE = "/progress/pace/"


def words(page: Any) -> str:
    """Return the main part of a page as one line of text."""
    text = page.content.decode()
    main = text[text.index("<main") : text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def section(client: Client, slug: str) -> str:
    """Return the sentence of one chart."""
    return str(document(client, slug)["sentence"])


def document(client: Client, slug: str) -> dict[str, Any]:
    response = client.get(PACE, {"chart": slug, "format": "json"})
    [chart] = response.json()["charts"]
    return dict(chart)


def study(learner: User, key: str, *, minutes: int = 60, state: str = "done") -> None:
    change_achievement(
        learner=learner, milestone_key=key, at=wall.now(), minutes_spent=minutes, state=state
    )


def live_through(learner: User, clock: time_machine.Traveller, *, missing: set[int]) -> None:
    """Study each session of three weeks when it is planned, but for those numbered."""
    sessions = StudySession.objects.of(learner).planned().order_by("starts_at")
    for number, session in enumerate(list(sessions[:9])):
        clock.move_to(session.ends_at)
        if number not in missing:
            study(learner, session.milestone_key)
        actions.give_up_missed(learner=learner, ended_by=wall.now(), at=wall.now())
    clock.move_to("2026-03-23T09:00Z")


@pytest.fixture
def ada_after_three_weeks(clock: time_machine.Traveller, ada: User) -> User:
    """Ada had three evenings of an hour a week; she missed the second of nine."""
    ReviewPreference.objects.create(learner=ada, is_on=False)
    maths = make_maths(20)
    skill = make_skill()
    Area.objects.update(title="Mathematics")
    SkillLevel.objects.bulk_create(
        SkillLevel(milestone=milestone, skill=skill, proficiency=2)
        for milestone in maths.milestones.all()
    )
    enrol(ada, maths, at=wall.now())
    live_through(ada, clock, missing={1})
    return ada


def test_the_burn_up_stands_against_the_first_plan_and_the_range(
    ada_after_three_weeks: User, ada_client: Client
) -> None:
    chart = document(ada_client, "burn-up-maths")

    assert "8 h of 20 h done." in chart["sentence"]
    assert "it was 1 h less than in your first plan." in chart["sentence"]
    assert re.search(r"between \d+ \w{3} 2026 and \d+ \w{3} 2026\.", chart["sentence"])
    assert chart["rows"][:4] == [
        {"Week of": "2026-03-02", "Minutes done": 120, "Minutes in the first plan": 180},
        {"Week of": "2026-03-09", "Minutes done": 300, "Minutes in the first plan": 360},
        {"Week of": "2026-03-16", "Minutes done": 480, "Minutes in the first plan": 540},
        {"Week of": "2026-03-23", "Minutes done": 480, "Minutes in the first plan": 720},
    ]
    assert chart["rows"][-1]["Minutes done"] is None
    assert chart["rows"][-1]["Minutes in the first plan"] == 1200


def test_minutes_planned_and_real_by_week_and_area(
    ada_after_three_weeks: User, ada_client: Client
) -> None:
    weeks = document(ada_client, "weeks")

    assert weeks["sentence"] == "You wrote down 8 h of study in the last 3 weeks, with 9 h planned."
    assert [row["Minutes studied"] for row in weeks["rows"]] == [120, 180, 180, 0]
    assert [row["Minutes planned"] for row in weeks["rows"]] == [180, 180, 180, 180]
    assert document(ada_client, "areas")["rows"] == [
        {"Area": "Mathematics", "Minutes planned": 720, "Minutes studied": 480}
    ]


def test_consistency_is_over_planned_days(ada_after_three_weeks: User, ada_client: Client) -> None:
    chart = document(ada_client, "consistency")

    assert chart["sentence"].startswith("90 of 100: you studied on 8 of 9 planned days")
    assert [row["Days studied"] for row in chart["rows"]] == [2, 3, 3]


def test_estimates_are_told_by_area_once_there_is_enough(
    ada_after_three_weeks: User, ada_client: Client
) -> None:
    assert section(ada_client, "estimates") == "Mathematics takes you as long as estimated."

    for event in AchievementEvent.objects.filter(after__state="done")[:3]:
        add_minutes(
            learner=ada_after_three_weeks,
            milestone_key=event.milestone_key,
            minutes=48,
            at=wall.now(),
        )

    assert section(ada_client, "estimates") == "Mathematics takes you 1.3 times the estimate."


def test_an_area_with_two_milestones_has_no_ratio(
    ada: User, ada_client: Client, maths: Curriculum, clock: time_machine.Traveller
) -> None:
    enrol(ada, maths, at=wall.now())
    study(ada, "maths.m1", minutes=90)
    study(ada, "maths.m2", minutes=90)
    clock.shift(timedelta(days=8))

    assert "three finished milestones" in section(ada_client, "estimates")
    assert document(ada_client, "estimates")["rows"] == []


def test_the_calendar_is_a_table_of_six_months(
    ada_after_three_weeks: User, ada_client: Client
) -> None:
    page = ada_client.get(PACE).content.decode()
    table = page.split('<table class="activity">')[1].split("</table>")[0]

    assert table.count('scope="row"') == 7
    assert "2 Mar: 1, 1 h" in table
    assert "4 Mar: none" in table
    assert "24 Mar" not in table
    assert len(document(ada_client, "activity")["rows"]) == 25 * 7 + 1


def test_milestones_are_counted_by_state(ada_after_three_weeks: User, ada_client: Client) -> None:
    expected = "Of 20 milestones you follow: 8 done, 12 to do."

    assert section(ada_client, "states") == expected


def test_every_chart_has_a_sentence_a_table_and_its_data(
    ada_after_three_weeks: User, ada_client: Client
) -> None:
    page = ada_client.get(PACE)
    charts = ada_client.get(PACE, {"format": "json"}).json()["charts"]

    text = words(page)
    assert len(charts) == 7
    for chart in charts:
        answer = ada_client.get(PACE, {"chart": chart["chart"], "format": "csv"})
        rows = list(csv.reader(io.StringIO(answer.content.decode())))
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert len(rows) == len(chart["rows"]) + 1
        assert chart["sentence"] in text
        assert f"{chart['title']} as a table" in text
        assert f"?chart={chart['chart']}&amp;format=csv" in page.content.decode()


@pytest.mark.parametrize("asked", ["?format=csv", "?format=csv&chart=tides", "?format=json&chart="])
def test_a_chart_that_is_not_there_is_not_found(
    ada_after_three_weeks: User, ada_client: Client, asked: str
) -> None:
    assert ada_client.get(PACE + asked).status_code == 404


def test_every_link_to_data_leads_to_data(ada_after_three_weeks: User, ada_client: Client) -> None:
    page = ada_client.get(PACE).content.decode()
    links = [unescape(link) for link in re.findall(r'href="(\?[^"]*format=\w+)"', page)]
    answers = {link: ada_client.get(PACE + link) for link in links}

    assert len(answers) == 15
    for link, answer in answers.items():
        slug = link.removeprefix("?chart=").partition("&")[0]
        if link.endswith("csv"):
            named = f'attachment; filename="milepost-{slug}.csv"'
            assert answer["Content-Type"] == "text/csv; charset=utf-8"
            assert answer["Content-Disposition"] == named
        else:
            charts = answer.json()["charts"]
            assert answer["Content-Type"] == "application/json"
            assert [each["chart"] for each in charts] == [slug] or link == "?format=json"


def test_an_area_that_looks_like_a_formula_is_no_formula(
    ada_after_three_weeks: User, ada_client: Client
) -> None:
    for mark in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20":
        Area.objects.update(title=f"{mark}1+1")

        answer = ada_client.get(PACE, {"chart": "areas", "format": "csv"})

        rows = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
        assert rows[1] == [f"'{mark}1+1", "720", "480"]


def test_less_than_a_week_is_no_trend(
    ada: User, ada_client: Client, maths: Curriculum, clock: time_machine.Traveller
) -> None:
    enrol(ada, maths, at=wall.now())
    study(ada, "maths.m1")
    clock.shift(timedelta(days=6))

    early = words(ada_client.get(PACE))
    clock.shift(timedelta(days=1))
    later = words(ada_client.get(PACE))

    assert "Too early for a trend" in early
    assert "6 of 7 days so far" in early
    assert "Minutes by week" not in early
    assert "1 active day in the last six months" in early
    assert "Too early for a trend" not in later
    assert "Minutes by week" in later


def test_a_newcomer_is_shown_the_way(ada_client: Client) -> None:
    assert "Nothing to draw yet" in words(ada_client.get(PACE))


def test_the_page_of_progress_leads_there(ada_client: Client) -> None:
    assert f'href="{PACE}"' in ada_client.get("/progress/").content.decode()


def test_cleo_sees_nothing_of_adas(ada_after_three_weeks: User, cleo: User) -> None:
    client = logged_in(cleo)

    assert "Maths" not in words(client.get(PACE))
    assert client.get(PACE, {"format": "json"}).json() == {"charts": []}
    assert client.get(PACE, {"chart": "weeks", "format": "csv"}).status_code == 404


def test_a_visitor_is_asked_to_log_in(client: Client, transactional_db: None) -> None:
    assert client.get(PACE)["Location"] == "/accounts/login/?next=/progress/pace/"


def test_what_was_undone_was_no_activity(ada_after_three_weeks: User, ada_client: Client) -> None:
    event = AchievementEvent.objects.of(ada_after_three_weeks).latest("happened_at")
    undo_change(event=event, at=wall.now())

    activity = {row["Day"]: row for row in document(ada_client, "activity")["rows"]}

    assert activity["2026-03-20"]["Milestones worked on"] == 0
    assert activity["2026-03-23"]["Milestones worked on"] == 0
    assert [row["Minutes studied"] for row in document(ada_client, "weeks")["rows"]][2] == 120


def test_what_was_known_before_is_done_but_no_activity(
    ada: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    path = make_curriculum("path", credited_keys=["known"])
    module = make_module(path)
    make_milestone(module, "known")
    make_milestone(module, "new")
    enrol(ada, path, at=wall.now())
    credit_background(learner=ada, curriculum=path, at=wall.now())
    clock.shift(timedelta(days=8))

    assert section(ada_client, "burn-up-path").startswith("1 h of 2 h done.")
    assert section(ada_client, "activity") == "No active day in the last six months."


def test_days_are_the_learners_own(
    ada: User, ada_client: Client, maths: Curriculum, clock: time_machine.Traveller
) -> None:
    ada.time_zone = "Pacific/Auckland"
    ada.save()
    enrol(ada, maths, at=wall.now())
    clock.move_to("2026-03-02T15:30Z")  # half past four on the third of March in Auckland
    study(ada, "maths.m1")
    clock.shift(timedelta(days=8))

    activity = {row["Day"]: row for row in document(ada_client, "activity")["rows"]}

    assert activity["2026-03-02"]["Minutes studied"] == 0
    assert activity["2026-03-03"]["Minutes studied"] == 60


def test_a_skipped_session_is_neither_planned_nor_missed(
    ada_after_three_weeks: User, ada_client: Client
) -> None:
    missed = StudySession.objects.of(ada_after_three_weeks).filter(starts_at__date="2026-03-04")
    assert missed.update(state="skipped") == 1

    assert section(ada_client, "consistency").startswith("100 of 100: you studied on 8 of 8")


def test_queries_do_not_grow(ada: User, clock: time_machine.Traveller) -> None:
    enrol(ada, make_maths(20), at=wall.now())
    live_through(ada, clock, missing={1})
    few = queries(logged_in(ada))
    enrol(ada, make_maths(30, slug="stats"), at=wall.now(), windows=evenings(0, 1, 2, 3, 4, 5))
    for number in range(1, 20):
        set_state(learner=ada, milestone_key=f"stats.m{number}", state="done", at=wall.now())

    assert queries(logged_in(ada)) == few <= 30


def queries(client: Client) -> int:
    client.get(PACE)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(PACE).status_code == 200
    return len(captured)


def test_an_empty_plan_and_a_path_without_milestones_break_nothing(
    ada: User, clock: time_machine.Traveller
) -> None:
    enrol(ada, make_curriculum("bare"), at=wall.now())
    StudyPlan.objects.get(learner=ada).windows.all().delete()
    set_state(learner=ada, milestone_key="gone.key", state="done", at=wall.now())
    clock.shift(timedelta(days=400))

    client = logged_in(ada)
    assert client.get(PACE).status_code == 200
    assert client.get(PACE, {"format": "json"}).status_code == 200


# --- the arithmetic ---------------------------------------------------------------------------


def days(*kept: bool) -> list[PlannedDay]:
    first = date(2026, 1, 1)
    return [PlannedDay(first + timedelta(days=at), each) for at, each in enumerate(kept)]


def test_no_planned_day_has_no_score() -> None:
    assert consistency([]) is None


@given(st.integers(100, 250), st.data())
def test_one_miss_does_not_erase_a_year(count: int, data: st.DataObject) -> None:
    kept = [True] * count
    kept[data.draw(st.integers(0, count - 1))] = False

    assert 96 <= (consistency(days(*kept)) or 0) <= 100


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.data())
def test_keeping_one_more_day_never_lowers_the_score(kept: list[bool], data: st.DataObject) -> None:
    better = list(kept)
    better[data.draw(st.integers(0, len(kept) - 1))] = True
    before, after = consistency(days(*kept)), consistency(days(*better))

    assert before is not None
    assert after is not None
    assert 0 <= before <= after <= 100
    assert (after == 100) == all(better) or after >= 99


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 30))
def test_rest_costs_nothing(kept: list[bool], gap: int) -> None:
    spread = [PlannedDay(each.day + timedelta(days=gap), each.is_kept) for each in days(*kept)]

    assert consistency(spread) == consistency(days(*kept))


@given(st.lists(st.integers(-60, 60), max_size=12))
def test_minutes_that_stand_add_up_to_what_is_recorded(changes: list[int]) -> None:
    recorded, happenings = 0, []
    for number, change in enumerate(changes):
        taken = max(change, -recorded)
        recorded += taken
        happenings.append(happening(number, minutes=taken))

    entries = entries_of(happenings)

    assert sum(entry.minutes for entry in entries) == recorded
    assert all(entry.minutes > 0 for entry in entries)


def happening(number: int, *, minutes: int) -> Happening:
    at = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=number)
    return Happening(
        pk=number,
        key="m",
        at=at,
        day=at.date(),
        state_before="learning",
        state="learning",
        minutes=minutes,
        source="web",
        undoes_pk=None,
    )
