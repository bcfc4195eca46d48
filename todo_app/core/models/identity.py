"""Accounts, and how people and programs come in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlmodel import Field, SQLModel

from todo_app.core.models.columns import UtcDateTime, new_id, preference


class User(SQLModel, table=True):
    """A person with an account. None of their tasks reminds of anything before `remind_at`."""

    __tablename__ = "users"
    __table_args__ = (
        Index(
            "ix_users_remind",
            "remind_at",
            postgresql_where=text("remind_at IS NOT NULL"),
            sqlite_where=text("remind_at IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str = Field(sa_type=String(254))
    email_canonical: str = Field(sa_type=String(254), unique=True)
    name: str = Field(sa_type=String(100))
    password_hash: str = Field(sa_type=String(128))
    time_zone: str = Field(sa_type=String(64))
    date_order: str = preference("day_first")
    theme: str = preference("system")
    week_start: str = preference("monday")
    reminder_mail: str = preference("on")
    remind_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class Session(SQLModel, table=True):
    """One sign-in, by the web or the API, until it is revoked or expires."""

    __tablename__ = "sessions"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    kind: str = Field(sa_type=String(8))
    device: str = Field(sa_type=String(200))
    address: str = Field(sa_type=String(45))
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RefreshToken(SQLModel, table=True):
    """A refresh token of an API session, stored hashed, used once."""

    __tablename__ = "refresh_tokens"

    token_hash: str = Field(sa_type=String(64), primary_key=True)
    session_id: UUID = Field(foreign_key="sessions.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """What a program comes in with, stored hashed, until it is revoked or expires."""

    __tablename__ = "api_tokens"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    name: str = Field(sa_type=String(100))
    scope: str = Field(sa_type=String(8))
    start: str = Field(sa_type=String(16))
    token_hash: str = Field(sa_type=String(64), unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TotpFactor(SQLModel, table=True):
    """The second factor of an account: a seed, encrypted, and the last code that was used."""

    __tablename__ = "totp_factors"

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    encrypted_seed: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_step: int = Field(default=0)


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for the second factor once, stored hashed."""

    __tablename__ = "recovery_codes"

    code_hash: str = Field(sa_type=String(64), primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Passkey(SQLModel, table=True):
    """A public key of an authenticator that signs its owner in; the private one never leaves it."""

    __tablename__ = "passkeys"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    credential_id: str = Field(sa_type=String(1_400), unique=True)
    public_key: str = Field(sa_type=Text)
    sign_count: int = Field(sa_type=BigInteger)
    name: str = Field(sa_type=String(100))
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SecurityEvent(SQLModel, table=True):
    """Something that concerns the safety of an account, or of none that exists."""

    __tablename__ = "security_events"
    __table_args__ = (
        Index("ix_security_events_user_id", "user_id", "created_at", "id"),
        Index("ix_security_events_network", "user_id", "kind", "network"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    kind: str = Field(sa_type=String(32))
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    address: str = Field(sa_type=String(45))
    network: str | None = Field(default=None, sa_type=String(45))
    """Of the address: where somebody signed in before is looked up by it."""
    device: str = Field(sa_type=String(200))
    details: str = Field(sa_type=Text)


class OutboxMessage(SQLModel, table=True):
    """A mail that is to be sent; it is gone once it was."""

    __tablename__ = "outbox"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID | None = Field(
        default=None, foreign_key="users.id", ondelete="CASCADE", index=True
    )
    kind: str = Field(sa_type=String(32))
    recipient: str = Field(sa_type=String(254))
    details: str = Field(sa_type=Text)
    attempts: int = Field(default=0)
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class MailedLink(SQLModel, table=True):
    """A link in a mail, which lets somebody do one thing once; its token is stored hashed."""

    __tablename__ = "mailed_links"

    token_hash: str = Field(sa_type=String(64), primary_key=True)
    purpose: str = Field(sa_type=String(16))
    subject_id: UUID
    user_id: UUID | None = Field(
        default=None, foreign_key="users.id", ondelete="CASCADE", index=True
    )
    email: str | None = Field(default=None, sa_type=String(254))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SignUp(SQLModel, table=True):
    """A sign-up that waits for its address to be confirmed; it is nobody's account yet."""

    __tablename__ = "sign_ups"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str = Field(sa_type=String(254))
    email_canonical: str = Field(sa_type=String(254), index=True)
    name: str = Field(sa_type=String(100))
    password_hash: str = Field(sa_type=String(128))
    time_zone: str = Field(sa_type=String(64))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class IdempotencyKey(SQLModel, table=True):
    """The first answer to a POST that named a key, for replay."""

    __tablename__ = "idempotency_keys"

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    key: str = Field(sa_type=String(255), primary_key=True)
    request_hash: str = Field(sa_type=String(64))
    status: int
    location: str | None = Field(default=None, sa_type=String(500))
    etag: str | None = Field(default=None, sa_type=String(40))
    body: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


USERS = SQLModel.metadata.tables["users"]
