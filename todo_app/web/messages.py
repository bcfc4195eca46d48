"""What a person reads: a sentence for each refusal of core, words for each security event."""

from __future__ import annotations

from collections.abc import Mapping

from todo_app.core.audit import Kind
from todo_app.core.changes import Act
from todo_app.core.errors import (
    ChangedSince,
    CodeNeeded,
    CodesOff,
    Conflict,
    EmailTaken,
    Flaw,
    Forbidden,
    InboxStays,
    InvalidCursor,
    InvalidFilter,
    InvalidInput,
    KeyInUse,
    KeyReused,
    LimitReached,
    LinkSpent,
    MailOff,
    NameTaken,
    NotFound,
    NothingToUndo,
    NotRecurring,
    RefreshRefused,
    RefreshTokenReused,
    StaleVersion,
    SyncExpired,
    TodoError,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
    UnusableRule,
    WrongCode,
    WrongCredentials,
    WrongPasskey,
)
from todo_app.core.filters.reader import MAX_CHARACTERS as FILTER_MAX_CHARACTERS
from todo_app.core.filters.reader import MAX_DEPTH as FILTER_MAX_DEPTH
from todo_app.core.filters.reader import MAX_TERMS as FILTER_MAX_TERMS
from todo_app.core.letters import CLOSED_DAYS
from todo_app.core.models import DEPTH_MAX
from todo_app.core.quick_lines import LINES_MAX

MESSAGES: dict[type[TodoError], str] = {
    TodoError: "That did not work. Try again.",
    NotFound: "This task is no longer here. It may have been deleted elsewhere.",
    Forbidden: "You may not do that.",
    Conflict: "This already exists in another form.",
    ChangedSince: "This cannot be undone: {field} was changed since{by}.",
    NothingToUndo: "There is nothing to undo.",
    NameTaken: "There is another one with this name.",
    InboxStays: "The Inbox stays as it is.",
    LimitReached: "There can be no more of these.",
    StaleVersion: "This was changed elsewhere meanwhile.",
    NotRecurring: "This task does not repeat.",
    InvalidInput: "This value cannot be used.",
    InvalidFilter: "This filter cannot be read.",
    UnusableRule: "This way of repeating cannot be used.",
    InvalidCursor: "This list has changed. Open it again.",
    SyncExpired: "This page is too old. Open it again.",
    KeyReused: "This was sent before with other content.",
    KeyInUse: "This is still being worked on. Try again in a moment.",
    EmailTaken: "An account with this email already exists. Sign in instead.",
    WrongCredentials: "That email and password don’t match. Try again, or reset your password.",
    CodeNeeded: "Enter the code from your authenticator app.",
    WrongCode: "That code is not right, or was used before. Try the next one.",
    WrongPasskey: "That passkey does not open an account here. Sign in in another way.",
    Unauthenticated: "Your session has ended. Sign in again.",
    RefreshRefused: "Your session has ended. Sign in again.",
    RefreshTokenReused: "Your session has ended. Sign in again.",
    LinkSpent: "This link is no longer good. Ask for a new one.",
    MailOff: "This server sends no mail. Ask the person who runs it for a link.",
    CodesOff: "This server has no key to keep the secret with. Ask the person who runs it.",
    TooManyAttempts: "Too many attempts. Try again in {wait}.",
    Unavailable: "The server is busy or cannot reach its database. Try again in a moment.",
}

FIELD_MESSAGES: dict[str, str] = {
    "too_short": "Use at least 8 characters.",
    "too_long": "Use at most 1,024 characters.",
    "unusable": "This contains characters that cannot be used.",
    "not_chosen": "That is not the password you chose when you signed up.",
    "wrong": "That is not your current password.",
    "passkey_name": "Give it a name of at most 100 characters.",
    "passkey": "That passkey could not be added. Try again.",
    "wrong_code": "That is not the code that the app shows now.",
    "common": "This is one of the most common passwords. Choose another.",
    "personal": "Choose a password that is not your email or our name.",
    "email": "Enter an email address like ada@example.org.",
    "name": "Use at most 100 characters.",
    "other_email": "That is not the address of this account.",
    "token": "Give it a name of at most 100 characters, and choose from the lists.",
    "too_many": "You have as many as there may be. Delete one first.",
    "unknown": "This is no longer here. It may have been deleted elsewhere.",
    "elsewhere": "This is not where the others are.",
    "inside_itself": "A task cannot be a part of itself.",
    "too_deep": f"Tasks can be up to {DEPTH_MAX} deep in each other.",
    "title_too_long": "A title has up to 500 characters.",
    "too_many_lines": f"Up to {LINES_MAX} lines can be added at once.",
    "required": "This cannot be empty.",
    "rule_unreadable": "This is no way of repeating that we know. Try “every 3 days”.",
    "rule_unsupported": "This way of repeating says more than can be kept here.",
    "rule_too_often": "A task can repeat once an hour, not more often.",
    "rule_interval": "A task cannot repeat that far apart.",
    "rule_count": "A task can repeat 1 to 1,000 times.",
    "rule_too_late": "This reaches past the year 9999.",
    "rule_past": "That date is past.",
    "rule_several_dates": "One task cannot repeat on all of these dates. Add one for each.",
    "rule_no_date": "There is no such date.",
    "rule_ends_twice": "It ends after a number of times or on a date, not both.",
    "rule_never": "This never falls on a date.",
    "rule_elsewhere": "It cannot repeat on that day. Say how it is to repeat instead.",
    "rule_disagrees": "The words and the rule say different things.",
}

FLAW_MESSAGES: dict[Flaw, str] = {
    "empty": "There is nothing here.",
    "too_long": f"A filter has up to {FILTER_MAX_CHARACTERS:,} characters.",
    "too_many": f"A filter has up to {FILTER_MAX_TERMS} parts; this is one more.",
    "too_deep": f"Groups go up to {FILTER_MAX_DEPTH} deep in each other.",
    "unusable": "This contains characters that cannot be used.",
    "term_missing": "Something to look for is missing here.",
    "sign_missing": "Between two parts stands & for and, or | for or.",
    "group_open": "This ( has no ) to close it.",
    "group_unopened": "This ) has no ( before it.",
    "group_list": "In a group, write | in place of a comma.",
    "word_unknown": "This is no word of a filter. To look for text, write search: before it.",
    "value_missing": "Something is missing behind this.",
    "date_unknown": "This is no day. Try tomorrow, friday, 27 jan or +7 days.",
}
"""What is wrong with a filter, at the place that is marked."""

CHANGED_FIELDS: dict[str, str] = {
    "id": "the task itself",
    "title": "the title",
    "name": "the name",
    "colour": "the colour",
    "query": "what it shows",
    "notes": "the notes",
    "priority": "the priority",
    "due": "the due date",
    "recurrence": "how it repeats",
    "reminders": "the reminders",
    "completed_at": "whether it is done",
    "deleted_at": "whether it is in the trash",
    "position": "its place",
    "project_id": "the project",
    "section_id": "the section",
    "parent_id": "what it is a part of",
}
"""How a sentence names what was changed."""

ACT_MESSAGES: dict[Act, str] = {
    "task.created": "Added",
    "task.changed": "Changed",
    "task.completed": "Completed",
    "task.reopened": "Reopened",
    "task.deleted": "Deleted",
    "task.restored": "Restored",
    "task.skipped": "Skipped a turn of",
    "occurrence.done": "A turn was done",
    "occurrence.skipped": "A turn was skipped",
    "occurrence.reopened": "A turn was reopened",
    "task.purged": "Deleted for good",
    "filter.created": "Saved a filter",
    "filter.changed": "Changed a filter",
    "filter.moved": "Moved a filter",
    "filter.spread": "Made room around the filter",
    "filter.deleted": "Deleted a filter",
    "task.moved": "Moved",
    "task.spread": "Made room around",
    "task.labelled": "Labelled",
    "task.unlabelled": "Took a label off",
    "project.created": "Added the project",
    "project.changed": "Changed the project",
    "project.moved": "Moved the project",
    "project.spread": "Made room around the project",
    "project.archived": "Archived the project",
    "project.unarchived": "Brought back the project",
    "project.deleted": "Deleted the project",
    "project.restored": "Restored the project",
    "project.purged": "Deleted the project for good",
    "section.created": "Added the section",
    "section.changed": "Renamed the section",
    "section.moved": "Moved the section",
    "section.spread": "Made room around the section",
    "section.deleted": "Removed the section",
    "section.purged": "Deleted the section for good",
    "label.created": "Added the label",
    "label.changed": "Changed the label",
    "label.merged": "Merged the label",
    "label.deleted": "Deleted the label",
}
"""What a person reads about a change, before the title of what was changed."""

WAYS: dict[str, str] = {
    "web": "in the browser",
    "api": "by the API",
    "token": "by an API token",
    "shell": "at the command line",
    "system": "by itself",
}
"""By which way in somebody did something."""

EVENT_MESSAGES: dict[Kind, str] = {
    "signed_up": "Account opened",
    "signed_in": "Signed in",
    "sign_in_failed": "Wrong password at sign-in",
    "signed_out": "Signed out",
    "session_ended": "Other sessions ended",
    "password_changed": "Password changed",
    "password_change_failed": "Wrong current password at a change",
    "refresh_token_reused": "An API client sent the same proof twice; its session was ended",
    "api_token_made": "API token made",
    "api_token_revoked": "API token revoked",
    "account_exported": "Everything exported",
    "account_closed": "Account closed",
    "account_reopened": "Account kept after all",
    "account_disabled": "Account disabled by an operator",
    "account_enabled": "Account enabled by an operator",
    "spent_token_used": "A revoked or expired API token was tried",
    "permission_denied": "An API token tried what it may not do",
    "second_factor_on": "Codes at sign-in switched on",
    "second_factor_off": "Codes at sign-in switched off",
    "second_factor_failed": "Right password and wrong code at sign-in",
    "recovery_codes_renewed": "Recovery codes renewed",
    "recovery_code_used": "Signed in by a recovery code",
    "password_reset_asked": "A link to reset the password was mailed",
    "password_reset": "Password reset by a mailed link",
    "email_change_asked": "Another email address asked for",
    "email_changed": "Email address changed",
    "email_change_dropped": "Change of the email address taken back",
    "passkey_added": "Passkey added",
    "passkey_removed": "Passkey removed",
    "passkey_failed": "A passkey was refused at sign-in",
}
"""What a person reads about a security event."""

ALARMS: frozenset[Kind] = frozenset(
    {
        "sign_in_failed",
        "password_change_failed",
        "refresh_token_reused",
        "spent_token_used",
        "permission_denied",
        "second_factor_failed",
        "passkey_failed",
    }
)

_NOTES: dict[str, str] = {
    "ended": "Your session has ended. Sign in again to go on.",
    "closed": f"Your account is closed and will be deleted in {CLOSED_DAYS} days. "
    "Sign in before then to keep it.",
    "reset": "Your password was changed. Sign in with the new one.",
    "again": "If somebody signed up with that address, the link was sent again.",
}

NEEDS_SCRIPT = "A passkey needs JavaScript, and a moment to load. Try again."
STEP_IS_OVER = "That took too long. Sign in again."
UNEXPECTED = "Something went wrong. If it happens again, tell us reference {reference}."


def message(error: TodoError) -> str:
    """The sentence for a refusal."""
    if isinstance(error, InvalidInput):
        return FIELD_MESSAGES.get(error.reason, MESSAGES[InvalidInput])
    text = MESSAGES[type(error)]
    if isinstance(error, ChangedSince):
        return text.format(field=CHANGED_FIELDS.get(error.field, "something"), by=_by(error))
    if isinstance(error, TooManyAttempts):
        return text.format(wait=_duration(error.retry_after_seconds))
    return text


def note_of(query: Mapping[str, list[str]]) -> str:
    """What the address of a page for strangers asks it to say, or nothing."""
    return next((text for name, text in _NOTES.items() if query.get(name) == ["1"]), "")


def _by(error: ChangedSince) -> str:
    if error.way is None:
        return ""
    how = WAYS.get(error.way, error.way)
    if error.token:
        how = f"with the API token \u201c{error.token}\u201d"
    return f" by {error.person or 'you'}, {how}"


def _duration(seconds: int) -> str:
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
