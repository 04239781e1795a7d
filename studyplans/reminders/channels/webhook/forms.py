from django import forms

from studyplans.reminders.channels.posts import require_public_address


class AddressForm(forms.Form):
    """Where the webhook goes: a public https address."""

    address = forms.CharField(
        label="Address",
        max_length=2000,
        help_text="Such as https://example.org/milepost. It gets a POST for each reminder.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )

    def clean_address(self) -> str:
        url: str = self.cleaned_data["address"]
        require_public_address(url)
        return url
