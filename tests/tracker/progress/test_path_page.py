import re

import pytest
from django.test import Client

from tests.factories import make_curriculum, make_enrolment, make_milestone, make_module
from tests.tracker.progress.pages import press, words
from tracker.accounts.models import User
from tracker.curricula.models import Certification, Curriculum, RoleProfile
from tracker.progress.models import Achievement, Enrolment


def test_it_shows_modules_and_milestones(client: Client, maths: Curriculum) -> None:
    page = words(client.get("/paths/maths/"))

    assert "Linear algebra All but the optional 2 h" in page
    assert "Tensors Practise 1 h Optional" in page
    assert "Matrices Practise 1 h Needs Vectors" in page


@pytest.mark.parametrize(
    ("rule", "amount", "said"),
    [
        ("all", None, "All of it 3 h"),
        ("count", 2, "At least 2 of 3 2 h"),
        ("minutes", 90, "At least 1 h 30 min of 3 h 1 h 30 min"),
    ],
)
def test_it_says_each_rule_in_words(
    client: Client, db: None, rule: str, amount: int | None, said: str
) -> None:
    module = make_module(make_curriculum("maths"), rule=rule, rule_amount=amount)
    for key in ("one", "two", "three"):
        make_milestone(module, key)

    assert f"Basics {said}" in words(client.get("/paths/maths/"))


def test_a_module_of_optional_work_says_so_and_has_no_percentage(
    ada_browser: Client, db: None
) -> None:
    make_milestone(make_module(make_curriculum("extra")), "extra.one", is_required=False)

    page = words(ada_browser.get("/paths/extra/"))

    assert "All of it is optional" in page
    assert "100%" not in page


def test_a_visitor_may_read_all_and_is_led_to_sign_up(client: Client, maths: Curriculum) -> None:
    page = client.get("/paths/maths/").content.decode()

    assert 'href="/accounts/signup/?next=/paths/maths/enrol/"' in page
    assert 'href="/accounts/login/?next=/paths/maths/"' in page
    assert "/state/" not in page
    assert "Locked." not in page


def test_a_learner_is_offered_to_enrol(ada_browser: Client, maths: Curriculum) -> None:
    assert 'href="/paths/maths/enrol/"' in ada_browser.get("/paths/maths/").content.decode()


def test_who_is_enrolled_opens_the_plan_or_leaves(
    ada_browser: Client, ada: User, maths: Curriculum
) -> None:
    make_enrolment(ada, maths)

    page = ada_browser.get("/paths/maths/").content.decode()

    assert 'href="/plan/"' in page
    assert 'href="/paths/maths/leave/"' in page
    assert 'href="/paths/maths/enrol/"' not in page


def test_it_counts_what_was_skipped_and_names_what_comes_next(
    ada_browser: Client, ada: User, maths: Curriculum
) -> None:
    make_enrolment(ada, maths)
    press(ada_browser, "math.vec", "done")
    press(ada_browser, "math.tensor", "skipped")

    page = words(ada_browser.get("/paths/maths/"))

    assert "Your progress 50%" in page
    assert "1 done 1 skipped 1 h left Next: Matrices" in page


def test_every_form_works_in_place_at_the_address_it_is_sent_to(
    ada_browser: Client, maths: Curriculum
) -> None:
    page = ada_browser.get("/paths/maths/").content.decode()

    forms = re.findall(
        r'<form class="trail__actions" method="post" action="(.*?)" hx-post="(.*?)"', page
    )
    assert len(forms) == 3
    assert all(action == in_place for action, in_place in forms)


@pytest.mark.parametrize(
    "path", ["/paths/nowhere/", "/milestones/no.such/", "/paths/nowhere/leave/"]
)
def test_what_does_not_exist_is_not_found(ada_browser: Client, path: str) -> None:
    assert ada_browser.get(path).status_code == 404


def test_a_draft_is_hidden_from_learners(ada_browser: Client, db: None) -> None:
    draft = make_curriculum("draft", status="draft")
    make_milestone(make_module(draft), "draft.one")

    assert ada_browser.get("/paths/draft/").status_code == 404
    assert ada_browser.get("/milestones/draft.one/").status_code == 404
    assert press(ada_browser, "draft.one").status_code == 404
    assert not Achievement.objects.exists()


def test_a_retired_curriculum_stays_readable_but_takes_nobody(
    ada_browser: Client, db: None
) -> None:
    make_milestone(make_module(make_curriculum("old", status="retired")), "old.one")

    page = ada_browser.get("/paths/old/")

    assert "Nobody can enrol in this any more." in words(page)
    assert "/paths/old/enrol/" not in page.content.decode()


def make_certification(curriculum: Curriculum, **facts: str) -> Certification:
    facts = {"as_of": "2026-10-05", "confidence": "high", "status": "current", **facts}
    return Certification.objects.create(
        key="exam", title="The exam", provider="Vendor", curriculum=curriculum, **facts
    )


def test_an_exams_facts_carry_their_date_and_a_warning(client: Client, maths: Curriculum) -> None:
    make_certification(maths, price_usd="150")

    page = words(client.get("/paths/maths/"))

    assert "Price, USD 150" in page
    assert "Check before you book" in page
    assert "As of 2026-10-05 . Confidence: high." in page


@pytest.mark.parametrize(
    ("status", "said"),
    [("retired", "This exam is retired"), ("in transition", "Exam: in transition")],
)
def test_an_exam_that_is_not_as_usual_is_announced_on_top(
    client: Client, maths: Curriculum, status: str, said: str
) -> None:
    make_certification(maths, status=status)

    assert said in words(client.get("/paths/maths/"))


def test_a_path_points_to_the_role_it_leads_to(client: Client, maths: Curriculum) -> None:
    maths.role = RoleProfile.objects.create(key="mle", title="ML engineer", kind="level")
    maths.save()

    assert 'href="/roles/mle/"' in client.get("/paths/maths/").content.decode()
    assert client.get("/roles/mle/").status_code == 200


# --- leaving ----------------------------------------------------------------------------------


def test_leaving_asks_first_and_says_what_is_kept(
    ada_browser: Client, ada: User, maths: Curriculum
) -> None:
    enrolment = make_enrolment(ada, maths)

    page = words(ada_browser.get("/paths/maths/leave/"))

    enrolment.refresh_from_db()
    assert "Every tick, note, link and minute is kept." in page
    assert enrolment.state == Enrolment.State.ACTIVE


def test_leaving_keeps_every_tick(ada_browser: Client, ada: User, maths: Curriculum) -> None:
    enrolment = make_enrolment(ada, maths)
    press(ada_browser, "math.vec")

    response = ada_browser.post("/paths/maths/leave/")

    enrolment.refresh_from_db()
    assert response.headers["Location"] == "/paths/maths/"
    assert enrolment.state == Enrolment.State.LEFT
    assert Achievement.objects.get(learner=ada).state == "done"


def test_nobody_leaves_for_another(
    cleo_browser: Client, client: Client, ada: User, maths: Curriculum
) -> None:
    enrolment = make_enrolment(ada, maths)

    assert cleo_browser.post("/paths/maths/leave/").status_code == 404
    assert client.post("/paths/maths/leave/").headers["Location"].startswith("/accounts/login/")
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.ACTIVE
