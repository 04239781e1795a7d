"""Every mail we sent you, and why."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from studyplans.reminders import tasks
from studyplans.reminders.models import Delivery
from tests.studyplans.cast import logged_in, make_maths
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, enrol_on_sunday
from tracker.accounts.models import User
from tracker.curricula.models import Milestone


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


def page(client: Client, name: str, *arguments: object) -> str:
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_what_was_sent_what_was_not_and_why(
    planned_ada: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    tasks.dispatch_due()
    clock.shift(timedelta(days=1))
    tasks.dispatch_due()

    text = page(ada_client, "reminder_mails")

    assert "Mon 2 Mar, 08:00" in text
    assert "Sent" in text
    assert "Nothing is planned today" in text


def test_the_words_of_a_mail_are_kept_for_thirty_days(
    planned_ada: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    tasks.dispatch_due()
    delivery = Delivery.objects.get()

    text = page(ada_client, "reminder_mail", delivery.pk)
    assert "It was the hour of your daily digest." in text
    assert "Learn maths.m1" in text

    clock.shift(timedelta(days=30, seconds=1))
    tasks.forget_old_texts()
    # By then her login has run out.
    text = page(logged_in(planned_ada), "reminder_mail", delivery.pk)
    assert "It was the hour of your daily digest." in text
    assert "Learn maths.m1" not in text


def test_a_mail_is_shown_as_text(planned_ada: User, ada_client: Client) -> None:
    Milestone.objects.filter(key="maths.m1").update(title="<script>alert(1)</script>")
    tasks.dispatch_due()

    text = page(ada_client, "reminder_mail", Delivery.objects.get().pk)

    assert "&lt;script&gt;alert(1)" in text
    assert "<iframe" not in text


def test_nobody_sees_the_mails_of_another(planned_ada: User, cleo: User, client: Client) -> None:
    enrol_on_sunday(cleo, make_maths(slug="stats"))
    tasks.dispatch_due()
    own = Delivery.objects.get(learner=planned_ada)

    stranger = logged_in(cleo)
    assert stranger.get(reverse("reminder_mail", args=[own.pk])).status_code == 404
    assert reverse("reminder_mail", args=[own.pk]) not in page(stranger, "reminder_mails")
    for name, arguments in (("reminder_mails", []), ("reminder_mail", [own.pk])):
        answer = client.get(reverse(name, args=arguments))
        assert answer["Location"].startswith(reverse("account_login"))


def test_before_the_first_mail_the_page_says_so(ada: User, ada_client: Client) -> None:
    assert "Nothing so far" in page(ada_client, "reminder_mails")
