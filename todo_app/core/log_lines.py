"""Log lines: for people in development, JSON in production.

A line holds what it says and nothing else: no sender begins a line of their own. Each carries the
reference of the request or event that it was written under.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from todo_app.core import references
from todo_app.core.settings import get_settings

_PLAIN = "%(levelname)s %(name)s %(message)s"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def open_log() -> None:
    """Log to stderr, as the settings say. Raises SettingsError."""
    settings = get_settings()
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine() if settings.environment == "production" else OneLine(_PLAIN))
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    # What libraries say for debugging holds statements with their values: titles, hashes.
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler], force=True)
    logging.getLogger("todo_app").setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Without a level they give themselves this one, and a handler that knows nothing of our lines.
    for name in ("engineio.server", "socketio.server"):
        logging.getLogger(name).setLevel(logging.ERROR)


class OneLine(logging.Formatter):
    """Escapes control characters in messages; only a trace, which is ours, has lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging names it
        """The line of a record, without its trace."""
        line = _CONTROL.sub(lambda found: ascii(found.group())[1:-1], super().formatMessage(record))
        reference = references.current()
        return f"{line} [{reference}]" if reference else line


class JsonLine(logging.Formatter):
    """Each record is one object on one line, its trace included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if reference := references.current():
            line["reference"] = reference
        if fields := getattr(record, "fields", None):
            line |= {"message": fields["event"], **fields}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)
