from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django import forms

from common.vapid import unpadded
from studyplans.reminders.channels.posts import require_public_address

AUTH_BYTES = 16
UNCOMPRESSED_BYTES = 65
NOT_A_KEY = "This is not a key that a browser makes."


class SubscriptionForm(forms.Form):
    """What a browser says when it signs itself up; static/js/web-push.js fills it in."""

    address = forms.CharField(max_length=2000, widget=forms.HiddenInput)
    p256dh = forms.CharField(max_length=100, widget=forms.HiddenInput)
    auth = forms.CharField(max_length=40, widget=forms.HiddenInput)
    label = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def clean_address(self) -> str:
        url: str = self.cleaned_data["address"]
        require_public_address(url)
        return url

    def clean_p256dh(self) -> str:
        text: str = self.cleaned_data["p256dh"]
        try:
            point = _decoded(text, length=UNCOMPRESSED_BYTES)
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        except ValueError as error:
            raise forms.ValidationError(NOT_A_KEY) from error
        return text

    def clean_auth(self) -> str:
        text: str = self.cleaned_data["auth"]
        try:
            _decoded(text, length=AUTH_BYTES)
        except ValueError as error:
            raise forms.ValidationError(NOT_A_KEY) from error
        return text


def _decoded(text: str, *, length: int) -> bytes:
    decoded = unpadded(text)
    if len(decoded) != length:
        raise ValueError(f"It has not {length} bytes.")
    return decoded
