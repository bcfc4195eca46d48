"""Accounts: sign up, show, change. Proving who one is lives in `sessions`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from todo_app.core import access, audit, bus, clock, own_days, passwords, projects, reminding
from todo_app.core.access import Actor
from todo_app.core.account_views import COLUMNS, AccountView, DateOrder, ReminderMail, Theme
from todo_app.core.bus import AccountChanged
from todo_app.core.database import transaction
from todo_app.core.errors import EmailTaken, NotFound
from todo_app.core.models import ChangeHead, SignUp, User, new_id
from todo_app.core.reads import Read
from todo_app.core.text import (
    EMAIL_MAX_CHARACTERS,
    NAME_MAX_CHARACTERS,
    Name,
    Text,
    Zone,
    clean_line,
    is_zone,
)
from todo_app.core.visits import Visit
from todo_app.core.weeks import WeekStart

DEFAULT_TIME_ZONE = "UTC"


def _valid_email(text: str) -> str:
    try:
        email = validate_email(clean_line(text), check_deliverability=False).normalized
    except EmailNotValidError:
        email = ""
    # One character can become eighteen in the canonical form.
    if not email or len(canonical_email(email)) > EMAIL_MAX_CHARACTERS:
        msg = "is not an email address"
        raise ValueError(msg)
    return email


Email = Annotated[Text, Field(max_length=EMAIL_MAX_CHARACTERS), AfterValidator(_valid_email)]


class AccountDraft(BaseModel):
    """What a new account needs. The name falls back to the part of the email before the @."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email
    password: SecretStr
    name: Name = ""
    time_zone: Zone = DEFAULT_TIME_ZONE


class AccountPatch(BaseModel):
    """What a person may change of their account; absent fields stay."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Name, Field(min_length=1)] | None = None
    time_zone: Zone | None = None
    date_order: DateOrder | None = None
    theme: Theme | None = None
    week_start: WeekStart | None = None
    reminder_mail: ReminderMail | None = None


_GET = Read(select(*COLUMNS).where(access.OWN_ACCOUNT))


def known_zone(name: str) -> str:
    """The zone a browser reports, or the default for one that we do not know."""
    return name if is_zone(name) else DEFAULT_TIME_ZONE


def canonical_email(email: str) -> str:
    """The form in which an address is unique: one account for every spelling of it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email).casefold())


async def account_id(db: AsyncSession, email: str) -> UUID:
    """Whose address it is, in any spelling; for operators. Raises NotFound."""
    found = await db.scalar(
        select(col(User.id)).where(col(User.email_canonical) == canonical_email(email.strip()))
    )
    if found is None:
        raise NotFound
    return found


async def every_account(db: AsyncSession) -> Sequence[UUID]:
    """The ids of all accounts, for what is done for each."""
    return (await db.scalars(select(col(User.id)).order_by(col(User.id)))).all()


async def sign_up(draft: AccountDraft, visit: Visit | None = None) -> AccountView:
    """Open an account.

    It opens its own transaction, because hashing may not happen inside one.
    Raises InvalidInput for a password the policy refuses, EmailTaken, Unavailable.
    """
    password = draft.password.get_secret_value()
    passwords.check_policy(password, email=draft.email)
    password_hash = await passwords.hash_password(password)
    user = user_of(draft, password_hash)
    async with transaction(user.id) as db:
        await add_account(db, user, visit)
    return AccountView.of(user)


def user_of(draft: AccountDraft | SignUp, password_hash: str) -> User:
    """The row of a new account."""
    return User(
        id=new_id(),
        email=draft.email,
        email_canonical=canonical_email(draft.email),
        name=draft.name or draft.email.partition("@")[0][:NAME_MAX_CHARACTERS],
        password_hash=password_hash,
        time_zone=draft.time_zone,
        created_at=clock.now(),
    )


async def add_account(db: AsyncSession, user: User, visit: Visit | None) -> None:
    """Store a new account with what each begins with. Raises EmailTaken."""
    db.add(user)
    try:
        await db.flush()
    except IntegrityError:
        raise EmailTaken from None
    db.add(ChangeHead(user_id=user.id))
    db.add(projects.inbox_of(user))
    audit.record(db, "signed_up", user.id, visit)


async def actor_of_shell(db: AsyncSession, email: str | None) -> Actor:
    """Who a command of the machine's own shell acts for: this account, or the only one.

    Raises NotFound if there is no such account, or more than one to choose from.
    """
    query = select(User).limit(2)
    if email is not None:
        query = query.where(col(User.email_canonical) == canonical_email(email))
    users = (await db.scalars(query)).all()
    if len(users) != 1:
        raise NotFound
    [user] = users
    return Actor(user.id, new_id(), "shell", user.time_zone)


async def get_account(db: AsyncSession, actor: Actor) -> AccountView:
    """The actor's own account. Raises NotFound if it was closed meanwhile."""
    user = await _GET.one_or_none(db, access.values(actor))
    if user is None:
        raise NotFound
    return AccountView.of(user)


async def update_account(db: AsyncSession, actor: Actor, patch: AccountPatch) -> AccountView:
    """Change the actor's own account. Raises NotFound if it was closed meanwhile."""
    values = patch.model_dump(exclude_none=True)
    if patch.time_zone is not None:
        await reminding.follow_zone(db, actor, patch.time_zone)
        await own_days.follow_zone(db, actor, patch.time_zone)
    if values:
        await db.execute(update(User).where(access.own_account(actor)).values(values))
        bus.publish_after_commit(db, AccountChanged(actor.user_id))
    return await get_account(db, actor)
