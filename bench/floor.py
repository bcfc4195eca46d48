"""Serves a floor: a bare app, under the very server and with the settings of the product."""

from __future__ import annotations

import os
import sys

from todo_app import serve

TARGETS = {"api": "bench.floor_api:create_api", "counter": "bench.floor_counter:app"}


def main() -> None:
    """Serve until told to stop."""
    os.environ["REFLEX_ENV_MODE"] = "prod"
    os.environ["__REFLEX_SKIP_COMPILE"] = "true"
    os.environ["__REFLEX_MOUNT_FRONTEND_COMPILED_APP"] = "false"
    serve.server(TARGETS[sys.argv[1]]).serve()


if __name__ == "__main__":
    main()
