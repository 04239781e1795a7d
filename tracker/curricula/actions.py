"""The only places that change what there is to learn."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from tracker.curricula import catalogue_validation, loader, validation
from tracker.curricula.catalogue_files import read_catalogue
from tracker.curricula.models import Curriculum
from tracker.curricula.outline import Fault


class Faulty(Exception):
    """Something cannot be done before its faults are mended; `faults` names them all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


class CannotPublish(Faulty): ...


class CannotLoad(Faulty): ...


@transaction.atomic
def publish_curriculum(*, curriculum: Curriculum, at: datetime) -> None:
    """Open a curriculum to learners; one that is published already keeps its date."""
    faults = validation.faults_of(curriculum)
    if faults:
        raise CannotPublish(faults)
    if curriculum.is_published:
        return
    curriculum.status, curriculum.published_at = Curriculum.Status.PUBLISHED, at
    curriculum.save(update_fields=["status", "published_at"])


def retire_curriculum(*, curriculum: Curriculum) -> None:
    """Close a published curriculum to new learners; those who follow it keep it."""
    if not curriculum.is_published:
        return
    curriculum.status = Curriculum.Status.RETIRED
    curriculum.save(update_fields=["status"])


def load_catalogue(*, folder: Path, at: datetime) -> loader.LoadReceipt:
    """Load a folder of catalogue files; a faulty one changes nothing."""
    reading = read_catalogue(folder)
    faults = catalogue_validation.faults_in_catalogue(reading)
    if faults:
        raise CannotLoad(faults)
    with transaction.atomic():
        return loader.write_catalogue(reading.catalogue, at=at)
