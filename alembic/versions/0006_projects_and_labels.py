"""Projects, sections, labels, subtasks; an Inbox for each account that is there.

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = "completed_at IS NULL AND deleted_at IS NULL"
TASK_INDEXES = (
    ("ix_tasks_created", ["user_id", "created_at", "id"], "deleted_at IS NULL"),
    ("ix_tasks_open_created", ["user_id", "created_at", "id"], OPEN),
    (
        "ix_tasks_open_due",
        ["user_id", "due_date", sa.text("coalesce(due_time, '24:00')"), "priority", "id"],
        OPEN,
    ),
    (
        "ix_tasks_completed",
        ["user_id", "completed_at", "id"],
        "completed_at IS NOT NULL AND deleted_at IS NULL",
    ),
    ("ix_tasks_deleted", ["deleted_at"], "deleted_at IS NOT NULL"),
)
PLACE_INDEXES = (
    ("ix_tasks_open_path", ["project_id", "path", "id"], OPEN),
    ("ix_tasks_project", ["project_id", "created_at", "id"], "deleted_at IS NULL"),
    ("ix_tasks_parent", ["parent_id", "completed_at"], "parent_id IS NOT NULL"),
)

INBOXES = """\
INSERT INTO projects
    (id, user_id, name, colour, position, task_count, version, created_at, updated_at)
SELECT id, id, 'Inbox', 'grey', 'A', 0, 1, created_at, created_at FROM users
"""
# Inbox showed the newest first, and goes on to.
PLACES = """\
UPDATE tasks SET
    project_id = user_id, is_collapsed = {false}, position = numbered.position,
    path = '!' || numbered.position
FROM (
    SELECT id, 'M' || CAST(10000000000000000 + row_number() OVER (
        PARTITION BY user_id ORDER BY created_at DESC, id DESC
    ) AS VARCHAR(17)) AS position FROM tasks
) AS numbered
WHERE numbered.id = tasks.id
"""
RECOUNT = f"""\
UPDATE projects SET task_count = (
    SELECT count(*) FROM tasks WHERE project_id = projects.id AND {OPEN}
)
"""

NEW_OPEN = "(NEW.completed_at IS NULL AND NEW.deleted_at IS NULL)"
OLD_OPEN = "(OLD.completed_at IS NULL AND OLD.deleted_at IS NULL)"
LABELS_OF = "id IN (SELECT label_id FROM task_labels WHERE task_id = {row}.id)"
IS_OPEN_TASK = f"EXISTS (SELECT 1 FROM tasks WHERE id = {{row}}.task_id AND {OPEN})"

SQLITE_TRIGGERS = (
    f"""\
CREATE TRIGGER count_inserted_task AFTER INSERT ON tasks WHEN {NEW_OPEN} BEGIN
    UPDATE projects SET task_count = task_count + 1 WHERE id = NEW.project_id;
END""",
    f"""\
CREATE TRIGGER count_changed_task AFTER UPDATE OF project_id, completed_at, deleted_at ON tasks
WHEN {NEW_OPEN} <> {OLD_OPEN} OR NEW.project_id <> OLD.project_id BEGIN
    UPDATE projects SET task_count = task_count - {OLD_OPEN} WHERE id = OLD.project_id;
    UPDATE projects SET task_count = task_count + {NEW_OPEN} WHERE id = NEW.project_id;
    UPDATE labels SET task_count = task_count + {NEW_OPEN} - {OLD_OPEN}
    WHERE {NEW_OPEN} <> {OLD_OPEN} AND {LABELS_OF.format(row="NEW")};
END""",
    f"""\
CREATE TRIGGER count_deleted_task BEFORE DELETE ON tasks WHEN {OLD_OPEN} BEGIN
    UPDATE projects SET task_count = task_count - 1 WHERE id = OLD.project_id;
    UPDATE labels SET task_count = task_count - 1 WHERE {LABELS_OF.format(row="OLD")};
END""",
    f"""\
CREATE TRIGGER count_labelled AFTER INSERT ON task_labels BEGIN
    UPDATE labels SET task_count = task_count + 1
    WHERE id = NEW.label_id AND {IS_OPEN_TASK.format(row="NEW")};
END""",
    f"""\
CREATE TRIGGER count_unlabelled AFTER DELETE ON task_labels BEGIN
    UPDATE labels SET task_count = task_count - 1
    WHERE id = OLD.label_id AND {IS_OPEN_TASK.format(row="OLD")};
END""",
)

# By statement, not by row: to change one count ten thousand times in a transaction takes seconds.
POSTGRESQL_FUNCTIONS = (
    f"""\
CREATE FUNCTION count_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE projects SET task_count = task_count + counted.n FROM (
            SELECT project_id, count(*) AS n FROM new_rows WHERE {OPEN} GROUP BY project_id
        ) AS counted WHERE projects.id = counted.project_id;
        RETURN NULL;
    END IF;
    UPDATE projects SET task_count = task_count + counted.n FROM (
        SELECT project_id, sum(n) AS n FROM (
            SELECT project_id, 1 AS n FROM new_rows WHERE {OPEN}
            UNION ALL SELECT project_id, -1 FROM old_rows WHERE {OPEN}
        ) AS turned GROUP BY project_id HAVING sum(n) <> 0
    ) AS counted WHERE projects.id = counted.project_id;
    UPDATE labels SET task_count = task_count + counted.n FROM (
        SELECT label_id, sum(n) AS n FROM (
            SELECT id, sum(n) AS n FROM (
                SELECT id, 1 AS n FROM new_rows WHERE {OPEN}
                UNION ALL SELECT id, -1 FROM old_rows WHERE {OPEN}
            ) AS turned GROUP BY id HAVING sum(n) <> 0
        ) AS changed JOIN task_labels ON task_id = changed.id GROUP BY label_id
    ) AS counted WHERE labels.id = counted.label_id;
    RETURN NULL;
END $$""",
    f"""\
CREATE FUNCTION count_deleted_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects SET task_count = task_count - 1 WHERE id = OLD.project_id;
    UPDATE labels SET task_count = task_count - 1 WHERE {LABELS_OF.format(row="OLD")};
    RETURN OLD;
END $$""",
    f"""\
CREATE FUNCTION count_labels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE labels SET task_count = task_count + counted.n FROM (
            SELECT label_id, count(*) AS n FROM new_rows
            WHERE {IS_OPEN_TASK.format(row="new_rows")} GROUP BY label_id
        ) AS counted WHERE labels.id = counted.label_id;
    ELSE
        UPDATE labels SET task_count = task_count - counted.n FROM (
            SELECT label_id, count(*) AS n FROM old_rows
            WHERE {IS_OPEN_TASK.format(row="old_rows")} GROUP BY label_id
        ) AS counted WHERE labels.id = counted.label_id;
    END IF;
    RETURN NULL;
END $$""",
)
POSTGRESQL_TRIGGERS = (
    (
        "count_inserted_tasks AFTER INSERT ON tasks REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION count_tasks()"
    ),
    (
        "count_changed_tasks AFTER UPDATE ON tasks "
        "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION count_tasks()"
    ),
    (
        f"count_deleted_task BEFORE DELETE ON tasks FOR EACH ROW WHEN {OLD_OPEN} "
        "EXECUTE FUNCTION count_deleted_task()"
    ),
    (
        "count_labelled AFTER INSERT ON task_labels REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION count_labels()"
    ),
    (
        "count_unlabelled AFTER DELETE ON task_labels REFERENCING OLD TABLE AS old_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION count_labels()"
    ),
)


def upgrade() -> None:
    """Apply."""
    _create_projects()
    _create_sections()
    _place_tasks()
    _create_labels()
    _keep_counts()


def _create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("colour", sa.String(16), nullable=False),
        sa.Column("position", _byte_text(64), nullable=False),
        sa.Column("task_count", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        *_bookkeeping(),
        sa.CheckConstraint(
            "id <> user_id OR (name = 'Inbox' AND archived_at IS NULL AND deleted_at IS NULL)",
            name="ck_projects_inbox",
        ),
    )
    op.create_index("ix_projects_position", "projects", ["user_id", "position", "id"])
    _create_partial_index(
        "ix_projects_archived", "projects", ["user_id"], "archived_at IS NOT NULL"
    )
    op.execute(INBOXES)


def _create_sections() -> None:
    op.create_table(
        "sections",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column(
            "project_id",
            sa.Uuid(),
            sa.ForeignKey("projects.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("position", _byte_text(64), nullable=False),
        *_bookkeeping(),
    )
    op.create_index("ix_sections_user_id", "sections", ["user_id"])
    op.create_index("ix_sections_position", "sections", ["project_id", "position", "id"])


def _place_tasks() -> None:
    # SQLite makes the table anew, and would forget what it cannot describe of the indexes.
    _drop_indexes(TASK_INDEXES)
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("project_id", sa.Uuid()))
        tasks.add_column(sa.Column("section_id", sa.Uuid()))
        tasks.add_column(sa.Column("parent_id", sa.Uuid()))
        tasks.add_column(sa.Column("position", _byte_text(64)))
        tasks.add_column(sa.Column("path", _byte_text(390)))
        tasks.add_column(sa.Column("is_collapsed", sa.Boolean()))
    op.execute(PLACES.format(false="0" if _is_sqlite() else "false"))
    with op.batch_alter_table("tasks") as tasks:
        for name in ("project_id", "position", "path", "is_collapsed"):
            tasks.alter_column(name, nullable=False)
        for name, table, ondelete in (
            ("project_id", "projects", "CASCADE"),
            ("section_id", "sections", "SET NULL"),
            ("parent_id", "tasks", "CASCADE"),
        ):
            tasks.create_foreign_key(f"fk_tasks_{name}", table, [name], ["id"], ondelete=ondelete)
    for name, columns, where in (*TASK_INDEXES, *PLACE_INDEXES):
        _create_partial_index(name, "tasks", columns, where)
    op.create_index("ix_tasks_section_id", "tasks", ["section_id"])
    op.execute(RECOUNT)


def _create_labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_key", _byte_text(200), nullable=False),
        sa.Column("colour", sa.String(16), nullable=False),
        sa.Column("task_count", sa.Integer(), nullable=False),
        *_bookkeeping(),
    )
    op.create_index("ix_labels_name_key", "labels", ["user_id", "name_key"], unique=True)
    op.create_table(
        "task_labels",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column(
            "task_id", sa.Uuid(), sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "label_id", sa.Uuid(), sa.ForeignKey("labels.id", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_index("ix_task_labels_user_id", "task_labels", ["user_id"])
    op.create_index("ix_task_labels_task", "task_labels", ["task_id", "label_id"], unique=True)
    op.create_index("ix_task_labels_label_id", "task_labels", ["label_id"])


def _keep_counts() -> None:
    statements = SQLITE_TRIGGERS
    if not _is_sqlite():
        triggers = (f"CREATE TRIGGER {trigger}" for trigger in POSTGRESQL_TRIGGERS)
        statements = (*POSTGRESQL_FUNCTIONS, *triggers)
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Take back."""
    op.drop_table("task_labels")
    op.drop_table("labels")
    if _is_sqlite():
        names = ("count_inserted_task", "count_changed_task", "count_deleted_task")
        for name in names:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name in ("count_tasks", "count_deleted_task", "count_labels"):
            op.execute(f"DROP FUNCTION {name}() CASCADE")
    op.drop_index("ix_tasks_section_id", "tasks")
    _drop_indexes((*TASK_INDEXES, *PLACE_INDEXES))
    with op.batch_alter_table("tasks") as tasks:
        for name in ("project_id", "section_id", "parent_id"):
            tasks.drop_constraint(f"fk_tasks_{name}", type_="foreignkey")
        for name in ("project_id", "section_id", "parent_id", "position", "path", "is_collapsed"):
            tasks.drop_column(name)
    for name, columns, where in TASK_INDEXES:
        _create_partial_index(name, "tasks", columns, where)
    op.drop_table("sections")
    op.drop_table("projects")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _byte_text(length: int) -> sa.String:
    return sa.String(length, collation=None if _is_sqlite() else "C")


def _owner() -> sa.Column[object]:
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    return sa.Column("user_id", sa.Uuid(), owner, nullable=False)


def _bookkeeping() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )


def _create_partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, postgresql_where=condition, sqlite_where=condition)


def _drop_indexes(indexes: tuple[tuple[str, list[str], str], ...]) -> None:
    for name, _, _ in indexes:
        op.drop_index(name, "tasks")
