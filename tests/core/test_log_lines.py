from __future__ import annotations

import json
import logging
import sys
from contextvars import copy_context

import pytest
import socketio

from todo_app.core import references
from todo_app.core.log_lines import JsonLine, OneLine, open_log
from todo_app.core.settings import get_settings


def line_of(message: str, *args: object) -> str:
    record = logging.LogRecord("todo_app", logging.INFO, "", 0, message, args, None)
    return OneLine("%(levelname)s %(message)s").format(record)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("a\nERROR forged", r"a\nERROR forged"),
        ("a\r\nb", r"a\r\nb"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\u2028\x85\x00", r"\u2028\x85\x00"),
        ("\ud800", r"\ud800"),
        ("Bücher 書", "Bücher 書"),
    ],
)
def test_a_message_stays_on_its_line(said: str, written: str) -> None:
    assert line_of("%s", said) == f"INFO {written}"


def object_of(message: str, *args: object, **more: object) -> dict[str, object]:
    record = logging.LogRecord("todo_app", logging.ERROR, "", 0, message, args, None)
    record.__dict__ |= more
    line = JsonLine().format(record)
    assert line.isascii()
    assert "\n" not in line
    found: dict[str, object] = json.loads(line)
    return found


def test_in_production_a_line_is_an_object() -> None:
    said = object_of("%s", "a\nERROR forged\u2028")

    assert said.pop("time")
    assert said == {"level": "error", "logger": "todo_app", "message": "a\nERROR forged\u2028"}


def test_a_trace_stays_on_the_line_too() -> None:
    try:
        int("unforeseen")
    except ValueError:
        said = object_of("failed", exc_info=sys.exc_info())

    assert "ValueError" in str(said["trace"])


def test_a_fault_behind_a_socket_is_one_line_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("JWT_SECRET", "3Wr2vN5c-Pq8tY1xZ6bM4kL7sD9fG0hJ")
    get_settings.cache_clear()
    for name in ("engineio.server", "socketio.server"):
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])

    open_log()
    log = socketio.AsyncServer(async_mode="asgi").eio.logger
    try:
        int("unforeseen")
    except ValueError:
        log.exception("message async handler error")

    [line] = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert said["message"] == "message async handler error"
    assert "ValueError" in said["trace"]


def test_what_is_said_in_fields_is_not_said_in_a_text_again() -> None:
    said = object_of("%s", '{"event": "signed_in"}', fields={"event": "signed_in", "device": "x"})

    assert (said["message"], said["device"]) == ("signed_in", "x")


def test_a_line_carries_the_reference_of_what_is_done() -> None:
    def handle() -> tuple[str, str, dict[str, object]]:
        return references.begin(), line_of("said"), object_of("said")

    reference, line, said = copy_context().run(handle)

    assert line == f"INFO said [{reference}]"
    assert said["reference"] == reference
    assert line_of("said") == "INFO said"
