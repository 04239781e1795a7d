"""The settings of the tests: development's, with nothing taken from the developer's machine.

Only DATABASE_URL and REDIS_URL count, so that one suite runs on every pair of servers.
"""

import atexit
import os
import shutil
import tempfile

for name in (
    *("SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "DEFAULT_FROM_EMAIL"),
    "VAPID_PRIVATE_KEY",
):
    os.environ.pop(name, None)
os.environ["DEBUG"] = "true"
os.environ["TIME_ZONE"] = "UTC"
if "PYTEST_XDIST_WORKER" not in os.environ:  # workers share what their controller made
    os.environ["MILEPOST_VAR"] = tempfile.mkdtemp(prefix="milepost-test-")
    atexit.register(shutil.rmtree, os.environ["MILEPOST_VAR"], ignore_errors=True)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, VAR_DIR  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in real life: an in-memory database locks differently.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
