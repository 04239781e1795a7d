from typing import Any

from django import forms

from tracker.curricula.models import RoleProfile


class TargetRolesForm(forms.Form):
    roles = forms.ModelMultipleChoiceField(
        RoleProfile.objects.all(),
        to_field_name="key",
        label="Roles you are heading for",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["roles"].widget.attrs["class"] = "checks"
