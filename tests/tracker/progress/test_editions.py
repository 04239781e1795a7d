"""A new edition under a learner: nothing moves unasked, nothing is lost, all can be undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import NOW, make_curriculum, make_learner, make_milestone, make_module
from tracker.accounts.models import User
from tracker.curricula import actions as authors
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress import actions, editions
from tracker.progress.models import Achievement, AchievementEvent, Enrolment
from tracker.progress.selectors import shares_of, states_of

URL = "/paths/maths/edition/"


@contextmanager
def forgotten() -> Iterator[None]:
    """Give each example its own empty database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def published_maths() -> Curriculum:
    draft = make_curriculum("maths", status=Curriculum.Status.DRAFT)
    module = make_module(draft)
    for key in ("m.vec", "m.mat", "m.eig"):
        make_milestone(module, key)
    authors.publish_curriculum(curriculum=draft, at=NOW)
    return draft


def enrol(learner: User, curriculum: Curriculum) -> Enrolment:
    return actions.enrol_learner(
        learner=learner, curriculum=curriculum, started_on=NOW.date(), at=NOW
    )


def check_off(learner: User, key: str, **changes: Any) -> None:
    changes = {"state": "done", **changes}
    actions.change_achievement(learner=learner, milestone_key=key, at=NOW, **changes)


def next_edition(
    before: Curriculum, *, replaced: dict[str, list[str]], added: tuple[str, ...] = ()
) -> Curriculum:
    """Publish an edition in which these keys are replaced and these are added."""
    draft = authors.draft_next_edition(curriculum=before)
    draft.milestones.filter(key__in=replaced).delete()
    successors = [key for keys in replaced.values() for key in keys]
    for key in dict.fromkeys([*successors, *added]):
        if not draft.milestones.filter(key=key).exists():
            make_milestone(draft.modules.get(), key)
    draft.replaced_keys = replaced
    draft.save()
    authors.publish_curriculum(curriculum=draft, at=NOW + timedelta(days=1))
    return draft


@pytest.fixture
def maths(db: None) -> Curriculum:
    return published_maths()


@pytest.fixture
def enrolment(ada: User, maths: Curriculum) -> Enrolment:
    return enrol(ada, maths)


def test_a_learner_stays_on_their_edition_until_they_choose(
    ada_browser: Client, enrolment: Enrolment, maths: Curriculum
) -> None:
    next_edition(maths, replaced={}, added=("m.svd",))

    page = ada_browser.get("/paths/maths/").content.decode()

    assert "There is a new edition" in page
    assert "Learn m.svd" not in page
    assert "Learn m.svd" in Client().get("/paths/maths/").content.decode()


def test_the_difference_is_shown_in_words_with_the_percentages(
    ada: User, ada_browser: Client, enrolment: Enrolment, maths: Curriculum
) -> None:
    check_off(ada, "m.vec")
    next_edition(maths, replaced={"m.mat": []}, added=("m.svd", "m.qr"))

    page = ada_browser.get(URL).content.decode()

    assert "2 added (2 h), 1 retired (ticks kept)" in page
    assert "Learn m.svd" in page
    assert "33%" in page
    assert "25%" in page


def test_accepting_carries_ticks_notes_and_evidence_to_what_replaces_them(
    ada: User, ada_browser: Client, enrolment: Enrolment, maths: Curriculum
) -> None:
    check_off(ada, "m.mat", note="drawn by hand", evidence_url="https://example.org/m")
    next_edition(maths, replaced={"m.mat": ["m.mat1", "m.mat2"]})

    ada_browser.post(f"{URL}accept/")

    enrolment.refresh_from_db()
    assert enrolment.curriculum.edition == 2
    for key in ("m.mat", "m.mat1", "m.mat2"):
        achievement = Achievement.objects.get(learner=ada, milestone_key=key)
        assert achievement.state == "done"
        assert achievement.note == "drawn by hand"
        assert achievement.evidence_url == "https://example.org/m"


@pytest.mark.parametrize(("done", "state"), [(("m.vec",), None), (("m.vec", "m.mat"), "done")])
def test_a_merged_milestone_counts_once_all_its_parts_do(
    ada: User, enrolment: Enrolment, maths: Curriculum, done: tuple[str, ...], state: str | None
) -> None:
    for key in done:
        check_off(ada, key)
    next_edition(maths, replaced={"m.vec": ["m.both"], "m.mat": ["m.both"]})

    actions.accept_edition(enrolment=enrolment, at=NOW)

    assert states_of(ada).get("m.both") == state


def test_going_back_restores_the_edition_and_what_was_carried(
    ada: User, ada_browser: Client, enrolment: Enrolment, maths: Curriculum
) -> None:
    check_off(ada, "m.mat")
    before = states_of(ada)
    next_edition(maths, replaced={"m.mat": ["m.mat1"]})
    ada_browser.post(f"{URL}accept/")

    ada_browser.post(f"{URL}back/")

    enrolment.refresh_from_db()
    assert enrolment.curriculum == maths
    assert {key: state for key, state in states_of(ada).items() if state != "open"} == before


def test_accepting_twice_changes_nothing_more(
    ada: User, enrolment: Enrolment, maths: Curriculum
) -> None:
    check_off(ada, "m.mat")
    next_edition(maths, replaced={"m.mat": ["m.mat1"]})

    assert actions.accept_edition(enrolment=enrolment, at=NOW) is not None
    assert actions.accept_edition(enrolment=enrolment, at=NOW) is None
    assert AchievementEvent.objects.filter(source="edition").count() == 1


def test_several_editions_can_be_passed_over(
    ada: User, enrolment: Enrolment, maths: Curriculum
) -> None:
    check_off(ada, "m.mat")
    second = next_edition(maths, replaced={"m.mat": ["m.mat1"]})
    next_edition(second, replaced={"m.mat1": ["m.mat2"]})

    actions.accept_edition(enrolment=enrolment, at=NOW)

    assert states_of(ada)["m.mat2"] == "done"
    enrolment.refresh_from_db()
    assert enrolment.curriculum.edition == 3


def test_who_comes_back_after_leaving_follows_the_newest(
    ada: User, enrolment: Enrolment, maths: Curriculum
) -> None:
    actions.leave_enrolment(enrolment=enrolment, at=NOW)
    second = next_edition(maths, replaced={})

    again = enrol(ada, second)

    assert (again.pk, again.curriculum) == (enrolment.pk, second)


def test_cleo_has_no_say_in_adas_edition(
    cleo_browser: Client, enrolment: Enrolment, maths: Curriculum
) -> None:
    next_edition(maths, replaced={})

    assert cleo_browser.get(URL).status_code == 404
    assert cleo_browser.post(f"{URL}accept/").status_code == 404
    assert cleo_browser.post(f"{URL}back/").status_code == 404
    enrolment.refresh_from_db()
    assert enrolment.curriculum == maths


def test_the_page_says_when_there_is_nothing_new(ada_browser: Client, enrolment: Enrolment) -> None:
    assert "You follow edition 1" in ada_browser.get(URL).content.decode()


# --- laws -------------------------------------------------------------------------------------

moves = st.one_of(
    st.tuples(st.just("tick"), st.integers(0, 9)),
    st.tuples(st.just("note"), st.integers(0, 9)),
    st.tuples(st.just("split"), st.integers(0, 9)),
    st.tuples(st.just("merge"), st.integers(0, 9)),
    st.tuples(st.just("retire"), st.integers(0, 9)),
    st.tuples(st.just("add"), st.integers(0, 9)),
    st.tuples(st.just("accept"), st.just(0)),
    st.tuples(st.just("back"), st.just(0)),
)


def publish_with(move: str, number: int, step: int) -> None:
    """Publish an edition in which some milestone is split, merged with the next, or retired."""
    before = Curriculum.objects.published().get(slug="maths")
    keys = list(Milestone.objects.filter(curriculum=before).values_list("key", flat=True))
    key = keys[number % len(keys)]
    other = keys[(number + 1) % len(keys)]
    if move == "split":
        next_edition(before, replaced={key: [f"s{step}.a", f"s{step}.b"]})
    elif move == "merge" and key != other:
        next_edition(before, replaced={key: [f"j{step}"], other: [f"j{step}"]})
    elif move == "retire" and len(keys) > 1:
        next_edition(before, replaced={key: []})
    else:
        next_edition(before, replaced={}, added=(f"n{step}",))


def act(ada: User, enrolment: Enrolment, move: str, number: int, step: int) -> None:
    keys = list(enrolment.curriculum.milestones.values_list("key", flat=True))
    key = keys[number % len(keys)]
    if move == "tick":
        check_off(ada, key)
    elif move == "note":
        check_off(ada, key, note=f"note {step}", state=states_of(ada).get(key, "open"))
    elif move == "accept":
        actions.accept_edition(enrolment=enrolment, at=NOW + timedelta(minutes=step))
    elif move == "back":
        actions.go_back_to_edition(enrolment=enrolment, at=NOW + timedelta(minutes=step))
    else:
        publish_with(move, number, step)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(st.lists(moves, max_size=12))
def test_no_history_loses_a_tick_or_lowers_a_percentage_in_silence(
    history: list[tuple[str, int]],
) -> None:
    with forgotten():
        ada = make_learner("law@example.org")
        enrolment = enrol(ada, published_maths())
        ticked: dict[str, str] = {}
        for step, (move, number) in enumerate(history):
            enrolment.refresh_from_db()
            share = shares_of(ada, [enrolment.curriculum])[enrolment.curriculum.pk]
            offer = editions.offer_to(enrolment)

            act(ada, enrolment, move, number, step)

            ticked |= own_ticks(ada)
            assert ticked.items() <= own_ticks(ada).items()  # what was earned stays
            enrolment.refresh_from_db()
            now = shares_of(ada, [enrolment.curriculum])[enrolment.curriculum.pk]
            if move == "accept":
                assert offer is None or now == offer.share_then  # it was said before
            elif move != "back":
                assert now.percent >= share.percent


def own_ticks(ada: User) -> dict[str, str]:
    """Return what the learner checked off and wrote; what was only carried over may go back."""
    carried = AchievementEvent.objects.filter(learner=ada, source="edition")
    found = Achievement.objects.filter(learner=ada).exclude(state="open", note="")
    found = found.exclude(milestone_key__in=carried.values("milestone_key"))
    return {one.milestone_key: f"{one.state} {bool(one.note)}" for one in found}


def test_what_an_author_says_of_an_edition_is_safe_markdown(
    ada_browser: Client, enrolment: Enrolment, maths: Curriculum
) -> None:
    draft = authors.draft_next_edition(curriculum=maths)
    draft.edition_note = "*Shorter* now. <script>alert(1)</script>"
    draft.save()
    authors.publish_curriculum(curriculum=draft, at=NOW)

    page = ada_browser.get(URL).content.decode()

    assert "<em>Shorter</em> now." in page
    assert "<script>alert" not in page
