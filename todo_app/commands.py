"""What the command line does to data: accounts, tasks, purging, a look at the installation."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr, ValidationError

from todo_app import jobs
from todo_app.api.sentences import SENTENCE_BY_REASON
from todo_app.core import accounts, audit, backup, closing, database, diagnosis, links, relay
from todo_app.core.accounts import AccountDraft
from todo_app.core.backup import BackupError
from todo_app.core.database import reading, transaction
from todo_app.core.errors import EmailTaken, InvalidInput, NotFound, TodoError, Unavailable
from todo_app.core.quick_tasks import create_quick_task, read_line
from todo_app.core.reminders import spoken
from todo_app.core.settings import get_settings, prepare_data_dir

Arguments = argparse.Namespace
Command = Callable[[Arguments], Awaitable[None]]

_SENTENCES: dict[type[TodoError], str] = {
    NotFound: "no account has this address",
    EmailTaken: "an account with this address exists already",
    Unavailable: "the database does not answer: python -m todo_app doctor",
}


class CommandError(Exception):
    """A command could not be carried out; the message is one line that says why."""


def add_to(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add every command to those that the command line knows."""
    for name, command, summary in (
        ("create-user", create_user, "open an account; the password is asked for, or read"),
        ("reset-link", reset_link, "make a link by which its owner sets a new password, once"),
        ("disable", disable, "let nobody into an account, and end what is open"),
        ("enable", enable, "let its owner into a disabled account again"),
        ("add", add, "add a task, said in one line, to the only account or to that of --account"),
        ("purge", purge, "delete now what is over: closed accounts, sessions, old trash"),
        ("doctor", doctor, "look at all that the program stands on, with a verdict on each"),
    ):
        parser = choices.add_parser(name, help=summary, description=summary)
        parser.set_defaults(run=lambda arguments, command=command: _run(command, arguments))
        if name in {"create-user", "reset-link", "disable", "enable"}:
            parser.add_argument("email")
        if name == "add":
            parser.add_argument("line", nargs="+", help='"Water the plants every 3 days at 7pm"')
            parser.add_argument("--account", metavar="EMAIL")
        if name == "create-user":
            parser.add_argument("--name", default="", help="otherwise the part before the @")
            parser.add_argument("--time-zone", default="UTC", help="like Europe/Berlin")
    for name, act, summary in (
        ("backup", back_up, "write every row into a file, while the program runs or not"),
        ("restore", restore, "put the rows of such a file into an empty database"),
        ("move", move, "put every row into the empty database whose DATABASE_URL is in a file"),
    ):
        parser = choices.add_parser(name, help=summary, description=summary)
        parser.set_defaults(run=lambda arguments, act=act: act(arguments.file))
        # Resolved now: commands run in the folder of the program.
        parser.add_argument("file", type=lambda text: Path(text).resolve())


def back_up(target: Path) -> None:
    """Write a backup and say what it holds. Raises CommandError."""
    try:
        count = backup.back_up(target)
    except BackupError as error:
        raise CommandError(str(error)) from error
    print(f"{count} rows are in {target}.")


def restore(source: Path) -> None:
    """Restore a backup and say what it held. Raises CommandError."""
    try:
        count = backup.restore(source)
    except BackupError as error:
        raise CommandError(str(error)) from error
    print(f"{count} rows were restored and checked.")


def move(address: Path) -> None:
    """Put every row of this database into another one, and check it there. Raises CommandError.

    The address is in a file, since it holds a password: every user of the machine sees arguments.
    """
    try:
        url = address.read_text("utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{address} cannot be read") from error
    here = get_settings()
    prepare_data_dir(here.data_dir)
    with tempfile.TemporaryDirectory(prefix="moving-", dir=here.data_dir) as folder:
        file = Path(folder) / "rows.gz"
        back_up(file)
        with _database_url(url):
            if get_settings().owner_url == here.owner_url:
                raise CommandError(f"{address} names the database that everything is in already")
            restore(file)
    print("Set DATABASE_URL to the new database, and start the program again.")


@contextmanager
def _database_url(url: str) -> Iterator[None]:
    """The settings with another database, by the role that owns it."""
    here = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL")}
    os.environ.update(DATABASE_URL=url, MIGRATION_DATABASE_URL="")
    get_settings.cache_clear()
    try:
        yield
    finally:
        os.environ.update(here)
        get_settings.cache_clear()


async def create_user(arguments: Arguments) -> None:
    """Open an account, whatever the limits on sign-up are."""
    password = _password()
    try:
        draft = AccountDraft(
            email=arguments.email,
            password=SecretStr(password),
            name=arguments.name,
            time_zone=arguments.time_zone,
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        reason = first["msg"].removeprefix("Value error, ")
        raise CommandError(f"{first['loc'][0]} {reason}") from None
    account = await accounts.sign_up(draft)
    print(f"{account.email} can sign in.")


async def reset_link(arguments: Arguments) -> None:
    """Print a link for somebody who gets no mail: to be handed over by a way that is theirs."""
    async with transaction() as db:
        user_id = await accounts.account_id(db, arguments.email)
        if await closing.is_disabled(db, user_id):
            raise CommandError("this account is disabled: python -m todo_app enable, and then this")
        path = await links.make(db, "reset-password", user_id, user_id)
        audit.record(db, "password_reset_asked", user_id, None)
    print(f"{get_settings().origin}{path}")
    minutes = int(links.LIFETIMES["reset-password"].total_seconds() // 60)
    print(f"It works once, for {minutes} minutes. Give it to nobody else.", file=sys.stderr)


async def disable(arguments: Arguments) -> None:
    """Shut an account; a running server closes its open pages within a second."""
    async with transaction() as db:
        await closing.disable_account(db, arguments.email)
    print(f"{arguments.email} is disabled. Its sessions have ended and its tokens are refused.")


async def enable(arguments: Arguments) -> None:
    """Open a disabled account again."""
    async with transaction() as db:
        await closing.enable_account(db, arguments.email)
    print(f"{arguments.email} can sign in again.")


async def add(arguments: Arguments) -> None:
    """Add a task, and say how it was read."""
    async with reading() as db:
        try:
            actor = await accounts.actor_of_shell(db, arguments.account)
        except NotFound:
            if arguments.account is not None:
                raise
            said = "name the account with --account: there is not exactly one"
            raise CommandError(said) from None
    async with transaction(actor.user_id) as db:
        line = " ".join(arguments.line)
        refused = (await read_line(db, actor, line)).refused
        task, _ = await create_quick_task(db, actor, line)
    due = f", due {task.due.date} {task.due.time or ''}".rstrip() if task.due else ""
    repeats = f", {task.recurrence.text}" if task.recurrence else ""
    reminds = "".join(f", reminds {spoken(minutes)} before" for minutes in task.reminders)
    print(f"Added: {task.title}{due}{repeats}{reminds}")
    if refused:
        print(f"How it repeats stays text: it {SENTENCE_BY_REASON[refused]}.", file=sys.stderr)


async def purge(_arguments: Arguments) -> None:
    """Do what the server does every hour."""
    await jobs.purge()
    print("What was over is deleted.")


async def doctor(_arguments: Arguments) -> None:
    """Print a line for each finding. Raises CommandError if something is not well."""
    findings = await diagnosis.examine()
    width = max(len(finding.about) for finding in findings)
    for finding in findings:
        mark = {True: "ok ", False: "ILL", None: "?  "}[finding.is_well]
        print(f"{mark}  {finding.about:<{width}}  {finding.verdict}")
    ill = [finding.about for finding in findings if finding.is_well is False]
    if ill:
        raise CommandError(f"not well: {', '.join(ill)}")


def _run(command: Command, arguments: Arguments) -> None:
    async def carry_out() -> None:
        try:
            async with relay.telling():
                await command(arguments)
        finally:
            await database.dispose()

    try:
        asyncio.run(carry_out())
    except InvalidInput as refusal:
        sentence = SENTENCE_BY_REASON.get(refusal.reason, "cannot be accepted")
        raise CommandError(f"{refusal.field} {sentence}") from refusal
    except TodoError as refusal:
        raise CommandError(_SENTENCES.get(type(refusal), type(refusal).__name__)) from refusal


def _password() -> str:
    """From the terminal, unseen and twice, or the first line of what is piped in.

    Never from the arguments: every user of the machine can read those.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("the two passwords differ")
    return password
