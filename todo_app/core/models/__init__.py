"""Every table, and nothing else. Rules live beside the noun they belong to."""

from sqlmodel import SQLModel

from todo_app.core.models.columns import DERIVED, UtcDateTime, new_id
from todo_app.core.models.history import CHANGE_HEADS, CHANGES, Change, ChangeHead
from todo_app.core.models.identity import (
    ApiToken,
    IdempotencyKey,
    MailedLink,
    OutboxMessage,
    RecoveryCode,
    RefreshToken,
    SecurityEvent,
    Session,
    TotpFactor,
    User,
)
from todo_app.core.models.search import SEARCH_TEXTS, SearchText
from todo_app.core.models.work import (
    DEPTH_MAX,
    DUE_TIME_ORDER,
    LABELS,
    OCCURRENCES,
    PATH_MAX_CHARACTERS,
    PROJECTS,
    SECTIONS,
    TASK_LABELS,
    TASKS,
    Label,
    Occurrence,
    Project,
    Section,
    Task,
    TaskLabel,
)

__all__ = [
    "CHANGES",
    "CHANGE_HEADS",
    "DEPTH_MAX",
    "DERIVED",
    "DUE_TIME_ORDER",
    "LABELS",
    "OCCURRENCES",
    "PATH_MAX_CHARACTERS",
    "PROJECTS",
    "SEARCH_TEXTS",
    "SECTIONS",
    "TASKS",
    "TASK_LABELS",
    "ApiToken",
    "Change",
    "ChangeHead",
    "IdempotencyKey",
    "Label",
    "MailedLink",
    "Occurrence",
    "OutboxMessage",
    "Project",
    "RecoveryCode",
    "RefreshToken",
    "SQLModel",
    "SearchText",
    "Section",
    "SecurityEvent",
    "Session",
    "Task",
    "TaskLabel",
    "TotpFactor",
    "User",
    "UtcDateTime",
    "new_id",
]
