"""Tables of examples: a line each, columns between bars, `#` and a space before a remark."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).with_name("tables")


def rows(name: str) -> list[list[str]]:
    """The rows of a table, as their columns."""
    return [
        [column.strip() for column in line.split(" | ")]
        for line in lines(name)
        if line.strip() and not line.startswith("# ")
    ]


def lines(name: str) -> list[str]:
    """The lines of a file in the folder of tables."""
    return (_FOLDER / name).read_text("utf-8").splitlines()
