"""Keep on which day and at which time a task is due on the clock of its owner.

Revision: 0025, after 0024
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TASKS = sa.table(
    "tasks",
    sa.column("id"),
    sa.column("user_id"),
    sa.column("due_date", sa.Date),
    sa.column("due_time"),
    sa.column("due_zone"),
    sa.column("own_date", sa.Date),
    sa.column("own_time"),
)
USERS = sa.table("users", sa.column("id"), sa.column("time_zone"))
_OPEN = sa.text("completed_at IS NULL AND deleted_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.add_column("tasks", sa.Column("own_date", sa.Date(), nullable=True))
    op.add_column("tasks", sa.Column("own_time", sa.String(5), nullable=True))
    connection = op.get_bind()
    own = {"own_date": TASKS.c.due_date, "own_time": TASKS.c.due_time}
    connection.execute(TASKS.update().where(TASKS.c.due_date.is_not(None)).values(own))
    timed = connection.execute(
        sa.select(TASKS, USERS.c.time_zone)
        .join(USERS, USERS.c.id == TASKS.c.user_id)
        .where(TASKS.c.due_time.is_not(None))
    )
    for row in timed.all():
        said = datetime.combine(row.due_date, time.fromisoformat(row.due_time))
        try:
            moment = said.replace(tzinfo=ZoneInfo(row.due_zone)).astimezone(UTC)
            local = moment.astimezone(ZoneInfo(row.time_zone)).replace(tzinfo=None, fold=0)
        except (OverflowError, ZoneInfoNotFoundError):
            continue
        if local != said:
            own = {"own_date": local.date(), "own_time": f"{local:%H:%M}"}
            connection.execute(TASKS.update().where(TASKS.c.id == row.id).values(own))
    _index_open_due("own_date", "own_time")


def downgrade() -> None:
    """Take back."""
    _index_open_due("due_date", "due_time")
    op.drop_column("tasks", "own_time")
    op.drop_column("tasks", "own_date")


def _index_open_due(day: str, wall: str) -> None:
    op.drop_index("ix_tasks_open_due", "tasks")
    op.create_index(
        "ix_tasks_open_due",
        "tasks",
        ["user_id", day, sa.text(f"coalesce({wall}, '24:00')"), "priority", "id"],
        postgresql_where=_OPEN,
        sqlite_where=_OPEN,
    )
