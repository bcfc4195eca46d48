"""What a person is told of an event that failed, where its handler did not tell."""

from __future__ import annotations

import logging
from collections import deque

from reflex.event import EventSpec

from todo_app.core import references
from todo_app.core.errors import TodoError
from todo_app.web import messages, reflex_private
from todo_app.web.session import AuthState

log = logging.getLogger(__name__)

# An explanation that fails is not explained again: it would go on for ever.
_explained: deque[str] = deque(maxlen=1_000)


def explain_exception(exception: Exception) -> EventSpec | None:
    """Turn what a handler did not expect into a toast; the log has the rest under its reference."""
    event, cause = reflex_private.event_and_its_cause()
    if cause in _explained:
        log.error("an error could not be shown", exc_info=exception)
        return None
    _explained.append(event)
    # What fills a page is chained to the event that opens it; what a person does is not.
    tell = AuthState.tell_error if cause is None else AuthState.tell_trouble
    if isinstance(exception, TodoError):
        return tell(messages.message(exception))
    reference = references.begin(event)
    log.error("unexpected error in an event, reference %s", reference, exc_info=exception)
    return tell(messages.UNEXPECTED.format(reference=reference))
