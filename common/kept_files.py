"""Files that people give us to keep: known by what is in them, not by what they are called."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django import forms
from django.db import models
from django.http import FileResponse
from django.utils.cache import add_never_cache_headers
from django.utils.text import get_text_list

MOST_BYTES = 2_000_000


class FileKind(models.TextChoices):
    PDF = "application/pdf", "PDF"
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"
    NOTEBOOK = "application/x-ipynb+json", "Jupyter notebook"
    TEXT = "text/plain", "plain text"

    @property
    def ending(self) -> str:
        """The end of a name of our own: the one it came with may say more than it should."""
        return ENDINGS[self][0]


SCANS = (FileKind.PDF, FileKind.PNG, FileKind.JPEG)
STARTS = {
    b"%PDF-": FileKind.PDF,
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"\xff\xd8\xff": FileKind.JPEG,
}
ENDINGS = {
    FileKind.PDF: (".pdf",),
    FileKind.PNG: (".png",),
    FileKind.JPEG: (".jpeg", ".jpg"),
    FileKind.NOTEBOOK: (".ipynb",),
    FileKind.TEXT: (".txt", ".md", ".py", ".csv"),
}
WHITE_SPACE = "\t\n\r\f"


class NotKept(ValueError):
    """Its message says what to do next."""


@dataclass(frozen=True, slots=True)
class GivenFile:
    kind: FileKind
    content: bytes


def read_file(content: bytes, *, kinds: Collection[FileKind]) -> GivenFile:
    """Return the file, known by what is in it; raises NotKept."""
    if len(content) > MOST_BYTES:
        raise NotKept("It is larger than 2 MB. A smaller version or a link will do.")
    kind = _kind_of(content)
    if kind is None or kind not in kinds:
        raise NotKept(f"This is not a {named(kinds)}, whatever its name says. Save it as one.")
    return GivenFile(kind, content)


def named(kinds: Iterable[FileKind]) -> str:
    return get_text_list([kind.label for kind in kinds], "or")


def _kind_of(content: bytes) -> FileKind | None:
    for start, kind in STARTS.items():
        if content.startswith(start):
            return kind
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    if any(letter < " " and letter not in WHITE_SPACE for letter in text):
        return None
    return FileKind.NOTEBOOK if _is_notebook(text) else FileKind.TEXT


def _is_notebook(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and {"cells", "nbformat"} <= found.keys()


class KeptFileField(forms.FileField):
    """A file of certain kinds, up to 2 MB; its clean value is a GivenFile, or None."""

    def __init__(self, *, kinds: Collection[FileKind], **options: Any) -> None:
        accepted = [ending for kind in kinds for ending in ENDINGS[kind]]
        widget = forms.FileInput({"accept": ",".join(accepted)})
        super().__init__(required=False, widget=widget, **options)
        self.kinds = kinds

    def clean(self, data: Any, initial: Any = None) -> GivenFile | None:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            # A byte more than may be, to tell that there is more, and no further.
            return read_file(file.read(MOST_BYTES + 1), kinds=self.kinds)
        except NotKept as reason:
            raise forms.ValidationError(str(reason)) from reason


def as_download(content: bytes | memoryview, *, kind: FileKind, stem: str) -> FileResponse:
    """Hand a kept file out to be saved, and never to be run on this site or kept by a cache."""
    response = FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=f"{stem}{kind.ending}",
        content_type=kind.value,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    add_never_cache_headers(response)
    return response
