"""What was changed, by whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlmodel import Field, SQLModel

from todo_app.core.models.columns import UtcDateTime, new_id


class ChangeHead(SQLModel, table=True):
    """The end of the chain of changes of an account. Who locks it may write in that account."""

    __tablename__ = "change_heads"

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    number: int = Field(default=0, sa_type=BigInteger)
    hash: str = Field(default="", sa_type=String(64))


class Change(SQLModel, table=True):
    """One row of something that was changed, and all that is known about that.

    `user_id` is whose data it is, `actor_id` who did it, and `token_id` the API token if one was
    used; `about_id` is the row whose history it belongs to. `undoes` is the batch that was taken
    back. `content_hash` outlives `before` and `after`: what is deleted for good is deleted here
    too, and the chain stays whole.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_number", "user_id", "number", unique=True),
        Index("ix_changes_about", "about_id", "number"),
        Index("ix_changes_batch", "batch_id"),
        Index(
            "ix_changes_undoes",
            "undoes",
            postgresql_where=text("undoes IS NOT NULL"),
            sqlite_where=text("undoes IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    number: int = Field(sa_type=BigInteger)
    batch_id: UUID
    mode: str = Field(sa_type=String(4))
    undoes: UUID | None = None
    actor_id: UUID | None = None
    token_id: UUID | None = None
    way: str = Field(sa_type=String(8))
    act: str = Field(sa_type=String(40))
    entity: str = Field(sa_type=String(20))
    entity_id: UUID
    about_id: UUID
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)
    content_hash: str = Field(sa_type=String(64))
    created_at: datetime = Field(sa_type=UtcDateTime)
    hash: str = Field(sa_type=String(64))


CHANGE_HEADS = SQLModel.metadata.tables["change_heads"]
CHANGES = SQLModel.metadata.tables["changes"]
