from pathlib import Path

import bootstrap_wrapper
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

env = environ.Env()
# A development start is asked for by name (the Makefile does); anything else is production.
IS_DEVELOPMENT = env.bool("TWITCHWISE_DEVELOPMENT", default=False)
DEBUG = env.bool("DEBUG", default=False)
DEVELOPMENT_KEY = "development-only-key-never-used-in-production-" + "x" * 16
SECRET_KEY = env("SECRET_KEY", default=DEVELOPMENT_KEY if IS_DEVELOPMENT else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if IS_DEVELOPMENT else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The proxy's own headers are believed: who asks, and whether it was encrypted.
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
# How often a patient's answers may be looked for by code and date of birth, within an hour.
CODE_TRIES_BY_ORIGIN = env.int("CODE_TRIES_BY_ORIGIN", default=10)
CODE_TRIES_AT_PRACTICE = env.int("CODE_TRIES_AT_PRACTICE", default=200)

if not IS_DEVELOPMENT:
    if not SECRET_KEY or SECRET_KEY == DEVELOPMENT_KEY or len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("Set SECRET_KEY to at least 50 random characters.")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG shows patient data in error pages: it is for development only.")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("Set ALLOWED_HOSTS to the names that this server answers to.")

INSTALLED_APPS = [
    "clinic",
    "intake",
    "causes",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "intake.languages.PatientLanguage",
    "clinic.refusals.MethodNotAllowedPage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
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
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

SQLITE_OPTIONS = {
    # FULL: an acknowledged intake survives a power cut; IMMEDIATE: no lock upgrade in mid-transaction.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA busy_timeout=20000;"
    ),
}
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'twitchwise.sqlite3'}")}
# Kept between requests: to open it, and to close SQLite's last one, takes longer than most queries.
DATABASES["default"]["CONN_MAX_AGE"] = 600
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    # A file, not memory: concurrency tests need a second connection to see the same data.
    DATABASES["default"]["TEST"] = {"NAME": env("TWITCHWISE_TEST_DB", default=str(VAR_DIR / "test.sqlite3"))}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "worklist"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Without EMAIL_URL a production server sends no e-mail and offers none; in development it is printed.
HAS_EMAIL = IS_DEVELOPMENT or bool(env("EMAIL_URL", default=""))
EMAIL_URL = env("EMAIL_URL", default="") or ("consolemail://" if IS_DEVELOPMENT else "dummymail://")
vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="practice@localhost" if IS_DEVELOPMENT else "")
if HAS_EMAIL and not DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("Set DEFAULT_FROM_EMAIL to the address that patients get their links from.")
# Where patients reach this server, when staff use another name for it: “https://forms.example.org”.
PUBLIC_ADDRESS = env("PUBLIC_ADDRESS", default="").rstrip("/")

LANGUAGE_CODE = "en-gb"
# What patients choose from, each in its own language: a language needs locale/ and causes/data/translations.csv.
LANGUAGES = [("en-gb", "English"), ("es", "Español")]
# Where an address begins that patients open. Staff's pages are in LANGUAGE_CODE, whatever their browser prefers.
PATIENT_PATHS = ("/intake/",)
FORMAT_MODULE_PATH = ["clinic.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env("TIME_ZONE", default="Europe/London")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
# The package keeps the original distribution beside its module.
STATICFILES_DIRS = [("bootstrap", Path(bootstrap_wrapper.__file__).parent.parent / "bootstrap")]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Without collectstatic in development; a production start serves what was collected.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = IS_DEVELOPMENT

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
# What a spreadsheet would take for a formula is marked in every file that is exported: causes.exchange.formats.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
CSRF_FAILURE_VIEW = "clinic.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
if not IS_DEVELOPMENT:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 31_536_000
    # Off unless the whole domain is the clinic's: it binds the neighbours too. Hence the two silenced checks.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_WHOLE_DOMAIN", default=False)
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    if BEHIND_TLS_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# No patient data in logs: the error page's reference is all that ties a report to a line here.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "private": {
            "()": "clinic.logging.PrivateFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"private": {"()": "clinic.logging.PrivateRecords"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "private", "filters": ["private"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Without Django's own handlers, one of which would mail whole requests to the administrators.
    # The development server's own lines hold link keys.
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"level": "CRITICAL"},
    },
}
