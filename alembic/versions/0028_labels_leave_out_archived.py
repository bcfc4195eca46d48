"""Count for a label what its page shows: no task of a project that is archived.

Revision: 0028, after 0027
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OPEN = "completed_at IS NULL AND deleted_at IS NULL"
NEW_OPEN = "(NEW.completed_at IS NULL AND NEW.deleted_at IS NULL)"
OLD_OPEN = "(OLD.completed_at IS NULL AND OLD.deleted_at IS NULL)"
LABELS_OF = "id IN (SELECT label_id FROM task_labels WHERE task_id = {row}.id)"
IN_SIGHT = (
    "NOT EXISTS (SELECT 1 FROM projects "
    "WHERE projects.id = {row}.project_id AND archived_at IS NOT NULL)"
)
"""Whether a task is in no project that is archived."""
ANYWHERE = "{row}.project_id IS NOT NULL"
"""What stood in its place before."""
IS_OTHER = "(OLD.archived_at IS NULL) <> (NEW.archived_at IS NULL)"
OPEN_IN_PROJECT = (
    f"FROM task_labels JOIN tasks ON tasks.id = task_id WHERE project_id = NEW.id AND {OPEN}"
)
COUNTED_PROJECT = f"""\
    UPDATE labels
    SET task_count = task_count + (CASE WHEN NEW.archived_at IS NULL THEN 1 ELSE -1 END) * counted.n
    FROM (
        SELECT label_id, count(*) AS n FROM task_labels JOIN tasks ON tasks.id = task_id
        WHERE project_id = NEW.id AND {OPEN} GROUP BY label_id
    ) AS counted
    WHERE labels.id = counted.label_id;"""
RECOUNT = f"""\
UPDATE labels SET task_count = (
    SELECT count(*) FROM task_labels JOIN tasks ON tasks.id = task_id
    WHERE label_id = labels.id AND {OPEN} AND {{condition}}
)
WHERE id IN (
    SELECT label_id FROM task_labels JOIN tasks ON tasks.id = task_id
    JOIN projects ON projects.id = project_id WHERE archived_at IS NOT NULL
)"""


def upgrade() -> None:
    """Apply."""
    _count_by(IN_SIGHT)
    if _is_sqlite():
        _execute(
            f"CREATE TRIGGER count_archived AFTER UPDATE OF archived_at ON projects "
            f"WHEN {IS_OTHER} BEGIN\n{COUNTED_PROJECT}\nEND"
        )
    else:
        _execute(
            "CREATE FUNCTION count_archived() RETURNS trigger LANGUAGE plpgsql AS $$\n"
            f"BEGIN\n{COUNTED_PROJECT}\n    RETURN NULL;\nEND $$"
        )
        _execute(
            "CREATE TRIGGER count_archived AFTER UPDATE OF archived_at ON projects "
            f"FOR EACH ROW WHEN ({IS_OTHER}) EXECUTE FUNCTION count_archived()"
        )


def downgrade() -> None:
    """Take back."""
    if _is_sqlite():
        _execute("DROP TRIGGER count_archived")
    else:
        _execute("DROP FUNCTION count_archived() CASCADE")
    _count_by(ANYWHERE)


def _count_by(condition: str) -> None:
    """Count open tasks for their labels that fulfil this condition, from now on and as they are."""
    statements = _sqlite_triggers(condition) if _is_sqlite() else _postgresql_functions(condition)
    for statement in (*statements, RECOUNT.format(condition=condition.format(row="tasks"))):
        _execute(statement)


def _sqlite_triggers(condition: str) -> list[str]:
    new_counts = f"({NEW_OPEN} AND {condition.format(row='NEW')})"
    old_counts = f"({OLD_OPEN} AND {condition.format(row='OLD')})"
    triggers = {
        "count_changed_task": f"""\
AFTER UPDATE OF project_id, completed_at, deleted_at ON tasks
WHEN {NEW_OPEN} <> {OLD_OPEN} OR NEW.project_id <> OLD.project_id BEGIN
    UPDATE projects SET task_count = task_count - {OLD_OPEN} WHERE id = OLD.project_id;
    UPDATE projects SET task_count = task_count + {NEW_OPEN} WHERE id = NEW.project_id;
    UPDATE labels SET task_count = task_count + {new_counts} - {old_counts}
    WHERE {new_counts} <> {old_counts} AND {LABELS_OF.format(row="NEW")};
END""",
        "count_deleted_task": f"""\
BEFORE DELETE ON tasks WHEN {OLD_OPEN} BEGIN
    UPDATE projects SET task_count = task_count - 1 WHERE id = OLD.project_id;
    UPDATE labels SET task_count = task_count - 1
    WHERE {condition.format(row="OLD")} AND {LABELS_OF.format(row="OLD")};
END""",
        "count_labelled": f"""\
AFTER INSERT ON task_labels BEGIN
    UPDATE labels SET task_count = task_count + 1
    WHERE id = NEW.label_id AND {_is_counted("NEW", condition)};
END""",
        "count_unlabelled": f"""\
AFTER DELETE ON task_labels BEGIN
    UPDATE labels SET task_count = task_count - 1
    WHERE id = OLD.label_id AND {_is_counted("OLD", condition)};
END""",
    }
    dropped = [f"DROP TRIGGER {name}" for name in triggers]
    return dropped + [f"CREATE TRIGGER {name} {trigger}" for name, trigger in triggers.items()]


def _postgresql_functions(condition: str) -> list[str]:
    of_new, of_old = (condition.format(row=f"{rows}_rows") for rows in ("new", "old"))
    functions = {
        "count_tasks": f"""\
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
                SELECT id, 1 AS n FROM new_rows WHERE {OPEN} AND {of_new}
                UNION ALL SELECT id, -1 FROM old_rows WHERE {OPEN} AND {of_old}
            ) AS turned GROUP BY id HAVING sum(n) <> 0
        ) AS changed JOIN task_labels ON task_id = changed.id GROUP BY label_id
    ) AS counted WHERE labels.id = counted.label_id;
    RETURN NULL;""",
        "count_deleted_task": f"""\
    UPDATE projects SET task_count = task_count - 1 WHERE id = OLD.project_id;
    UPDATE labels SET task_count = task_count - 1
    WHERE {condition.format(row="OLD")} AND {LABELS_OF.format(row="OLD")};
    RETURN OLD;""",
        "count_labels": f"""\
    IF TG_OP = 'INSERT' THEN
        UPDATE labels SET task_count = task_count + counted.n FROM (
            SELECT label_id, count(*) AS n FROM new_rows
            WHERE {_is_counted("new_rows", condition)} GROUP BY label_id
        ) AS counted WHERE labels.id = counted.label_id;
    ELSE
        UPDATE labels SET task_count = task_count - counted.n FROM (
            SELECT label_id, count(*) AS n FROM old_rows
            WHERE {_is_counted("old_rows", condition)} GROUP BY label_id
        ) AS counted WHERE labels.id = counted.label_id;
    END IF;
    RETURN NULL;""",
    }
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n{body}\nEND $$"
        for name, body in functions.items()
    ]


def _is_counted(link: str, condition: str) -> str:
    counts = condition.format(row="tasks")
    return f"EXISTS (SELECT 1 FROM tasks WHERE id = {link}.task_id AND {OPEN} AND {counts})"


def _execute(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
