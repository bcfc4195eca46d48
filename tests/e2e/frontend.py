"""The frontend that every browser test uses; to be built before what else they need is installed.

So nothing is imported here that the program itself does not need.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr

from todo_app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
# The public URL is built in: ports stay the same in every run, so that builds are kept. Checkouts
# that are tested at the same time need other ones.
FIRST_PORT = int(os.environ.get("TEST_FIRST_PORT", "8765"))


def environment_of(**settings: str) -> dict[str, str]:
    """Every setting at its default but for these, whatever a shell or a `.env` says."""
    defaults = {
        name.upper(): "" if isinstance(field.default, SecretStr) else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    more = {"PYTHONPATH": str(ROOT), "REFLEX_WEB_WORKDIR": ".build/web-test"}
    return {**os.environ, **defaults, **more, **settings}


def main() -> None:
    """Build it, if it is not there."""
    os.environ.update(environment_of(PORT=str(FIRST_PORT)))
    from todo_app import build

    fingerprint = build.current_fingerprint()
    if not build.is_built(fingerprint):
        build.build_frontend(fingerprint)


if __name__ == "__main__":
    main()
