import time_machine
from django.core import signing
from django.core.signing import TimestampSigner
from django.utils.crypto import salted_hmac
from pytest_django import Settings

from studyplans.reminders import tokens, unsubscribing
from studyplans.reminders.signing import seal, sign
from studyplans.reminders.tokens import Ask, Purpose
from tests.studyplans.reminders.conftest import SUNDAY


def test_it_signs_to_the_letter_as_django_does(clock: time_machine.Traveller) -> None:
    clock.move_to(SUNDAY)

    assert sign("a door", "Ada") == TimestampSigner(salt="a door").sign("Ada")


def test_links_and_seals_are_as_django_makes_them(clock: time_machine.Traveller) -> None:
    clock.move_to(SUNDAY)

    by_django = signing.dumps([7, "digest"], salt=unsubscribing.SALT)
    assert unsubscribing.token_for(learner_id=7, kind="digest") == by_django
    assert seal("a door", "Ada") == salted_hmac("a door", "Ada").hexdigest()


def test_another_key_makes_other_links(settings: Settings) -> None:
    link = sign("a door", "Ada")

    settings.SECRET_KEY = "a new key"

    assert sign("a door", "Ada").rpartition(":")[2] != link.rpartition(":")[2]


def test_a_link_signed_with_a_former_key_is_still_good(settings: Settings) -> None:
    ask = Ask(Purpose.DONE, 7, "maths.m1")
    settings.SECRET_KEY = "a former key"
    act, opt_out = tokens.token_of(ask), unsubscribing.token_for(learner_id=7, kind="digest")

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", ["a former key"]

    assert tokens.read_ask(act) == ask
    assert unsubscribing.read_token(opt_out) == (7, "digest")
