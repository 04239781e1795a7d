from typing import Any

from django import forms

from studyplans.reviews.models import Rating, ReviewPreference


def _percent(label: str, help_text: str, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": f"Write a number from {least} to {most}.",
            "invalid": f"Write a whole number from {least} to {most}.",
            "min_value": f"Write {least} or more.",
            "max_value": f"Write {most} or less.",
        },
    )


class ReviewPreferenceForm(forms.Form):
    is_on = forms.BooleanField(label="Ask me about what I have finished", required=False)
    retention_percent = _percent(
        "Remember, in percent",
        "How likely you still know something when it comes back. "
        "Higher means more reviews; 90 suits most.",
        ReviewPreference.LEAST_RETENTION,
        ReviewPreference.MOST_RETENTION,
    )
    week_share_percent = _percent(
        "At most this share of my week, in percent",
        "What does not fit waits for a later day.",
        ReviewPreference.LEAST_SHARE,
        ReviewPreference.MOST_SHARE,
    )

    def __init__(
        self, *args: Any, preference: ReviewPreference | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if preference is not None:
            self.initial = {name: getattr(preference, name) for name in self.fields}


class AnswerForm(forms.Form):
    number = forms.IntegerField(min_value=1)
    question = forms.CharField(max_length=80)
    choice = forms.IntegerField(min_value=1)


class GradeForm(forms.Form):
    number = forms.IntegerField(min_value=1)
    rating = forms.TypedChoiceField(choices=Rating, coerce=int)
