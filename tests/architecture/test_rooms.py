"""What import-linter cannot see: keys by name, receivers, the shape of the house."""

import weakref

from django.apps import apps
from django.db.models import Model, signals

from tests.running import ROOT

# Who may know whom; a room always knows itself.
BELOW = {
    "accounts": set(),
    "curricula": {"accounts"},
    "progress": {"accounts", "curricula"},
    "credentials": {"accounts", "curricula", "progress"},
    "readiness": {"accounts", "curricula", "progress", "credentials"},
    "assessments": {"accounts", "curricula", "progress", "readiness"},
    "adverts": {"accounts", "curricula", "progress", "credentials", "readiness"},
    "profiles": {"accounts", "curricula", "progress", "credentials", "readiness"},
    "reviews": {"accounts", "curricula", "progress"},
    "plans": {"accounts", "curricula", "progress"},
    "calendars": {"accounts", "curricula", "progress", "plans"},
    "reminders": {"accounts", "curricula", "progress", "plans"},
}
TOP = {
    *{"manage.py", "requirements.in", "requirements.txt", "requirements-dev.in"},
    *{"requirements-dev.txt", "pyproject.toml", "compose.yaml", "Dockerfile"},
    *{"README.md", "CHANGELOG.md", "LICENSE"},
    *{"config", "common", "tracker", "studyplans", "templates", "static", "tests", "bench", "docs"},
}


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in BELOW]


def test_a_foreign_key_points_down_or_stays_in_its_room() -> None:
    arrows = {
        (model._meta.app_label, field.related_model._meta.app_label)
        for model in our_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type)
    }
    ours = {(room, other) for room, other in arrows if other in BELOW and other != room}

    assert [arrow for arrow in sorted(ours) if arrow[1] not in BELOW[arrow[0]]] == []
    assert ours  # the net holds something at all


def test_every_app_of_ours_stands_in_the_plan() -> None:
    rooms = {
        app.label
        for app in apps.get_app_configs()
        if app.name.startswith(("tracker", "studyplans"))
    }

    assert rooms == BELOW.keys()


def test_news_travels_by_our_own_signals_only() -> None:
    rows = (signals.pre_save, signals.post_save, signals.pre_delete, signals.post_delete)
    references = [entry[1] for signal in rows for entry in signal.receivers]
    receivers = [ref() if isinstance(ref, weakref.ref) else ref for ref in references]
    modules = {receiver.__module__ for receiver in receivers if receiver}

    assert {
        name for name in modules if name.startswith(("tracker", "studyplans", "config"))
    } == set()


def test_the_top_of_the_house_stays_as_it_was_drawn() -> None:
    there = {entry.name for entry in ROOT.iterdir() if not entry.name.startswith(".")}

    assert there - TOP - {"var"} == set()
