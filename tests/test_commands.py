"""What operators type, and what they are told."""

from __future__ import annotations

import asyncio
import gzip
import io
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, create_engine, text

from tests.cast import PASSWORD, email_of, unlocked_url, visit_by
from tests.conftest import forget_process
from tests.servers import OWNER, PostgreSQL, Redis, as_role, free_port
from todo_app.__main__ import main
from todo_app.core import migrations, recovery
from todo_app.core.database import dispose
from todo_app.core.errors import LinkSpent
from todo_app.core.recovery import PasswordReset
from todo_app.core.settings import get_settings

ALICE = email_of("alice")
Run = Callable[..., int]


@pytest.fixture
async def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as the shell does; its exit code."""
    # A command has connections of its own, in a loop of its own.
    await dispose()

    def run_one(*arguments: str, typed: str = PASSWORD) -> int:
        monkeypatch.setattr(sys, "argv", ["todo_app", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{typed}\n"))
        return main()

    return run_one


def with_database(query: str) -> list[tuple[object, ...]]:
    engine = create_engine(unlocked_url())
    try:
        with engine.begin() as connection:
            return _rows(connection, query)
    finally:
        engine.dispose()


def _rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    found = connection.execute(text(query))
    return [tuple(row) for row in found] if found.returns_rows else []


def test_an_account_is_opened_with_a_password_that_nobody_else_sees(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("create-user", "Alice@Example.org", "--name", "Alice") == 0

    said = capsys.readouterr()
    assert said.out == "Alice@example.org can sign in.\n"
    assert with_database("SELECT name, email_canonical FROM users") == [("Alice", ALICE)]
    assert PASSWORD not in said.out + said.err
    assert run("create-user", ALICE) == 1
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "typed", "reason"),
    [
        (["create-user", "nobody"], PASSWORD, "email is not an email address"),
        (["create-user", ALICE], "short", "password must have at least 8 characters"),
        (["create-user", ALICE, "--time-zone", "Mars"], PASSWORD, "time_zone is not an IANA"),
        (["reset-link", ALICE], "", "no account has this address"),
        (["disable", ALICE], "", "no account has this address"),
        (["enable", ALICE], "", "no account has this address"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], typed: str, reason: str
) -> None:
    assert run(*arguments, typed=typed) == 1

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert reason in error
    assert with_database("SELECT count(*) FROM users") == [(0,)]


def test_an_account_is_disabled_and_enabled(run: Run) -> None:
    run("create-user", ALICE)

    assert run("disable", ALICE.upper()) == 0
    assert with_database("SELECT count(*) FROM users WHERE disabled_at IS NULL") == [(0,)]
    assert run("enable", ALICE) == 0
    assert with_database("SELECT count(*) FROM users WHERE disabled_at IS NULL") == [(1,)]


def test_a_link_sets_a_new_password_once(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("create-user", ALICE)
    capsys.readouterr()

    assert run("reset-link", ALICE) == 0

    link = capsys.readouterr().out.strip()
    assert link.startswith(f"{get_settings().origin}/auth/link/reset-password/")
    reset = PasswordReset(
        token=link.rpartition("/")[2], new_password=SecretStr("teapot over eight rivers")
    )
    asyncio.run(use(reset))
    with pytest.raises(LinkSpent):
        asyncio.run(use(reset))


async def use(reset: PasswordReset) -> None:
    try:
        await recovery.reset_password(reset, visit_by())
    finally:
        await dispose()


def test_purging_deletes_what_is_over(run: Run) -> None:
    run("create-user", ALICE)
    with_database("UPDATE users SET closed_at = '2026-01-01 00:00:00+00:00'")

    assert run("purge") == 0

    assert with_database("SELECT count(*) FROM users") == [(0,)]


def test_a_doctor_finds_a_sound_installation_sound(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    redis_server: Redis,
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    get_settings.cache_clear()

    assert run("doctor") == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line[:2] for line in lines] == ["ok"] * 10
    for about in ("settings", "disk", "database", "migrations", "row security", "keys", "Redis"):
        assert any(f"  {about} " in line for line in lines)


def _lose_database(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("DATABASE_URL", f"postgresql://u:hunter2@127.0.0.1:{free_port()}/none")


def _lose_redis(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("REDIS_URL", f"redis://:hunter2@127.0.0.1:{free_port()}/0")


def _lose_mail(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("SMTP_URL", f"smtp://u:hunter2@127.0.0.1:{free_port()}")
    patch.setenv("MAIL_FROM", "todo@example.org")


def _open_secret(patch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "jwt_secret").write_text("hunter2" * 10)
    (folder / "jwt_secret").chmod(0o644)
    patch.setenv("DATA_DIR", str(folder))


def _turn_clock_back(patch: pytest.MonkeyPatch, folder: Path) -> None:
    with_database(
        "INSERT INTO security_events (id, kind, created_at, address, device, details) VALUES "
        "('01a1fe184d88758e9c3cf83b1a28e1be', 'x', '2126-01-01 00:00:00+00:00', 'x', 'x', '{}')"
    )


def _unmigrate(patch: pytest.MonkeyPatch, folder: Path) -> None:
    known = ("9999", *migrations.known_revisions())
    patch.setattr(migrations, "known_revisions", lambda: known)


def _meet_newer(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(migrations, "known_revisions", lambda: ("0001",))


def _lose_key(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for statement in _SOMEBODY_WITH_A_SEED:
        with_database(statement)
    patch.setenv("ENCRYPTION_KEY", "k1-Old_0123456789abcdefghijklmnopq")


_SOMEBODY_WITH_A_SEED = (
    (
        "INSERT INTO users "
        "(id, email, email_canonical, name, password_hash, time_zone, created_at) "
        "VALUES ('01a1fe184d88758e9c3cf83b1a28e1be', 'a@b.org', 'a@b.org', 'A', 'x', 'UTC', "
        "'2026-01-01 00:00:00+00:00')"
    ),
    (
        "INSERT INTO totp_factors (user_id, encrypted_seed, created_at, last_step) "
        "VALUES ('01a1fe184d88758e9c3cf83b1a28e1be', 'hunter2', '2026-01-01 00:00:00+00:00', 0)"
    ),
)


@pytest.mark.parametrize(
    ("about", "break_it", "advice"),
    [
        ("database", _lose_database, "check DATABASE_URL"),
        ("Redis", _lose_redis, "check REDIS_URL"),
        ("mail", _lose_mail, "check SMTP_URL"),
        ("data folder", _open_secret, "chmod 600"),
        ("clock", _turn_clock_back, "something happened at 2126"),
        ("keys", _lose_key, "ENCRYPTION_KEY lacks the key of 1 of 1 second factors"),
        ("migrations", _unmigrate, "python -m todo_app migrate"),
        ("migrations", _meet_newer, "): start the newer version, or restore a backup"),
    ],
)
def test_a_doctor_says_what_is_ill_and_what_to_do(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    about: str,
    break_it: Callable[[pytest.MonkeyPatch, Path], None],
    advice: str,
) -> None:
    break_it(monkeypatch, tmp_path)
    forget_process()

    assert run("doctor") == 1

    said = capsys.readouterr()
    [line] = [line for line in said.out.splitlines() if f"  {about} " in line]
    assert line.startswith("ILL")
    assert advice in line
    assert about in said.err
    assert "hunter2" not in said.out + said.err
    unknown = {one for one in said.out.splitlines() if "cannot be told" in one}
    assert all("see database" in one or "see migrations" in one for one in unknown)
    assert all(one.startswith("? ") for one in unknown)
    assert bool(unknown) == (about in {"database", "migrations"})


def test_a_doctor_makes_nothing_by_looking(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "not" / "there"
    monkeypatch.setenv("DATA_DIR", str(folder))
    monkeypatch.setattr(sys, "argv", ["todo_app", "doctor"])
    for is_there, missing in ((False, 2), (True, 1)):
        forget_process()
        if is_there:
            folder.mkdir(parents=True)

        assert main() == 1

        said = capsys.readouterr().out
        assert said.count("is not there yet: python -m todo_app migrate") == missing
        assert folder.exists() == is_there
        assert [*folder.glob("*")] == []


def test_who_stops_reading_is_told_no_more(run: Run) -> None:
    program = f"{shlex.quote(sys.executable)} -m todo_app doctor"

    done = subprocess.run(
        ["/bin/sh", "-c", f"{program} | true"], capture_output=True, text=True, check=True
    )

    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_disabled_account_gets_no_link(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("create-user", ALICE)
    run("disable", ALICE)
    capsys.readouterr()

    assert run("reset-link", ALICE) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert "this account is disabled" in said.err


def test_a_backup_is_made_and_not_restored_over_what_is_there(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "backup.gz"
    assert run("create-user", ALICE) == 0
    assert run("backup", str(file)) == 0
    assert f"rows are in {file}" in capsys.readouterr().out

    assert run("restore", str(file)) == 1
    assert "not empty" in capsys.readouterr().err
    assert run("restore", str(tmp_path / "nothing")) == 1
    assert run("backup", str(tmp_path / "nowhere" / "backup.gz")) == 1


def test_everything_moves_to_another_database(
    run: Run,
    postgresql: PostgreSQL,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("create-user", ALICE)
    run("add", "Water the plants")
    assert run("backup", str(tmp_path / "before.gz")) == 0
    address = tmp_path / "database_url"
    address.write_text(f"{as_role(OWNER, postgresql.fresh_database())}\n")
    capsys.readouterr()

    assert run("move", str(address)) == 0

    said = capsys.readouterr()
    assert "rows were restored and checked.\nSet DATABASE_URL" in said.out
    with pytest.MonkeyPatch.context() as there:
        there.setenv("DATABASE_URL_FILE", str(address))
        there.delenv("DATABASE_URL")
        there.setenv("MIGRATION_DATABASE_URL", "")
        forget_process()
        assert run("backup", str(tmp_path / "after.gz")) == 0
        assert run("move", str(address)) == 1
    forget_process()
    before, after = (
        gzip.decompress((tmp_path / name).read_bytes()).splitlines()[1:]
        for name in ("before.gz", "after.gz")
    )
    assert after == before
    assert "names the database that everything is in already" in capsys.readouterr().err
    assert run("move", str(address)) == 1
    assert "not empty" in capsys.readouterr().err
    assert run("move", str(tmp_path / "nothing")) == 1


def test_a_line_becomes_a_task_of_the_only_account_or_of_the_one_that_is_named(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", "Call mum") == 1
    run("create-user", ALICE)
    assert run("add", "Water", "the plants every! 3 days starting 2199-12-01 at 7pm !1h") == 0
    run("create-user", email_of("bob"))
    assert run("add", "Call mum") == 1
    assert run("add", "Call mum", "--account", email_of("charlie")) == 1
    assert run("add", "Call mum every feb 30", "--account", email_of("BOB")) == 0
    assert run("add", "tomorrow", "--account", ALICE) == 1

    said = capsys.readouterr()
    assert "Added: Water the plants, due 2199-12-01 19:00, every! 3 days starting" in said.out
    assert ", reminds 1h before\n" in said.out
    assert "How it repeats stays text: it never falls on a date." in said.err
    assert "text leaves no title" in said.err
    assert said.err.count("name the account with --account") == 2
    assert said.err.count("no account has this address") == 1
    query = "SELECT email_canonical, title FROM tasks JOIN users ON users.id = tasks.user_id"
    assert sorted(with_database(query)) == [
        (ALICE, "Water the plants"),
        (email_of("bob"), "Call mum every feb 30"),
    ]


def test_what_an_operator_does_is_a_line_of_the_log(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("create-user", ALICE)

    run("disable", ALICE)

    said = capsys.readouterr()
    assert '"account_disabled"' in said.err
    assert "account_disabled" not in said.out
