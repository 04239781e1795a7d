"""The readiness page: how ready for which role, why, and what to do next."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.test import Client
from time_machine import Traveller

from tests.factories import (
    make_curriculum,
    make_enrolment,
    make_milestone,
    make_module,
    make_skill,
)
from tests.tracker.conftest import signed_in
from tests.tracker.progress.pages import press, told, words, write
from tests.tracker.readiness.conftest import make_role
from tracker.accounts.models import User
from tracker.assessments.models import Invitation, Work
from tracker.assessments.showing import token_for
from tracker.credentials.actions import add_certification
from tracker.curricula.models import (
    Area,
    Certification,
    Curriculum,
    RoleProfile,
    SkillRequirement,
)
from tracker.progress.models import Achievement, AchievementEvent, Enrolment
from tracker.readiness.models import TargetRole

PAGE = "/readiness/"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("clock")


def score(client: Client, role: str = "mle-entry") -> str:
    """Return the exact score the page shows."""
    text = words(client.get(PAGE, {"role": role}))
    return text.split("Score, exactly ")[1].split()[0]


def judge(client: Client, key: str) -> None:
    """Show finished work that does all it should."""
    sent = {"url": "https://example.org/work", "mark_0": "yes", "is_finished": "on"}
    assert client.post(f"/milestones/{key}/work/", sent).status_code == 302


def confirm(key: str) -> None:
    """Let Ben confirm it through the link he was sent."""
    invitation = Invitation.objects.create(
        work=Work.objects.get(milestone_key=key),
        email="ben@example.org",
        invited_at=NOON,
        expires_at=NOON + timedelta(days=14),
    )
    address = f"/shown/{token_for(invitation)}/"
    assert Client().post(address, {"verdict": "confirmed"}).status_code == 302


@pytest.mark.usefixtures("heading_for_entry")
def test_without_evidence_it_says_what_to_begin_with(ada_browser: Client) -> None:
    text = words(ada_browser.get(PAGE))

    assert "You are at the start: 0 of 100 for Entry." in text
    assert "Nothing speaks for it yet" in text
    assert "3 milestones to finish, about 3 h" in text


@pytest.mark.usefixtures("heading_for_entry")
def test_a_check_off_raises_it_by_what_was_promised(ada_browser: Client) -> None:
    # SQL is half of the role and one milestone: its check-off is worth 60 of its 50 points.
    assert "1. Query +30.00 points" in words(ada_browser.get(PAGE))

    press(ada_browser, "craft.sql")

    text = words(ada_browser.get(PAGE))
    assert "Score, exactly 30.00" in text
    assert "on the way: 30 of 100 for Entry. Most of it rests on what is checked off." in text
    assert "Checked off 1 30.00" in text


@pytest.mark.usefixtures("heading_for_entry")
def test_a_link_alone_counts_as_a_check_off(ada_browser: Client) -> None:
    press(ada_browser, "craft.sql")
    write(ada_browser, "craft.sql", evidence_url="https://example.org/work")

    text = words(ada_browser.get(PAGE))
    assert "Score, exactly 30.00" in text
    assert "Linked, and not judged 1 30.00" in text
    assert "Rests on proof 0%" in text


@pytest.mark.usefixtures("heading_for_entry")
def test_judged_work_counts_for_more_and_confirmed_work_for_all(ada_browser: Client) -> None:
    press(ada_browser, "craft.sql")
    assert "Query +10.00 points" in words(ada_browser.get(PAGE))

    judge(ada_browser, "craft.sql")
    text = words(ada_browser.get(PAGE))
    assert "Score, exactly 40.00" in text
    assert "Judged by you against its rubric 1 40.00" in text
    assert "Rests on proof 100%" in text
    assert "Query +10.00 points" in text
    assert "Ask somebody to confirm it" in text

    confirm("craft.sql")
    text = words(ada_browser.get(PAGE))
    assert "Score, exactly 50.00" in text
    assert "Confirmed by somebody else 1 50.00" in text


@pytest.mark.usefixtures("heading_for_entry")
def test_evidence_of_each_kind_counts_for_more_than_the_one_before(ada_browser: Client) -> None:
    shown = []
    for step in (
        partial(press, ada_browser, "craft.sql", "credited"),
        partial(press, ada_browser, "craft.sql"),
        partial(judge, ada_browser, "craft.sql"),
        partial(confirm, "craft.sql"),
    ):
        step()
        shown.append(score(ada_browser))

    assert shown == ["20.00", "30.00", "40.00", "50.00"]


@pytest.mark.usefixtures("heading_for_entry")
@pytest.mark.parametrize(
    ("state", "shown"), [("credited", "20.00"), ("learning", "0.00"), ("skipped", "0.00")]
)
def test_other_states_count_for_less(ada_browser: Client, state: str, shown: str) -> None:
    press(ada_browser, "craft.sql", state)

    assert score(ada_browser) == shown


@pytest.mark.usefixtures("heading_for_entry")
def test_steps_come_in_the_order_of_their_prerequisites(ada_browser: Client) -> None:
    press(ada_browser, "craft.sql")

    text = words(ada_browser.get(PAGE))

    # The project counts with its work judged: 20 of its 25 points in the last of two hours.
    assert "1. Functions +15.00 points 1 h Counted as a check-off With the 1 that follows" in text
    assert "+35.00 in 2 h" in text
    assert "2. Package +20.00 points 1 h Counted with your work shown and judged" in text


@pytest.mark.usefixtures("heading_for_entry")
def test_a_step_has_a_button_that_puts_it_into_the_plan(
    ada_browser: Client, ada: User, subject: Curriculum
) -> None:
    button = b'action="/readiness/plan/craft.sql/"'
    assert button in ada_browser.get(PAGE).content

    make_enrolment(ada, subject)

    page = ada_browser.get(PAGE)
    assert button not in page.content
    assert "You follow it with Craft" in words(page)


@pytest.mark.usefixtures("heading_for_entry")
def test_the_first_step_asks_for_the_week_and_then_is_planned(
    ada_browser: Client, ada: User
) -> None:
    answer = ada_browser.post("/readiness/plan/craft.sql/")
    path = Enrolment.objects.of(ada).get().curriculum
    assert answer.headers["Location"] == f"/paths/{path.slug}/enrol/"
    assert told(answer) == ["“Query” is planned."]

    form = {"started_on": "2026-03-02", "monday_1_from": "19:00", "monday_1_to": "20:00"}
    ada_browser.post(answer.headers["Location"], form)

    assert "Query" in words(ada_browser.get("/plan/"))
    assert "You follow it with Query" in words(ada_browser.get(PAGE))


@pytest.mark.usefixtures("heading_for_entry")
def test_a_step_is_planned_after_what_it_needs_and_only_once(
    ada_browser: Client, ada: User
) -> None:
    make_enrolment(ada, make_curriculum("other"))
    press(ada_browser, "craft.py2", "skipped")

    first = ada_browser.post("/readiness/plan/craft.py2/")
    second = ada_browser.post("/readiness/plan/craft.py2/")

    assert first.headers["Location"] == second.headers["Location"] == "/plan/"
    assert told(second)[-1] == "You follow “Package” already: your plan takes it up."
    path = Enrolment.objects.of(ada).get(curriculum__title="Package").curriculum
    keys = list(path.milestones.order_by("position").values_list("key", flat=True))
    assert keys == ["craft.py1", "craft.py2"]
    assert Achievement.objects.get(milestone_key="craft.py2").state == "open"


@pytest.mark.usefixtures("heading_for_entry")
def test_a_planned_step_can_be_taken_out_again(ada_browser: Client, ada: User) -> None:
    ada_browser.post("/readiness/plan/craft.sql/")
    path = Enrolment.objects.of(ada).get().curriculum

    ada_browser.post(f"/paths/{path.slug}/leave/")

    assert b'action="/readiness/plan/craft.sql/"' in ada_browser.get(PAGE).content


@pytest.mark.usefixtures("heading_for_entry")
def test_only_ones_own_plan_and_only_the_library(
    ada_browser: Client, cleo_browser: Client, ada: User
) -> None:
    ada_browser.post("/readiness/plan/craft.sql/")
    path = Enrolment.objects.of(ada).get().curriculum

    assert cleo_browser.get(f"/paths/{path.slug}/").status_code == 404
    assert ada_browser.post("/readiness/plan/no.such/").status_code == 404
    assert ada_browser.get("/readiness/plan/craft.sql/").status_code == 405
    assert Client().post("/readiness/plan/craft.sql/").status_code == 302
    assert Enrolment.objects.count() == 1


@pytest.mark.usefixtures("heading_for_entry")
def test_what_was_skipped_is_put_back_and_stays_so_on_a_second_press(
    ada_browser: Client, ada: User, subject: Curriculum
) -> None:
    make_enrolment(ada, subject)
    press(ada_browser, "craft.sql", "skipped")
    page = ada_browser.get(PAGE, {"role": "mle-entry"})
    assert "You skipped it" in words(page)
    assert b'action="/milestones/craft.sql/state/?in=craft"' in page.content
    assert b'name="next" value="/readiness/?role=mle-entry"' in page.content

    for _ in range(2):
        response = press(ada_browser, "craft.sql", "open", next="/readiness/?role=mle-entry")
        assert response.headers["Location"] == "/readiness/?role=mle-entry"

    assert AchievementEvent.objects.count() == 2
    assert "You follow it with Craft" in words(ada_browser.get(PAGE))


@pytest.mark.usefixtures("heading_for_entry")
def test_a_check_off_says_what_it_gained_and_its_undoing_what_it_lost(ada_browser: Client) -> None:
    assert told(press(ada_browser, "craft.sql")) == [
        "“Query” is done. Readiness for Entry: 30.00, +30.00."
    ]

    assert told(press(ada_browser, "craft.sql", "open"))[-1] == (
        "“Query” is to do again. Readiness for Entry: 0.00, \N{MINUS SIGN}30.00."
    )


@pytest.mark.usefixtures("heading_for_entry")
def test_finishing_judged_work_gains_all_it_is_worth(ada_browser: Client) -> None:
    sent = {"url": "https://example.org/work", "mark_0": "yes"}
    ada_browser.post("/milestones/craft.sql/work/", sent)

    assert told(press(ada_browser, "craft.sql"))[-1] == (
        "“Query” is done. Readiness for Entry: 40.00, +40.00."
    )


@pytest.mark.usefixtures("heading_for_entry")
def test_the_page_of_a_role_leads_to_the_readiness_for_it(ada_browser: Client) -> None:
    page = ada_browser.get("/roles/mle-entry/").content.decode()

    assert 'href="/readiness/?role=mle-entry"' in page


def test_a_level_is_never_above_the_levels_below(
    ada_browser: Client, mid: RoleProfile, subject: Curriculum
) -> None:
    make_role("infra", "specialisation", {"sql": 2}, title="Infra", position=2)
    judge(ada_browser, "craft.sql")
    confirm("craft.sql")

    # By its own requirements it would be 100; entry level also asks for Python.
    assert score(ada_browser, "infra") == score(ada_browser, "mle-entry") == "50.00"
    text = words(ada_browser.get(PAGE, {"role": "infra"}))
    assert "By its own requirements you are at 100.00." in text
    assert "Entry is at 50.00" in text


@pytest.mark.usefixtures("subject")
def test_of_either_skill_one_is_enough(ada_browser: Client) -> None:
    rule = {"skills": ["aws", "sql"], "level": 3, "count": 1}
    for key in ("aws", "sql"):
        make_skill(key)
    make_role("infra", "specialisation", {}, title="Infra", any_of=[rule], position=2)
    RoleProfile.objects.filter(key="mle-entry").delete()
    press(ada_browser, "craft.sql")

    text = words(ada_browser.get(PAGE, {"role": "infra"}))

    assert "Close: 1 skill" in text
    assert "or aws" in text


@pytest.mark.usefixtures("heading_for_entry")
def test_a_certificate_counts_until_its_last_day(
    clock: Traveller, ada_browser: Client, ada: User
) -> None:
    prep = make_curriculum("prep", kind="certification")
    make_milestone(make_module(prep), "prep.exam", skill=make_skill("sql"))
    exam = Certification.objects.create(key="e", title="E", status="retired", curriculum=prep)
    add_certification(
        learner=ada,
        certification=exam,
        earned_on=NOON.date(),
        expires_on=date(2026, 3, 20),
        at=NOON,
    )
    assert score(ada_browser) == "45.00"

    clock.move_to(NOON.replace(day=20))
    assert score(signed_in(ada)) == "45.00"
    clock.move_to(NOON.replace(day=21))
    text = words(signed_in(ada).get(PAGE))
    assert score(signed_in(ada)) == "30.00"
    assert "+45.00 A certificate came in" in text
    assert "15.00 A certificate expired" in text


@pytest.mark.usefixtures("heading_for_entry")
def test_it_says_how_it_changed_and_why(clock: Traveller, ada_browser: Client) -> None:
    press(ada_browser, "craft.sql")
    clock.shift(9 * 24 * 3600)
    press(ada_browser, "craft.sql", "open")
    press(ada_browser, "craft.py1")

    text = words(ada_browser.get(PAGE))

    assert (
        "11 Mar 2026 15.00 \N{MINUS SIGN}15.00 Finished or shown: “Functions”. Taken back: “Query”"
        in text
    )
    assert "4 Mar 2026 30.00 +30.00 Finished or shown: “Query”" in text
    assert "It went from 0.00 to 15.00, by +15.00." in text


@pytest.mark.usefixtures("heading_for_entry")
def test_what_the_role_does_not_ask_for_is_no_reason(ada_browser: Client) -> None:
    other = make_module(make_curriculum("other"))
    make_milestone(other, "other.m", title="Sculpture", skill=make_skill("art"))
    press(ada_browser, "other.m")

    assert "Nothing has changed it in that time." in words(ada_browser.get(PAGE))


@pytest.mark.usefixtures("heading_for_entry")
def test_bars_are_numbered_and_drawn_beside(ada_browser: Client) -> None:
    for number, area in enumerate(["dl", "data"], start=2):
        skill = make_skill(f"skill-{area}", area=area)
        Area.objects.filter(key=area).update(position=number)
        role = RoleProfile.objects.get(key="mle-entry")
        SkillRequirement.objects.create(role=role, skill=skill, proficiency=2)
        make_milestone(make_module(make_curriculum(area)), f"{area}.m", skill=skill)
    press(ada_browser, "data.m")

    page = ada_browser.get(PAGE)

    assert "1. Math 0 of 100" in words(page)
    assert "2. Dl 0 of 100" in words(page)
    assert "3. Data 60 of 100" in words(page)
    assert page.content.count(b"<polygon") == 5


def test_the_roles_are_remembered_and_stand_side_by_side(
    ada_browser: Client, entry: RoleProfile, mid: RoleProfile, subject: Curriculum
) -> None:
    ada_browser.post("/readiness/roles/", {"roles": ["mle-entry", "mle-mid"]})
    ada_browser.post("/readiness/roles/", {"roles": ["mle-entry", "mle-mid"]})
    assert TargetRole.objects.count() == 2
    side_by_side = words(ada_browser.get(PAGE)).split("side by side")[1].split("Choose the")[0]
    assert "Entry" in side_by_side
    assert "Mid" in side_by_side

    ada_browser.post("/readiness/roles/", {"roles": ["mle-mid"]})

    assert "0 of 100 for Mid" in words(ada_browser.get(PAGE))


def test_roles_that_are_not_there_are_refused(ada_browser: Client, entry: RoleProfile) -> None:
    for form in ({}, {"roles": ["pilot"]}):
        assert ada_browser.post("/readiness/roles/", form).status_code == 422

    assert not TargetRole.objects.exists()
    assert ada_browser.get("/readiness/roles/").status_code == 405


def test_without_a_choice_the_path_decides(
    ada_browser: Client, ada: User, mid: RoleProfile, subject: Curriculum
) -> None:
    assert "of 100 for Entry" in words(ada_browser.get(PAGE))

    make_enrolment(ada, make_curriculum("way", kind="path", role=mid))

    assert "of 100 for Mid" in words(ada_browser.get(PAGE))


def test_an_empty_catalogue_has_an_answer(ada_browser: Client) -> None:
    assert "No roles yet" in words(ada_browser.get(PAGE))


@pytest.mark.usefixtures("heading_for_entry")
def test_an_unknown_role_shows_the_first_target(ada_browser: Client) -> None:
    assert "of 100 for Entry" in words(ada_browser.get(PAGE, {"role": "pilot\x00"}))


@pytest.mark.usefixtures("heading_for_entry")
def test_nobody_sees_another_learners(ada_browser: Client, cleo_browser: Client) -> None:
    press(ada_browser, "craft.sql")

    assert score(cleo_browser) == "0.00"
    assert Client().get(PAGE).status_code == 302
    assert Client().post("/readiness/roles/").status_code == 302


@pytest.mark.usefixtures("heading_for_entry")
@pytest.mark.parametrize(
    ("status", "kind"),
    [("draft", "subject"), ("retired", "subject"), ("published", "path")],
)
@pytest.mark.parametrize("key", ["other.sql", "craft.sql"])
def test_only_published_subjects_have_hours(
    ada_browser: Client, status: str, kind: str, key: str
) -> None:
    module = make_module(make_curriculum("other", status=status, kind=kind))
    make_milestone(module, key, skill=make_skill("sql"), effort_minutes=300)

    assert "3 milestones to finish, about 3 h" in words(ada_browser.get(PAGE))


@pytest.mark.usefixtures("heading_for_entry")
def test_a_milestone_at_home_in_two_subjects_counts_once(ada_browser: Client) -> None:
    module = make_module(make_curriculum("other", position=1))
    make_milestone(module, "craft.sql", skill=make_skill("sql"), effort_minutes=300)

    assert "3 milestones to finish, about 3 h" in words(ada_browser.get(PAGE))


@pytest.mark.usefixtures("heading_for_entry")
def test_an_operator_looks_up_who_heads_where(admin_client: Client) -> None:
    assert "Entry" in words(admin_client.get("/admin/readiness/targetrole/"))
    assert admin_client.get("/admin/readiness/targetrole/add/").status_code == 403
