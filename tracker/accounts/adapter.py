from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse

from common.inlining import inlined
from tracker.accounts.actions import confirm_address
from tracker.accounts.models import User

validate_length = MaxLengthValidator(254, "An e-mail address has at most %(limit_value)d letters.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Where our accounts differ from allauth's."""

    def pre_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse | None:
        # `createsuperuser` knows nothing of allauth's addresses.  Whoever may run it vouches for
        # the address, and must get in before any mail works.
        if user.is_superuser and not EmailAddress.objects.filter(user=user).exists():
            confirm_address(learner=user)
        answer: HttpResponse | None = super().pre_login(request, user, **hooks)
        return answer

    def post_login(
        self, request: HttpRequest, user: User, *, signup: bool, **hooks: Any
    ) -> HttpResponse:
        if signup:
            messages.info(request, f"Times are shown for {user.time_zone}. Change it in settings.")
        answer: HttpResponse = super().post_login(request, user, signup=signup, **hooks)
        return answer

    def clean_email(self, email: str) -> str:
        """Refuse what the database cannot keep; allauth allows longer ones."""
        validate_length(email)
        return email

    def render_mail(self, *args: Any, **details: Any) -> EmailMessage:
        mail: EmailMessage = super().render_mail(*args, **details)
        if isinstance(mail, EmailMultiAlternatives):
            bodies, mail.alternatives = mail.alternatives, []
            for body in bodies:
                mail.attach_alternative(inlined(str(body[0])), str(body[1]))
        return mail

    def send_account_already_exists_mail(self, email: str) -> None:
        # A new account costs the time of hashing its password; without the same wait here, the
        # clock would tell which addresses are taken.
        make_password("the same wait")
        super().send_account_already_exists_mail(email)
