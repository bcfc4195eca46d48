"""Projects: the lists that tasks live in. Each account has one, the Inbox, that always stays."""

from __future__ import annotations

from todo_app.core.models import Project, User

INBOX = "Inbox"


def inbox_of(user: User) -> Project:
    """The Inbox of a new account; it is known by having the id of the account."""
    return Project(
        id=user.id,
        user_id=user.id,
        name=INBOX,
        colour="grey",
        created_at=user.created_at,
        updated_at=user.created_at,
    )
