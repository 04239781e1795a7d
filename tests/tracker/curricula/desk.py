"""What the tests of the author's desk share: forms as a browser would send them."""

from typing import Any

from django.test import Client

from tracker.curricula.models import Curriculum, Milestone, Module

DESK = "/admin/curricula"


def rows(prefix: str, *given: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """Return the fields of a table of rows and of its management form."""
    counts = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": initial}
    cells = {
        f"{prefix}-{number}-{name}": value
        for number, row in enumerate(given)
        for name, value in row.items()
    }
    return counts | cells


def milestone_row(key: str, /, **more: Any) -> dict[str, Any]:
    known = {"title": f"About {key}", "kind": "read", "effort_minutes": 60, "is_required": "on"}
    return {"key": key, "done_when": "You can explain it.", "position": ""} | known | more


def post(client: Client, page: str, *parts: dict[str, Any]) -> Any:
    """Send a form; fail with its errors when the page comes back."""
    answer = send(client, page, *parts)
    assert answer.status_code == 302, errors_in(answer)
    return answer


def send(client: Client, page: str, *parts: dict[str, Any]) -> Any:
    form = {name: value for part in parts for name, value in part.items()}
    return client.post(f"{DESK}/{page}", form)


def errors_in(answer: Any) -> list[Any]:
    if not answer.context or "errors" not in answer.context:
        return [answer.status_code]
    return list(answer.context["errors"])


def a_curriculum(slug: str = "vectors", **more: Any) -> Curriculum:
    facts = {"title": slug.capitalize(), "summary": "Count in many directions.", **more}
    return Curriculum.objects.create(slug=slug, **facts)


def a_module(curriculum: Curriculum, key: str = "basics", **more: Any) -> Module:
    return Module.objects.create(curriculum=curriculum, key=key, title=key.capitalize(), **more)


def a_milestone(module: Module, key: str, *needs: Milestone) -> Milestone:
    milestone = Milestone.objects.create(
        module=module,
        key=key,
        title=f"About {key}",
        kind="read",
        effort_minutes=60,
        done_when="You can explain it.",
    )
    milestone.prerequisites.set(needs)
    return milestone
