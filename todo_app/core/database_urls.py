"""URLs of databases: which ones we speak to, and how SQLAlchemy names them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def check_database_url(url: str) -> None:
    """Raise ValueError if it is none of a database we speak to; an empty one is SQLite."""
    if url.partition("://")[0] not in {"", "postgresql", "postgres", "sqlite"}:
        msg = "must start with postgresql:// or sqlite:///, or be empty"
        raise ValueError(msg)
    try:
        make_url(url or "sqlite://")
    except (ArgumentError, ValueError):
        msg = "cannot be read; it looks like postgresql://user:password@host:5432/name"
        raise ValueError(msg) from None


def check_owner_url(owner_url: str, url: str) -> None:
    """Raise ValueError if one is set for an owner where a database has no roles."""
    if owner_url and not (owner_url.startswith("postgres") and url.startswith("postgres")):
        msg = "MIGRATION_DATABASE_URL is for PostgreSQL: set DATABASE_URL to it too, or neither"
        raise ValueError(msg)


def sqlalchemy_url(url: str, data_dir: Path) -> str:
    """As SQLAlchemy names it, with the async driver."""
    if not url:
        return f"sqlite+aiosqlite:///{data_dir.resolve() / 'todo.db'}"
    scheme, _, rest = url.partition("://")
    return f"{'sqlite+aiosqlite' if scheme == 'sqlite' else 'postgresql+psycopg'}://{rest}"
