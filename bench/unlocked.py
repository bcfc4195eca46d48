"""The product without row-level security: its transactions name nobody. For the bench alone.

It takes a role that the policies do not hold, or nothing is seen.
"""

from __future__ import annotations

import sys

from todo_app import __main__ as program
from todo_app.core import postgresql


def main() -> int:
    """Run a command of the program so."""
    nobody = property(lambda _: None, lambda _, __: None)
    postgresql.Connection.user_id = nobody  # type: ignore[assignment]
    return program.main()


if __name__ == "__main__":
    sys.exit(main())
