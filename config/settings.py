"""Milepost's settings.  Everything that differs between machines comes from the environment."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from django.db.backends.signals import connection_created

from common.database import use_every_variable
from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("MILEPOST_VAR", str(BASE_DIR / "var"))).resolve()

DEBUG = environment.boolean("DEBUG", default=False)
SECRET_KEY = environment.secret_key(
    "SECRET_KEY", development_file=VAR_DIR / "secret-key", is_development=DEBUG
)
SECRET_KEY_FALLBACKS = environment.names("SECRET_KEY_FALLBACKS", "")
SITE_URL = environment.site_url("SITE_URL", "http://localhost:8000" if DEBUG else None)
SITE_HOST = urlsplit(SITE_URL).hostname or ""
ALLOWED_HOSTS = environment.names(
    "ALLOWED_HOSTS", f"{SITE_HOST},localhost,127.0.0.1" if DEBUG else SITE_HOST
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "tracker.accounts",
    "tracker.curricula",
    "tracker.progress",
    "tracker.credentials",
    "tracker.readiness",
    "tracker.assessments",
    "tracker.adverts",
    "tracker.profiles",
    "studyplans.reviews",  # hears of a check-off before the plan that keeps time for reviews
    "studyplans.plans",
    "studyplans.reminders",
    "studyplans.calendars",
    "allauth",
    "allauth.account",
    "django_htmx",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # its templates, for FORM_RENDERER
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tracker.accounts.middleware.LearnerTimeZoneMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["common.durations", "common.markdown"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_TAGS = {messages.ERROR: "danger"}

# --- data -----------------------------------------------------------------------------------

DATABASES = {
    "default": environment.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'milepost.sqlite3'}")
}
connection_created.connect(use_every_variable)
REDIS_URL = environment.redis_url("REDIS_URL", "" if DEBUG else None)
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "milepost",
        }
    }

# --- accounts -------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_LOGOUT_REDIRECT_URL = "landing"
ACCOUNT_ADAPTER = "tracker.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "tracker.accounts.forms.SignupDetailsForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
# A new code may be asked for, but never another address: that offer shows only to real accounts.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60

# --- mail -----------------------------------------------------------------------------------

_email = environment.email("EMAIL_URL", "consolemail://" if DEBUG else "smtp://localhost:25")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", f"Milepost <hello@{SITE_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where `manage.py up` keeps each mail its own SMTP server took; shown at /mail/.
MAILBOX_DIR = VAR_DIR / "mail"

# How many workers may send at once, and how fast all of them together; 0 is without limit.
REMINDERS_SENDERS = environment.number("REMINDERS_SENDERS", 2, least=1)
REMINDERS_PER_SECOND = environment.number("REMINDERS_PER_SECOND", 0)
REMINDERS_PER_MINUTE_AND_DOMAIN = environment.number("REMINDERS_PER_MINUTE_AND_DOMAIN", 0)
# Returned mail goes here, to an address of its own per delivery: bounces+123-seal@HOST.
REMINDERS_BOUNCE_ADDRESS = environment.text("REMINDERS_BOUNCE_ADDRESS", "")
# After the final dot only the server knows whether it has the mail, so we wait long for its word.
REMINDERS_FINAL_REPLY_SECONDS = 300
# A provider's news of bounces and complaints, at /hooks/anymail/ once there is a secret.
ANYMAIL = environment.prefixed("ANYMAIL_") if environment.text("ANYMAIL_WEBHOOK_SECRET", "") else {}

# Signs notifications in browsers, which are offered once there is a key.
VAPID_PRIVATE_KEY = environment.vapid_key(
    "VAPID_PRIVATE_KEY", development_file=VAR_DIR / "vapid-key", is_development=DEBUG
)

# --- time and language ----------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = environment.time_zone("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = False

# --- background work ------------------------------------------------------------------------

# The database rows are the queue, Redis only rings the bell: a task that is lost does no harm.
# Celery has its own name for a Redis behind a socket file.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1) or "memory://"
CELERY_IMPORTS = ["config.health"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "ring-due-deliveries": {
        "task": "studyplans.reminders.tasks.dispatch_due",
        "schedule": crontab(),  # at each full minute: that is when reminders come due
    },
    "recount-reminder-schedules": {
        "task": "studyplans.reminders.tasks.recount_schedules",
        "schedule": crontab(hour="3", minute="47"),
    },
    "forget-old-mail-texts": {
        "task": "studyplans.reminders.tasks.forget_old_texts",
        "schedule": crontab(hour="4", minute="3"),
    },
    "replan-missed-sessions": {
        "task": "studyplans.plans.tasks.replan_missed_sessions",
        "schedule": 15 * 60.0,
    },
    "refresh-due-calendars": {
        "task": "studyplans.calendars.tasks.refresh_due_calendars",
        "schedule": 10 * 60.0,
    },
    "ring-stuck-replan-runs": {
        "task": "studyplans.plans.tasks.ring_stuck_replan_runs",
        "schedule": 10 * 60.0,
    },
    "pause-quiet-plans": {
        "task": "studyplans.plans.tasks.pause_quiet_plans",
        "schedule": crontab(hour="3", minute="29"),
    },
    "end-pauses": {
        "task": "studyplans.plans.tasks.end_pauses",
        "schedule": 15 * 60.0,
    },
    "refit-forecast": {
        "task": "studyplans.plans.tasks.refit_forecast",
        "schedule": crontab(day_of_week="monday", hour="4", minute="11"),
    },
    "check-links": {
        "task": "tracker.curricula.tasks.check_links",
        # By the calendar: an interval would begin anew with every restart of beat.
        "schedule": crontab(day_of_week="tuesday", hour="3", minute="17"),
    },
    "compute-insight": {
        "task": "tracker.progress.tasks.compute_insight",
        "schedule": crontab(hour="2", minute="41"),
    },
    "beat-heartbeat": {
        "task": "config.health.beat_heartbeat",
        "schedule": 15.0,
        "options": {"expires": 60},
    },
}

# Only tests look at links that lead to this machine.
LINK_CHECK_MAY_GO_PRIVATE = False

# --- what the browser gets ------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
if not DEBUG:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
IS_HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
# Behind that proxy every visitor would share one address, and with it one rate limit.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if IS_HTTPS else 0
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Django's own handler would say everything a second time.
    "loggers": {"django": {"handlers": []}},
}
