"""Every setting of the program: read once from the environment and `.env`, frozen.

A secret may also come from a file: `JWT_SECRET_FILE` names a file that holds `JWT_SECRET`.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from todo_app.core.database_urls import check_database_url, check_owner_url, sqlalchemy_url
from todo_app.core.key_rings import SECRET_MIN_BYTES, is_weak, key_ring, new_key, write_draft
from todo_app.core.origins import is_loopback, written_by_browsers
from todo_app.core.smtp import smtp_server

_KEY_ADVICE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class SettingsError(Exception):
    """A setting that cannot be used; the message is one line that says what to do."""


class Settings(BaseSettings):
    """The settings. The description of a field is its row in the README."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: Literal["development", "production"] = Field(
        default="development",
        description="`production` refuses to start without a strong `JWT_SECRET`; "
        "`development` makes one, and serves this machine only.",
    )
    data_dir: Path = Field(
        default=Path("data"), description="Where the SQLite database and the made secret live."
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="`postgresql://user:password@host/name`; empty is SQLite in `DATA_DIR`. "
        "`DATABASE_URL_FILE` names a file that holds it.",
    )
    migration_database_url: SecretStr = Field(
        default=SecretStr(""),
        description="The same database by the role that owns, migrates and backs up its tables; "
        "that of `DATABASE_URL` then owns nothing. `MIGRATION_DATABASE_URL_FILE` names a file.",
    )
    jwt_secret: SecretStr = Field(
        default=SecretStr(""),
        description="The key that signs tokens, at least 32 bytes; several with commas or line "
        "breaks between them, the newest first: the others only verify. In development it is made "
        "once and kept in `DATA_DIR`. `JWT_SECRET_FILE` names a file that holds it.",
    )
    encryption_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key that encrypts the seeds of second factors, at least 32 bytes; several "
        "as with `JWT_SECRET`: the others only decrypt. In development it is made once and kept in "
        "`DATA_DIR`; in production there are no codes as a second factor without it. "
        "`ENCRYPTION_KEY_FILE` names a file that holds it.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The one port of web and API.")
    public_url: str = Field(
        default="",
        description="What people type to get here, like `https://todo.example.org`; "
        "empty is `http://localhost:PORT`. Built into the frontend.",
    )
    backend_url: str = Field(
        default="",
        description="Where browsers reach the backend if that is not `PUBLIC_URL`, as with the "
        "development server. Built into the frontend.",
    )
    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="How many processes serve; more than one need PostgreSQL and `REDIS_URL`.",
    )
    redis_url: SecretStr = Field(
        default=SecretStr(""),
        description="`redis://host:6379/0` keeps the UI state there instead of in memory, and "
        "carries news between processes. `REDIS_URL_FILE` names a file that holds it.",
    )
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="Where mail is handed over: `smtp://user:password@host:587` (STARTTLS, unless "
        "the host is this machine or `?starttls=no` is added) or `smtps://user:password@host:465`. "
        "Empty: see Mail below. `SMTP_URL_FILE` names a file that holds it.",
    )
    mail_from: str = Field(
        default="",
        description="Whom mail comes from, like `Todo App <todo@example.org>`; "
        "empty is `todo@` and the host of `PUBLIC_URL`.",
    )
    trusted_proxy_hops: int = Field(
        default=0,
        ge=0,
        le=10,
        description="How many proxies of yours add to `X-Forwarded-For`; 0 does not believe it.",
    )
    bcrypt_cost: int = Field(
        default=12,
        ge=4,
        le=16,
        description="Work factor of password hashes; 10 or more outside tests.",
    )
    session_idle_days: int = Field(
        default=14, ge=1, le=365, description="A session ends after so many days without use."
    )
    session_days: int = Field(
        default=90, ge=1, le=365, description="A session ends so many days after sign-in."
    )
    sign_ups_per_hour: int = Field(
        default=20, ge=1, description="How many accounts one network may open in an hour."
    )
    events_per_second: int = Field(
        default=100, ge=10, description="How fast one open page may send; what is faster waits."
    )
    sockets_per_minute: int = Field(
        default=600, ge=1, description="How many pages one network may connect in a minute."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="The least serious log line that is written; in production each is JSON.",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Where Prometheus finds `/metrics`, of each further worker one up; 0 is off.",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        description="The address of `METRICS_PORT`. It asks nobody who they are: keep it private.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then `.env`, each with its `_FILE` variants."""
        del file_secret_settings
        return (
            init_settings,
            env_settings,
            _NamedFiles(settings_cls),
            dotenv_settings,
            _NamedFiles(settings_cls, dotenv=True),
        )

    @field_validator("public_url", "backend_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        if not url:
            return url
        origin = written_by_browsers(url)
        if origin is None:
            msg = "must be a scheme and a host without a path, like https://todo.example.org"
            raise ValueError(msg)
        return origin

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _is_a_database_we_speak(cls, url: SecretStr) -> SecretStr:
        check_database_url(url.get_secret_value())
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_a_redis(cls, url: SecretStr) -> SecretStr:
        text = url.get_secret_value()
        if text and not text.startswith(("redis://", "rediss://", "unix://")):
            msg = "must look like redis://host:6379/0, or be empty"
            raise ValueError(msg)
        return url

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value():
            smtp_server(url.get_secret_value())
        return url

    @field_validator("mail_from")
    @classmethod
    def _is_a_sender(cls, sender: str) -> str:
        _, address = parseaddr(sender)
        if sender and (not _ADDRESS.fullmatch(address) or not sender.isprintable()):
            msg = "must be an address, like Todo App <todo@example.org>"
            raise ValueError(msg)
        return sender

    @field_validator("jwt_secret", "encryption_key")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr) -> SecretStr:
        keys = key_ring(secret.get_secret_value())
        if any(len(key.encode()) < SECRET_MIN_BYTES for key in keys):
            which = "is" if len(keys) == 1 else "has a key that is"
            msg = f"{which} shorter than {SECRET_MIN_BYTES} bytes; {_KEY_ADVICE}"
            raise ValueError(msg)
        return secret

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        owner_url = self.migration_database_url.get_secret_value()
        check_owner_url(owner_url, self.database_url.get_secret_value())
        if self.workers > 1:
            self._refuse_workers_apart()
        if self.metrics_port <= self.port < self.metrics_port + self.workers:
            msg = "METRICS_PORT must be another than PORT: what is measured is not for everybody"
            raise ValueError(msg)
        if self.environment == "production":
            self._refuse_weak_keys()
        elif not (is_loopback(self.host) and is_loopback(urlsplit(self.origin).hostname or "")):
            msg = (
                "ENVIRONMENT=development serves this machine only: "
                "set ENVIRONMENT=production, JWT_SECRET and PUBLIC_URL to serve others"
            )
            raise ValueError(msg)
        return self

    def _refuse_workers_apart(self) -> None:
        if not self.redis_url.get_secret_value():
            msg = (
                f"WORKERS={self.workers} needs REDIS_URL: there is what pages show, for all of them"
            )
            raise ValueError(msg)
        if self.sqlalchemy_url.startswith("sqlite"):
            msg = f"WORKERS={self.workers} needs PostgreSQL in DATABASE_URL: SQLite has one process"
            raise ValueError(msg)

    def _refuse_weak_keys(self) -> None:
        signing, encrypting = self.jwt_secret, self.encryption_key
        if not key_ring(signing.get_secret_value()):
            msg = f"JWT_SECRET is missing and ENVIRONMENT=production needs one; {_KEY_ADVICE}"
            raise ValueError(msg)
        for name, ring in (("JWT_SECRET", signing), ("ENCRYPTION_KEY", encrypting)):
            if any(map(is_weak, key_ring(ring.get_secret_value()))):
                msg = f"{name} is an example or too simple; {_KEY_ADVICE}"
                raise ValueError(msg)

    @property
    def origin(self) -> str:
        """The one origin that browsers come from, without a trailing slash."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def backend_origin(self) -> str:
        """The origin of form endpoints, socket and API."""
        return self.backend_url or self.origin

    @property
    def is_https(self) -> bool:
        """Whether people reach us by https, so that cookies can demand it."""
        return self.origin.startswith("https://")

    @property
    def mail_sender(self) -> str:
        """What mail has in From."""
        return self.mail_from or f"Todo App <todo@{urlsplit(self.origin).hostname}>"

    @property
    def sqlalchemy_url(self) -> str:
        """The database as SQLAlchemy names it, with the async driver."""
        return sqlalchemy_url(self.database_url.get_secret_value(), self.data_dir)

    @property
    def owner_url(self) -> str:
        """The database by the role that owns its tables, as SQLAlchemy names it; a sync driver."""
        url = (self.migration_database_url or self.database_url).get_secret_value()
        return sqlalchemy_url(url, self.data_dir).replace("+aiosqlite", "")

    @property
    def signing_keys(self) -> list[str]:
        """The keys that verify tokens, and first the one that signs them.

        In development made on first use and kept, mode 0600.
        """
        return key_ring(self.jwt_secret.get_secret_value()) or _kept_keys(self.kept_signing_keys)

    @property
    def kept_signing_keys(self) -> Path:
        """The file with the signing keys, where no setting holds them."""
        return self.data_dir / "jwt_secret"

    @property
    def encryption_keys(self) -> list[str]:
        """The keys that decrypt, and first the one that encrypts; none in production without one.

        In development made on first use and kept, mode 0600: what is lost with a folder that nobody
        backs up is lost to people who rely on it, so that production has to say where it is.
        """
        keys = key_ring(self.encryption_key.get_secret_value())
        if keys or self.environment == "production":
            return keys
        return _kept_keys(self.kept_encryption_keys)

    @property
    def kept_encryption_keys(self) -> Path:
        """The file with the encryption keys, where no setting holds them."""
        return self.data_dir / "encryption_key"


class _NamedFiles(PydanticBaseSettingsSource):
    """Values from the files that `<NAME>_FILE` variables name."""

    def __init__(self, settings_cls: type[BaseSettings], *, dotenv: bool = False) -> None:
        super().__init__(settings_cls)
        source = DotEnvSettingsSource if dotenv else EnvSettingsSource
        self._env = source(settings_cls).env_vars

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the named file, or None where no file is named."""
        path = self._env.get(f"{field_name}_file")
        if field.annotation is not SecretStr or not path:
            return None, field_name, False
        try:
            return Path(path).read_text("utf-8").strip(), field_name, False
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", "it is no text")
            msg = f"{field_name.upper()}_FILE names {path}, which cannot be read: {reason}"
            raise SettingsError(msg) from error

    def __call__(self) -> dict[str, Any]:
        """Every value that a named file holds."""
        values = {}
        for name, field in self.settings_cls.model_fields.items():
            value, _, _ = self.get_field_value(field, name)
            if value is not None:
                values[name] = value
        return values


def prepare_data_dir(folder: Path) -> None:
    """Make the data folder if it is missing. Raises SettingsError if it cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe-{secrets.token_hex(8)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        msg = f"DATA_DIR {folder} cannot be written ({error.strerror}): mend its rights or move it"
        raise SettingsError(msg) from error


def _kept_keys(path: Path) -> list[str]:
    if not path.exists():
        prepare_data_dir(path.parent)
        draft = write_draft(path, new_key())
        # A link is made whole or not at all: of two first starts at once, one wins.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    keys = key_ring(path.read_text("utf-8", "replace"))
    if not keys or any(len(key.encode()) < SECRET_MIN_BYTES for key in keys):
        msg = f"{path} is damaged: restore it, or delete it; what was made with it is lost then"
        raise SettingsError(msg)
    return keys


def read_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - pydantic checks them
    """The settings as the environment gives them.

    Raises SettingsError, whose message names the setting and what to do.
    """
    try:
        return Settings(**overrides)
    except UnicodeDecodeError:
        raise SettingsError("The file .env cannot be read: save it as UTF-8") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else ""
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} {message}".strip()) from None


@cache
def get_settings() -> Settings:
    """The settings of this process, read on first use."""
    return read_settings()
