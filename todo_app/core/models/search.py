"""The words that search looks through, and the filters that people keep."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, Index, Integer, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from todo_app.core import positions
from todo_app.core.models.columns import UtcDateTime, byte_text, new_id


class Words(TypeDecorator[str]):
    """Words with a space between each; PostgreSQL keeps them as a tsvector with their places."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        """Text."""
        return str

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """A tsvector where there is one."""
        is_postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(TSVECTOR() if is_postgresql else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write it as PostgreSQL does, which then need not take it apart by rules of its own."""
        if value is None or dialect.name != "postgresql":
            return value
        return " ".join(f"'{word}':{place}" for place, word in enumerate(value.split(), 1))


class SearchText(SQLModel, table=True):
    """The words of a task, a project or a label, whose id is the one that is not null.

    `title` is of a task's title or of a name alone, `content` of all that is looked through.
    `scope` is what a search stays within: an account and a kind. `number` is the row's number in
    the full-text index of SQLite, and larger for what came later. `title_bits` are those of the
    words of the title, which tell PostgreSQL by the index alone of most rows that they do not fit.
    """

    __tablename__ = "search_texts"
    __table_args__ = (
        Index(
            "ix_search_texts_latest",
            "user_id",
            "scope",
            "number",
            postgresql_include=["title_bits"],
        ),
    )

    number: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
    )
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    scope: str = Field(sa_type=String(40))
    task_id: UUID | None = Field(
        default=None, foreign_key="tasks.id", ondelete="CASCADE", unique=True
    )
    project_id: UUID | None = Field(
        default=None, foreign_key="projects.id", ondelete="CASCADE", unique=True
    )
    label_id: UUID | None = Field(
        default=None, foreign_key="labels.id", ondelete="CASCADE", unique=True
    )
    title: str = Field(sa_type=Words)
    content: str = Field(sa_type=Words)
    # Where none were said, there may be every word.
    title_bits: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "-1"})


class SavedFilter(SQLModel, table=True):
    """A filter that a person keeps, by a name and in a place of their own."""

    __tablename__ = "saved_filters"
    __table_args__ = (Index("ix_saved_filters_position", "user_id", "position", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(sa_type=String(100))
    query: str = Field(sa_type=String(1_000))
    colour: str = Field(sa_type=String(16))
    position: str = Field(
        default_factory=positions.last, sa_type=byte_text(positions.MAX_CHARACTERS)
    )
    version: int = Field(default=1)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


SAVED_FILTERS = SQLModel.metadata.tables["saved_filters"]
SEARCH_TEXTS = SQLModel.metadata.tables["search_texts"]
