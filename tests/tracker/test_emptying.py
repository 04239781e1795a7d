"""What the next test finds after one that commits: no row, and every guard in its place."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test import TransactionTestCase

from tests import emptying
from tests.factories import NOW, make_curriculum, make_learner, make_milestone, make_module
from tracker.curricula.models import Curriculum, Module
from tracker.progress import actions
from tracker.progress.models import AchievementEvent

pytestmark = pytest.mark.django_db(transaction=True)


KEPT = {ContentType.__name__, Permission.__name__}


def write_what_is_guarded() -> None:
    """Write what the database lets nobody take back."""
    curriculum = make_curriculum()
    make_milestone(make_module(curriculum), "maths.vec")
    Curriculum.objects.update(published_at=NOW)
    actions.set_state(learner=make_learner(), milestone_key="maths.vec", state="done", at=NOW)


def filled() -> set[str]:
    """Return the names of the models that have rows."""
    models = apps.get_models(include_auto_created=True)
    return {model.__name__ for model in models if model._default_manager.exists()}


def test_every_table_is_empty_but_those_that_migrations_fill() -> None:
    write_what_is_guarded()
    assert filled() > {"Module", "AchievementEvent"} | KEPT

    emptying.empty_tables(TransactionTestCase())

    assert filled() == KEPT


@pytest.mark.parametrize("model", [Module, AchievementEvent])
def test_the_guards_stand_again(model: type[Model]) -> None:
    write_what_is_guarded()
    emptying.empty_tables(TransactionTestCase())
    write_what_is_guarded()

    with pytest.raises(IntegrityError, match=r"never changes|only grows"), transaction.atomic():
        model._default_manager.all()._raw_delete(using="default")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has such roles")
def test_a_role_that_may_not_skip_triggers_empties_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    write_what_is_guarded()
    monkeypatch.setattr(emptying, "_is_superuser", lambda: False)

    emptying.empty_tables(TransactionTestCase())

    assert filled() == KEPT
