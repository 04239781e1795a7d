import pytest

from tracker.curricula.models import Certification


@pytest.fixture
def kubernetes(db: None) -> Certification:
    """A certification whose certificates are valid for two years."""
    return Certification.objects.create(
        key="cka",
        title="Kubernetes Administrator",
        provider="CNCF",
        status="current",
        validity_months=24,
    )
