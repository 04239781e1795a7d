"""The log only grows: the database refuses the rest, and lets a whole account go."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.factories import NOW, make_learner
from tests.tracker.progress.pages import press
from tracker.accounts.models import User
from tracker.progress import actions, log_guard
from tracker.progress.models import Achievement, AchievementEvent


@pytest.fixture
def event(ada: User) -> AchievementEvent:
    return check_off(ada, "math.vec")


def check_off(learner: User, key: str, *, changed_by: User | None = None) -> AchievementEvent:
    change = actions.set_state(
        learner=learner, milestone_key=key, state="done", at=NOW, changed_by=changed_by
    )
    assert change.event is not None
    return change.event


def logged() -> list[tuple[object, ...]]:
    return list(AchievementEvent.objects.order_by("pk").values_list())


def rewrite(event: AchievementEvent) -> None:
    AchievementEvent.objects.filter(pk=event.pk).update(after={})


def save_otherwise(event: AchievementEvent) -> None:
    event.milestone_key = "math.mat"
    event.save()


def give_away(event: AchievementEvent) -> None:
    other = make_learner("ben@example.org")
    AchievementEvent.objects.filter(pk=event.pk).update(learner=other)


def hide_who(event: AchievementEvent) -> None:
    AchievementEvent.objects.filter(pk=event.pk).update(changed_by=None)


def delete(event: AchievementEvent) -> None:
    event.delete()


def delete_all(event: AchievementEvent) -> None:
    AchievementEvent.objects.all().delete()


def delete_by_hand(event: AchievementEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM progress_achievementevent WHERE id = %s", [event.pk])


TAMPERINGS = (rewrite, save_otherwise, give_away, hide_who, delete, delete_all, delete_by_hand)


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_the_database_refuses_to_change_or_shorten_the_log(
    event: AchievementEvent, tamper: Callable[[AchievementEvent], None]
) -> None:
    before = logged()

    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        tamper(event)

    assert logged() == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite can replace a row")
def test_no_row_is_put_in_anothers_place(event: AchievementEvent) -> None:
    copied = "id, learner_id, milestone_key, before, '{}', happened_at, source"
    columns = copied.replace("'{}'", "after")
    copy = f"INSERT OR REPLACE INTO {log_guard.LOG} ({columns}) SELECT {copied}"

    with pytest.raises(IntegrityError, match="only grows"), connection.cursor() as cursor:
        cursor.execute(f"{copy} FROM {log_guard.LOG}")


@pytest.mark.usefixtures("maths")
def test_the_log_still_grows_and_changes_are_still_undone(ada_browser: Client) -> None:
    press(ada_browser, "math.vec")
    event = AchievementEvent.objects.get()

    ada_browser.post(f"/progress/events/{event.pk}/undo/")

    assert AchievementEvent.objects.count() == 2
    assert Achievement.objects.get().state == "open"


@pytest.mark.django_db(transaction=True)
def test_erasing_an_account_takes_its_log_and_nobody_elses() -> None:
    ada, cleo = make_learner("ada@example.org"), make_learner("cleo@example.org")
    undone = check_off(ada, "math.vec")
    actions.undo_change(event=undone, at=NOW)
    kept = check_off(cleo, "math.vec")

    ada.delete()

    assert list(AchievementEvent.objects.all()) == [kept]
    assert not Achievement.objects.filter(learner=ada.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_erasing_a_mentor_leaves_what_they_changed_without_their_name() -> None:
    ada, ben = make_learner("ada@example.org"), make_learner("ben@example.org")
    event = check_off(ada, "math.vec", changed_by=ben)

    ben.delete()

    event.refresh_from_db()
    assert (event.learner, event.changed_by) == (ada, None)


@pytest.mark.django_db(transaction=True)
def test_accounts_can_be_erased_together() -> None:
    ada, ben = make_learner("ada@example.org"), make_learner("ben@example.org")
    check_off(ada, "math.vec", changed_by=ben)

    User.objects.all().delete()

    assert not AchievementEvent.objects.exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps a table's triggers")
@pytest.mark.django_db(transaction=True)
def test_the_guard_makes_way_for_migrations_and_comes_back() -> None:
    event = check_off(make_learner(), "math.vec")
    log_guard.lift(using="default")
    with connection.schema_editor() as editor:
        editor._remake_table(User)  # type: ignore[attr-defined]

    call_command("migrate", verbosity=0)

    with pytest.raises(IntegrityError, match="only grows"):
        delete(event)
    event.learner.delete()
    assert not AchievementEvent.objects.exists()


def test_every_column_of_the_log_is_kept() -> None:
    columns = {field.column for field in AchievementEvent._meta.concrete_fields}

    assert columns == {*log_guard.KEPT_COLUMNS, "changed_by_id"}
