"""The page on which learners say all about their time: every field, every error, every preview."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.availability import Availability
from studyplans.plans.models import PauseCause, Receipt, StudyPlan, StudySession, Style, Window
from studyplans.plans.selectors import time_of
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths, planned, week_data
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.models import Enrolment

URL = "/plan/week/"
THREE_EVENINGS = week_data(monday="19:00-20:00", wednesday="19:00-20:00", friday="19:00-20:00")
FIRST_WEEK = [
    ("maths.m1", "Mon 02 Mar 19:00"),
    ("maths.m2", "Wed 04 Mar 19:00"),
    ("maths.m3", "Fri 06 Mar 19:00"),
    ("maths.m4", "Mon 09 Mar 19:00"),
]


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    """Ada has four hours to learn, three evenings a week, from Monday 2 March."""
    enrol(ada, maths, at=wall.now())
    clock.shift(60)
    return ada


@pytest.fixture
def both(enrolled: User) -> tuple[Enrolment, Enrolment]:
    """Ada follows a second path of four hours beside the first."""
    enrol(enrolled, make_maths(slug="code"), at=wall.now())
    maths, code = Enrolment.objects.of(enrolled).select_related("curriculum")
    return maths, code


def rows(prefix: str, *listed: Mapping[str, str]) -> dict[str, str]:
    count = str(len(listed))
    data = {f"{prefix}-TOTAL_FORMS": count, f"{prefix}-INITIAL_FORMS": count}
    for number, row in enumerate(listed):
        data |= {f"{prefix}-{number}-{name}": text for name, text in row.items()}
    return data


def everything(**changes: str) -> dict[str, str]:
    """Return the page's data: three evenings, nothing else, and what the test changes."""
    answers = {"style": "soon", "minimum_piece_minutes": "25", **changes}
    return {**THREE_EVENINGS, **rows("breaks"), **rows("special"), **answers}


def breaks(*listed: tuple[str, str]) -> dict[str, str]:
    return rows("breaks", *({"starts_on": first, "ends_on": last} for first, last in listed))


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def undo(client: Client, response: Any) -> None:
    [offered] = [each.extra_tags for each in get_messages(response.wsgi_request)]
    client.post(offered.removeprefix("undo:"))


def page_of(response: Any) -> str:
    return str(response.content.decode())


def preview_in(response: Any) -> str:
    """Return the words of the preview."""
    card = page_of(response).split('id="preview"')[1].split("</section>")[0]
    return " ".join(card.split())


def remaining_breaks(learner: User) -> list[tuple[str, str, str]]:
    return [(str(b.starts_on), str(b.ends_on), b.note) for b in time_of(learner).breaks]


# --- every field ------------------------------------------------------------------------------


def test_saving_says_what_it_moved_and_can_be_undone(enrolled: User, ada_client: Client) -> None:
    answer = ada_client.post(URL, everything() | week_data(monday="19:00-21:00"))

    assert answer["Location"] == "/plan/"
    assert said(answer) == (
        "Your time is saved and your plan follows it. 3 sessions moved; "
        "finish moves from 9 March to 6 March (3 days earlier)."
    )
    undo(ada_client, answer)
    assert planned(enrolled) == FIRST_WEEK


def test_a_break_keeps_its_days_free(enrolled: User, ada_client: Client) -> None:
    row = {"starts_on": "2026-03-04", "ends_on": "2026-03-08", "note": "Lake"}

    ada_client.post(URL, everything() | rows("breaks", row))

    assert [start for _, start in planned(enrolled)][:2] == ["Mon 02 Mar 19:00", "Mon 09 Mar 19:00"]
    assert remaining_breaks(enrolled) == [("2026-03-04", "2026-03-08", "Lake")]


def test_a_break_without_a_last_day_is_one_day_off(enrolled: User, ada_client: Client) -> None:
    ada_client.post(URL, everything() | breaks(("2026-03-04", "")))

    assert [start for _, start in planned(enrolled)][:2] == ["Mon 02 Mar 19:00", "Fri 06 Mar 19:00"]


def test_what_is_stored_stands_on_the_page(enrolled: User, ada_client: Client) -> None:
    special = {"date": "2026-03-07", "from_1": "08:00", "to_1": "09:00"}
    special |= {"from_2": "10:00", "to_2": "11:00"}
    data = everything(style="steady", minimum_piece_minutes="40")
    ada_client.post(URL, data | breaks(("2026-03-04", "2026-03-05")) | rows("special", special))

    page = page_of(ada_client.get(URL))

    for name, value in [
        ("friday_1_from", "19:00"),
        ("breaks-0-starts_on", "2026-03-04"),
        ("breaks-0-ends_on", "2026-03-05"),
        ("special-0-date", "2026-03-07"),
        ("special-0-to_2", "11:00"),
        ("minimum_piece_minutes", "40"),
    ]:
        assert f'name="{name}" value="{value}"' in page
    assert 'value="steady" required id="id_style_1" checked' in page


def test_what_the_page_shows_can_be_sent_back_unchanged(enrolled: User, ada_client: Client) -> None:
    special = {"date": "2026-03-07", "from_1": "08:00", "to_1": "09:00"}
    data = everything() | breaks(("2026-03-04", "2026-03-05")) | rows("special", special)
    ada_client.post(URL, data)
    before = time_of(enrolled)

    ada_client.post(URL, data)

    assert words(time_of(enrolled)) == words(before)


def words(availability: Availability) -> list[str]:
    listed = (*availability.windows, *availability.breaks, *availability.special_windows)
    return [str(each) for each in listed]


def test_a_row_is_removed_by_its_box_and_by_clearing_it(enrolled: User, ada_client: Client) -> None:
    two = [{"starts_on": "2026-03-04"}, {"starts_on": "2026-03-11"}]
    ada_client.post(URL, everything() | rows("breaks", *two))
    assert len(remaining_breaks(enrolled)) == 2

    cleared = [{"starts_on": "", "ends_on": "", "note": ""}, {**two[1], "DELETE": "on"}]
    ada_client.post(URL, everything() | rows("breaks", *cleared))

    assert remaining_breaks(enrolled) == []


def test_a_row_to_be_removed_need_not_be_mended(enrolled: User, ada_client: Client) -> None:
    wrong = {"starts_on": "soon", "DELETE": "on"}

    assert ada_client.post(URL, everything() | rows("breaks", wrong)).status_code == 302


def test_a_special_day_has_times_of_its_own(enrolled: User, ada_client: Client) -> None:
    day = {"date": "2026-03-04", "from_1": "06:00", "to_1": "07:00"}
    day |= {"from_2": "21:00", "to_2": "22:00"}

    ada_client.post(URL, everything() | rows("special", day))

    assert [start for _, start in planned(enrolled)] == [
        "Mon 02 Mar 19:00",
        "Wed 04 Mar 06:00",
        "Wed 04 Mar 21:00",
        "Fri 06 Mar 19:00",
    ]


def test_days_that_are_over_stay_in_memory(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    special = {"date": "2026-03-03", "from_1": "08:00", "to_1": "09:00"}
    ada_client.post(URL, everything() | breaks(("2026-03-04", "")) | rows("special", special))
    clock.shift(timedelta(days=7))

    page = page_of(ada_client.get(URL))
    ada_client.post(URL, everything())

    assert "2026-03-04" not in page
    assert remaining_breaks(enrolled) == [("2026-03-04", "2026-03-04", "")]
    assert [str(each) for each in time_of(enrolled).special_windows] == ["2026-03-03 08:00-09:00"]


def test_a_part_that_is_not_sent_stays_as_it_is(enrolled: User, ada_client: Client) -> None:
    ada_client.post(URL, everything(style="steady") | breaks(("2026-03-04", "")))

    ada_client.post(URL, week_data(sunday="10:00-12:00"))

    stored = time_of(enrolled)
    assert [each.weekday for each in stored.windows] == [6]
    assert len(stored.breaks) == 1
    assert stored.style == Style.STEADY


def test_busy_times_outlive_saving(enrolled: User, ada_client: Client) -> None:
    evening = datetime.combine(date(2026, 3, 4), time(18), tzinfo=enrolled.zone)
    taken = (evening, evening + timedelta(hours=3))
    actions.set_busy(learner=enrolled, source="work", intervals=[taken], at=wall.now())

    ada_client.post(URL, everything())

    assert [start for _, start in planned(enrolled)][1] == "Fri 06 Mar 19:00"


def test_the_shortest_session_is_kept_to(enrolled: User, ada_client: Client) -> None:
    data = everything(minimum_piece_minutes="45") | week_data(monday="19:00-20:30")

    ada_client.post(URL, data)

    assert planned(enrolled)[:2] == [
        ("maths.m1", "Mon 02 Mar 19:00"),
        ("maths.m2", "Wed 04 Mar 19:00"),
    ]


def test_a_steady_plan_reaches_up_to_the_date(
    clock: time_machine.Traveller, ada: User, maths: Curriculum, ada_client: Client
) -> None:
    enrol(ada, maths, at=wall.now(), target_date=date(2026, 3, 29))

    ada_client.post(URL, everything(style="steady"))

    weeks = {start.split()[1] for _, start in planned(ada)}
    assert len(weeks) == 4
    assert planned(ada)[-1][1] > "Mon 23 Mar"


def test_a_path_goes_first(both: tuple[Enrolment, Enrolment], ada_client: Client) -> None:
    code = both[1]

    ada_client.post(URL, everything(focus=str(code.pk)))

    keys = [key for key, _ in planned(code.learner)]
    assert keys == [f"{slug}.m{n}" for slug in ("code", "maths") for n in range(1, 5)]


def test_shares_are_kept_to(both: tuple[Enrolment, Enrolment], ada_client: Client) -> None:
    maths, code = both
    shares = {f"share_{maths.pk}": "25", f"share_{code.pk}": "75"}

    ada_client.post(URL, everything(**shares))

    first_four = [key.split(".")[0] for key, _ in planned(code.learner)][:4]
    assert first_four.count("code") == 3
    assert time_of(code.learner).shares == {maths.pk: 25, code.pk: 75}


def test_a_path_that_rests_keeps_its_share(
    both: tuple[Enrolment, Enrolment], ada_client: Client
) -> None:
    maths, code = both
    ada_client.post(URL, everything(**{f"share_{code.pk}": "60"}))
    enrol(maths.learner, make_maths(slug="data"), at=wall.now())
    Enrolment.objects.filter(pk=code.pk).update(state=Enrolment.State.PAUSED)

    ada_client.post(URL, everything(**{f"share_{maths.pk}": "30"}))

    assert time_of(maths.learner).shares == {maths.pk: 30, code.pk: 60}


def test_one_path_alone_has_nothing_to_share(enrolled: User, ada_client: Client) -> None:
    page = page_of(ada_client.get(URL))

    assert "Shares of your week" not in page
    assert "One path first" not in page


def test_a_halved_week_can_be_saved_again(enrolled: User, ada_client: Client) -> None:
    ada_client.post(URL, everything() | week_data(monday="19:00-19:15"))
    actions.halve_week(learner=enrolled, at=wall.now())
    short = {"date": "2026-03-02", "from_1": "19:00", "to_1": "19:07"}
    assert 'name="special-0-to_1" value="19:07"' in page_of(ada_client.get(URL))

    answer = ada_client.post(URL, everything() | rows("special", short))

    assert answer.status_code == 302


@pytest.mark.usefixtures("clock")
def test_someone_new_can_say_their_time_before_any_path(ada: User, ada_client: Client) -> None:
    assert "Enrol in a path" in preview_in(ada_client.get(URL))
    assert "3 h a week" in preview_in(ada_client.post(URL, everything(preview="1")))
    assert not StudyPlan.objects.exists()

    ada_client.post(URL, everything())

    assert time_of(ada).weekly_minutes == 180


# --- every error ------------------------------------------------------------------------------


def special(**row: str) -> dict[str, str]:
    return rows("special", row)


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        (
            week_data(monday="20:00-19:00"),
            "monday_1_to",
            "Monday ends at 19:00, not after its start. Make it later.",
        ),
        (breaks(("soon", "")), "breaks-0-starts_on", "Write a date such as 2027-01-31."),
        (breaks(("", "2026-03-09")), "breaks-0-starts_on", "Give the first day of this break."),
        (
            breaks(("2026-03-09", "2026-03-08")),
            "breaks-0-ends_on",
            "This is before the first day. Choose that day or later.",
        ),
        (
            breaks(("2026-03-09", "2027-03-11")),
            "breaks-0-ends_on",
            "This is more than a year. Pause the plan instead.",
        ),
        (
            breaks(("2026-02-20", "2026-03-01")),
            "breaks-0-ends_on",
            "This day is over. Choose a later one, or remove the row.",
        ),
        (
            breaks(("2026-03-01", "")),
            "breaks-0-starts_on",
            "This day is over. Choose a later one, or remove the row.",
        ),
        (breaks(("9999-12-31", "")), "breaks-0-starts_on", "Choose a day within ten years."),
        (
            rows("breaks", {"starts_on": "2026-03-09", "note": "a" * 81}),
            "breaks-0-note",
            "Ensure this value has at most 80 characters (it has 81).",
        ),
        (
            special(date="2026-03-09"),
            "special-0-from_1",
            "Give this day a time. A day without any is a day off.",
        ),
        (
            special(date="2026-03-09", from_1="09:00"),
            "special-0-to_1",
            "This day lacks its end. Add it, or clear both times.",
        ),
        (
            special(date="2026-03-09", from_1="09:00", to_1="08:00"),
            "special-0-to_1",
            "This day ends at 08:00, not after its start. Make it later.",
        ),
        (
            special(date="2026-03-09", from_1="09:00", to_1="11:00", from_2="10:00", to_2="12:00"),
            "special-0-from_2",
            "The two times overlap.",
        ),
        (
            special(date="2026-03-01", from_1="09:00", to_1="10:00"),
            "special-0-date",
            "This day is over. Choose a later one, or remove the row.",
        ),
        (
            special(from_1="09:00", to_1="10:00"),
            "special-0-date",
            "Give the date of these times.",
        ),
        (
            rows("special", *[{"date": "2026-03-09", "from_1": "09:00", "to_1": "10:00"}] * 2),
            "special-1-date",
            "This date is there twice. Put its times into one row.",
        ),
        (
            {"minimum_piece_minutes": "4"},
            "minimum_piece_minutes",
            "Ensure this value is greater than or equal to 5.",
        ),
        (
            {"minimum_piece_minutes": "181"},
            "minimum_piece_minutes",
            "Ensure this value is less than or equal to 180.",
        ),
        ({"minimum_piece_minutes": "some"}, "minimum_piece_minutes", "Enter a whole number."),
        (
            {"style": "never"},
            "style",
            "Select a valid choice. never is not one of the available choices.",
        ),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    enrolled: User, ada_client: Client, change: dict[str, str], field: str, why: str
) -> None:
    data = everything() | week_data(sunday="08:00-08:45") | change
    before = words(time_of(enrolled)), planned(enrolled), Receipt.objects.count()

    answer = ada_client.post(URL, data)

    assert answer.status_code == 422
    assert error_beside(field, answer) == why
    for name in change.keys() - {"style"}:
        assert f'name="{name}" value="{change[name]}"' in page_of(answer)
    assert 'name="sunday_1_to" value="08:45"' in page_of(answer)
    assert (words(time_of(enrolled)), planned(enrolled), Receipt.objects.count()) == before


def error_beside(field: str, answer: Any) -> str:
    """Return the error that the field's aria-describedby leads to."""
    _, _, after = page_of(answer).partition(f'id="id_{field}_error"')
    return after.split("<p>")[1].split("</p>")[0] if after else ""


def test_shares_of_more_than_all_are_refused(
    both: tuple[Enrolment, Enrolment], ada_client: Client
) -> None:
    maths, code = both
    shares = {f"share_{maths.pk}": "70", f"share_{code.pk}": "50"}

    answer = ada_client.post(URL, everything(**shares))

    assert answer.status_code == 422
    assert error_beside(f"share_{code.pk}", answer) == (
        "Together the shares are 120 %. Take 20 away."
    )
    assert f'name="share_{maths.pk}" value="70"' in page_of(answer)


@pytest.mark.parametrize("percent", ["0", "101", "half"])
def test_a_share_is_a_number_of_percent(
    both: tuple[Enrolment, Enrolment], ada_client: Client, percent: str
) -> None:
    name = f"share_{both[0].pk}"

    answer = ada_client.post(URL, everything(**{name: percent}))

    assert answer.status_code == 422
    assert error_beside(name, answer)


def test_a_share_of_all_leaves_nothing_for_the_others(
    both: tuple[Enrolment, Enrolment], ada_client: Client
) -> None:
    maths, code = both

    answer = ada_client.post(URL, everything(**{f"share_{maths.pk}": "100"}))

    assert error_beside(f"share_{code.pk}", answer) == (
        "Nothing is left for this path. Lower another share."
    )


def test_rows_have_an_end(enrolled: User, ada_client: Client) -> None:
    many = breaks(*[("2026-04-01", "")] * 41)

    answer = ada_client.post(URL, everything() | many)

    assert answer.status_code == 422
    assert "Keep it to 40 rows." in page_of(answer)


@pytest.mark.parametrize("count", ["9" * 5000, "x"])
def test_a_mangled_count_of_rows_is_refused(enrolled: User, ada_client: Client, count: str) -> None:
    data = everything(add="breaks") | {"breaks-TOTAL_FORMS": count}

    assert ada_client.post(URL, data).status_code == 200
    data.pop("add")
    assert ada_client.post(URL, data).status_code == 422
    assert planned(enrolled) == FIRST_WEEK


# --- another row, and the preview -------------------------------------------------------------


def test_another_row_is_one_click_and_keeps_what_was_typed(
    enrolled: User, ada_client: Client
) -> None:
    row = {"starts_on": "2026-03-04", "note": "Lake"}

    answer = ada_client.post(URL, everything(add="breaks") | rows("breaks", row))

    assert answer.status_code == 200
    assert 'name="breaks-0-note" value="Lake"' in page_of(answer)
    assert 'name="breaks-1-starts_on"' in page_of(answer)
    assert 'name="breaks-TOTAL_FORMS" value="2"' in page_of(answer)
    assert remaining_breaks(enrolled) == []


def test_the_page_says_where_things_stand(enrolled: User, ada_client: Client) -> None:
    card = preview_in(ada_client.get(URL))

    assert "3 h a week" in card
    assert "<strong>Maths</strong>: finish on 9 March." in card


def test_the_preview_says_before_and_after_for_every_path_and_stores_nothing(
    both: tuple[Enrolment, Enrolment], ada_client: Client
) -> None:
    learner = both[0].learner
    before = words(time_of(learner)), list(StudySession.objects.of(learner).values())
    receipts = Receipt.objects.count()

    data = everything(preview="1") | breaks(("2026-03-09", "2026-03-15"))
    card = preview_in(ada_client.post(URL, data))

    assert "<strong>Maths</strong>: finish moves from " in card
    assert "<strong>Code</strong>: finish moves from " in card
    assert "from 16 March to 23 March (7 days later)." in card
    assert "from 18 March to 25 March (7 days later)." in card
    after = words(time_of(learner)), list(StudySession.objects.of(learner).values())
    assert after == before
    assert Receipt.objects.count() == receipts


def test_the_preview_promises_what_saving_does(enrolled: User, ada_client: Client) -> None:
    StudySession.objects.filter(milestone_key="maths.m2").update(is_pinned=True)
    data = everything() | week_data(monday="19:00-21:00", wednesday="-", friday="-")

    card = preview_in(ada_client.post(URL, {**data, "preview": "1"}))
    answer = ada_client.post(URL, data)

    promise = card.split("</strong>: ")[1].split("</li>")[0].strip().rstrip(".")
    assert promise
    assert promise in said(answer)


def test_the_preview_adds_up_the_shares(
    both: tuple[Enrolment, Enrolment], ada_client: Client
) -> None:
    maths, code = both
    one = everything(preview="1", **{f"share_{maths.pk}": "30"})

    assert "30 % given, 70 % by the work left." in preview_in(ada_client.post(URL, one))
    two = one | {f"share_{code.pk}": "45"}
    assert "75 % given." in preview_in(ada_client.post(URL, two))


def test_a_preview_of_half_an_answer_is_no_error(enrolled: User, ada_client: Client) -> None:
    data = everything(preview="1") | special(date="2026-03-09", from_1="09:00")

    answer = ada_client.post(URL, data)

    assert answer.status_code == 200
    assert "No new dates yet. This day lacks its end." in preview_in(answer)


def test_the_preview_says_how_full_the_time_before_a_date_is(
    clock: time_machine.Traveller, ada: User, maths: Curriculum, ada_client: Client
) -> None:
    enrol(ada, maths, at=wall.now(), target_date=date(2026, 3, 6))

    card = preview_in(ada_client.get(URL))

    assert "4 h to learn in 3 h of study time, 2 March to 6 March 2026 (134 %)" in card
    assert "That is more than fits." in card
    assert "3 days after 6 March 2026, the date you hope for." in card


def test_the_way_to_a_booked_exam_counts_as_dated(
    clock: time_machine.Traveller, ada: User, ada_client: Client
) -> None:
    module = make_module(cert := make_curriculum("cert"))
    lesson = make_milestone(module, "cert.learn", effort_minutes=90)
    make_milestone(module, "cert.exam", kind="exam", effort_minutes=120, requires=(lesson,))
    enrol(ada, cert, at=wall.now())
    clock.shift(60)
    begins = datetime.combine(date(2026, 3, 5), time(8), tzinfo=ada.zone)
    StudySession.objects.filter(milestone_key="cert.exam").update(
        starts_at=begins, ends_at=begins + timedelta(hours=2), is_pinned=True
    )

    card = preview_in(ada_client.get(URL))

    assert "1 h 30 min to learn in 2 h of study time, 2 March to 5 March 2026 (75 %)" in card


def test_too_little_time_is_said(enrolled: User, ada_client: Client) -> None:
    enrol(enrolled, make_maths(10, minutes=6000, slug="vast"), at=wall.now())

    data = {**week_data(monday="19:00-19:30"), "preview": "1"}

    assert "Not everything fits within five years." in preview_in(ada_client.post(URL, data))


@pytest.mark.parametrize("data", [None, everything(preview="1"), everything()])
def test_queries_do_not_grow(
    enrolled: User, ada_client: Client, data: dict[str, str] | None
) -> None:
    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            ada_client.get(URL) if data is None else ada_client.post(URL, data)
        return len(asked)

    enrol(enrolled, make_maths(4, slug="tiny"), at=wall.now())
    few = ask()
    for slug in ("code", "data"):
        enrol(enrolled, make_maths(40, slug=slug), at=wall.now())
    many = ask()

    assert many == few
    assert data or many <= 20


# --- the pause --------------------------------------------------------------------------------


def test_pausing_until_a_day_and_undoing_it(enrolled: User, ada_client: Client) -> None:
    answer = ada_client.post("/plan/pause/", {"resumes_on": "2026-03-10"})

    assert answer["Location"] == "/plan/"
    assert said(answer).startswith("Your plan is paused until Tuesday 10 March 2026.")
    assert planned(enrolled)[0] == ("maths.m1", "Wed 11 Mar 19:00")
    undo(ada_client, answer)
    assert planned(enrolled) == FIRST_WEEK
    assert not StudyPlan.objects.get().is_paused


def test_pausing_without_a_day_and_going_on(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    ada_client.post("/plan/pause/")
    assert planned(enrolled) == []
    page = page_of(ada_client.get(URL))
    assert "Nothing is planned until you come back." in page
    clock.shift(timedelta(days=7))

    answer = ada_client.post("/plan/resume/")

    assert said(answer).startswith("Welcome back. Your plan starts again from now.")
    assert planned(enrolled)[0] == ("maths.m1", "Mon 09 Mar 19:00")


def test_times_can_be_changed_during_a_pause(enrolled: User, ada_client: Client) -> None:
    StudySession.objects.filter(milestone_key="maths.m1").update(is_pinned=True)
    actions.pause_plan(learner=enrolled, cause=PauseCause.LEARNER, at=wall.now())

    card = preview_in(ada_client.post(URL, everything(preview="1")))
    ada_client.post(URL, everything() | week_data(sunday="10:00-11:00"))

    assert "these times count from when it goes on" in card
    assert "finish" not in card
    assert "Not everything fits" not in card
    assert time_of(enrolled).weekly_minutes == 240
    assert StudyPlan.objects.get().is_paused


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-03-02", "Choose a day after today."),
        ("9999-12-31", "Choose a day within ten years."),
        ("soon", "Write a date such as 2027-01-31."),
    ],
)
def test_a_pause_ends_on_a_day_to_come(
    enrolled: User, ada_client: Client, day: str, why: str
) -> None:
    answer = ada_client.post("/plan/pause/", {"resumes_on": day})

    assert answer.status_code == 422
    assert error_beside("resumes_on", answer) == why
    assert f'name="resumes_on" value="{day}"' in page_of(answer)
    assert planned(enrolled) == FIRST_WEEK


# --- who may ----------------------------------------------------------------------------------


def test_cleo_sees_and_touches_only_her_own_time(
    both: tuple[Enrolment, Enrolment], cleo: User, ada_client: Client
) -> None:
    ada_client.post(URL, everything() | rows("breaks", {"starts_on": "2026-03-04", "note": "Lake"}))
    maths, code = both
    before = planned(maths.learner)
    client = logged_in(cleo)

    page = page_of(client.get(URL))
    client.post(URL, everything(focus=str(code.pk), **{f"share_{code.pk}": "90"}))
    client.post("/plan/pause/")

    assert "Lake" not in page
    assert "Code" not in page
    assert planned(maths.learner) == before
    assert (time_of(cleo).focus_id, time_of(cleo).shares) == (None, {})
    assert not StudyPlan.objects.get(learner=maths.learner).is_paused


def test_a_path_of_someone_else_cannot_go_first(
    both: tuple[Enrolment, Enrolment], cleo: User
) -> None:
    for enrolment in both:
        enrol(cleo, enrolment.curriculum, at=wall.now())

    answer = logged_in(cleo).post(URL, everything(focus=str(both[0].pk)))

    assert answer.status_code == 422
    assert "Select a valid choice." in error_beside("focus", answer)


@pytest.mark.parametrize("url", [URL, "/plan/pause/", "/plan/resume/"])
def test_visitors_are_asked_to_log_in(client: Client, enrolled: User, url: str) -> None:
    answer = client.post(url, everything())

    assert answer["Location"].startswith("/accounts/login/")
    assert Window.objects.count() == len(evenings(0, 2, 4))
