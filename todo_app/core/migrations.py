"""Brings the database to the schema of this code, or says why it cannot."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from alembic import command
from todo_app.core.settings import get_settings, prepare_data_dir

SCRIPTS = Path(__file__).resolve().parents[2] / "alembic"
MIGRATION_LOCK = 7_235_114_090
"""The PostgreSQL advisory lock that one migrating process holds."""


class MigrationError(Exception):
    """The database cannot be brought to this schema; the message says what to do."""


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


@cache
def known_revisions() -> tuple[str, ...]:
    """All revisions of this program, the newest first."""
    scripts = ScriptDirectory.from_config(configuration())
    return tuple(script.revision for script in scripts.walk_revisions())


def migrate() -> None:
    """Upgrade the database of the settings to the newest revision.

    Raises MigrationError if it is newer than this code or does not answer, and SettingsError if
    the data folder cannot be written.
    """
    prepare_data_dir(get_settings().data_dir)
    _make_private_file(get_settings().owner_url)
    try:
        command.upgrade(configuration(), "head")
    except CommandError as error:
        raise MigrationError(too_new(error)) from error
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        msg = f"The database cannot be used ({cause}): check DATABASE_URL and DATA_DIR"
        raise MigrationError(msg) from error


def too_new(because: object) -> str:
    """What to do with a database whose revision this code does not know."""
    return (
        f"The database is newer than this version of the program, which knows revisions up to "
        f"{known_revisions()[0]} ({because}): start the newer version, or restore a backup made "
        "before it"
    )


def _make_private_file(url: str) -> None:
    """Make the file of a new SQLite database for its owner alone; one that is there stays as it is.

    SQLite itself would let everybody read it. Its other files take the rights of this one.
    """
    named = make_url(url)
    if named.get_backend_name() == "sqlite" and named.database not in {None, "", ":memory:"}:
        # What cannot be made cannot be migrated either, which says why.
        with contextlib.suppress(OSError):
            Path(str(named.database)).touch(mode=0o600)
