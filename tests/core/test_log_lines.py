from __future__ import annotations

import logging

import pytest

from todo_app.core.log_lines import OneLine


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
