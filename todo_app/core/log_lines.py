"""Log lines that hold what they say and nothing else: no sender begins a line of their own."""

from __future__ import annotations

import logging
import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class OneLine(logging.Formatter):
    """Escapes control characters in messages; only a trace, which is ours, has lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging names it
        """The line of a record, without its trace."""
        return _CONTROL.sub(lambda found: ascii(found.group())[1:-1], super().formatMessage(record))
