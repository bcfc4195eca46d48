"""The command line: `python -m todo_app --help` lists what it can do."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from pathlib import Path

from todo_app import build, serve, supervise
from todo_app import commands as operations
from todo_app.core.database import dispose
from todo_app.core.errors import Unavailable
from todo_app.core.key_rotation import rotate_encryption_keys, rotate_signing_keys
from todo_app.core.log_lines import open_log
from todo_app.core.migrations import MigrationError, migrate
from todo_app.core.row_security import warn_if_open
from todo_app.core.settings import SettingsError, get_settings, prepare_data_dir
from todo_app.core.verification import Report, verify

EXPORT_DIR = Path("export")
_DEV_FRONTEND_PORT = 3000
_DEV_SOURCES = ("todo_app", "assets", "rxconfig.py")


def main() -> int:
    """Run one command; what goes wrong is one line and exit code 1."""
    arguments = _parser().parse_args()
    # Reflex reads rxconfig.py of the working folder alone, and without a word goes on without it:
    # state would be kept in readable files, and every origin be let in.
    os.chdir(build.ROOT)
    try:
        open_log()
        arguments.run(arguments)
        sys.stdout.flush()
    except (SettingsError, MigrationError, build.BuildError, operations.CommandError) as error:
        print(f"todo-app: {error}", file=sys.stderr)
        return 1
    except Unavailable:
        print("todo-app: the database or a key of ENCRYPTION_KEY is missing", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Who reads us has read enough, as `head` does; what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _parser() -> argparse.ArgumentParser:
    commands = {
        "run": (run, "build what changed, migrate, and serve web and API on one port"),
        "dev": (dev, "the Reflex development server, with hot reload"),
        "export": (export, f"build the static frontend into {EXPORT_DIR}/"),
        "backend": (backend, "serve without the frontend, for an exported one"),
        "migrate": (prepare, "bring the database to this version"),
        "rotate-keys": (rotate_keys, "make new keys that sign and encrypt; nobody is signed out"),
        "verify": (check_log, "find rows of the change log that were altered or removed"),
    }
    parser = argparse.ArgumentParser(prog="python -m todo_app", description="Todo App")
    choices = parser.add_subparsers(dest="command", required=True)
    for name, (command, summary) in commands.items():
        choices.add_parser(name, help=summary).set_defaults(
            run=lambda _, command=command: command()
        )
    operations.add_to(choices)
    worker = choices.add_parser("worker", help="one of several processes, behind a proxy")
    worker.add_argument("socket", type=lambda text: Path(text).resolve())
    worker.set_defaults(run=work)
    return parser


def run() -> None:
    """Serve everything on one port."""
    prepare()
    serve.check_port()
    _build()
    if get_settings().workers > 1:
        supervise.supervise(on_ready=_print_address)
    else:
        serve.serve(with_frontend=True, on_ready=_print_address)


def work(arguments: argparse.Namespace) -> None:
    """Serve everything on a socket file, as one of several processes."""
    prepare()
    serve.serve_socket(arguments.socket)


def dev() -> None:
    """Run the Reflex development server."""
    backend_url = f"http://localhost:{get_settings().port}"
    public_url = f"http://localhost:{_DEV_FRONTEND_PORT}"
    # An empty setting is one that is not set.
    os.environ["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or public_url
    os.environ["BACKEND_URL"] = os.environ.get("BACKEND_URL") or backend_url
    # Without, it loads the application anew whenever something is written to the database in data/.
    os.environ["REFLEX_HOT_RELOAD_OVERRIDE_PATHS"] = ":".join(_DEV_SOURCES)
    get_settings.cache_clear()
    prepare()
    serve.check_port()
    command = [sys.executable, "-m", "reflex", "run", "--env", "dev"]
    try:
        code = serve.run_group(command, build.reflex_environment())
    finally:
        build.sort_lock()
    sys.exit(code)


def _build() -> None:
    fingerprint = build.current_fingerprint()
    if not build.is_built(fingerprint):
        print("Building the frontend; this takes a minute or two.", flush=True)
        build.build_frontend(fingerprint)


def export() -> None:
    """Build the static frontend and say how to serve it."""
    _build()
    shutil.rmtree(EXPORT_DIR, ignore_errors=True)
    shutil.copytree(build.STATIC_FILES, EXPORT_DIR)
    settings = get_settings()
    print(
        f"The frontend for {settings.origin} is in {EXPORT_DIR}/. Serve it there with any web "
        f"server, hand /_event, /api, /auth and /health on to {settings.host}:{settings.port}, "
        "and start the backend with: .venv/bin/python -m todo_app backend"
    )


def backend() -> None:
    """Serve everything but the frontend."""
    if get_settings().workers > 1:
        raise SettingsError(
            "WORKERS is for `run`: start each backend by itself, on a port of its own"
        )
    prepare()
    serve.check_port()
    serve.serve(with_frontend=False, on_ready=_print_address)


def prepare() -> None:
    """Check the settings, make the data folder and the key, migrate."""
    settings = get_settings()
    prepare_data_dir(settings.data_dir)
    migrate()
    warn_if_open()
    # Made now, and not at the first sign-in.
    _ = settings.signing_keys, settings.encryption_keys


def rotate_keys() -> None:
    """Make new keys, put each first in its ring, and say what is left to do."""
    prepare()
    for setting, keys, file in (rotate_signing_keys(), rotate_encryption_keys()):
        if file is None:
            print(f"{setting}={','.join(key.get_secret_value() for key in keys)}", flush=True)
        done = f"It is in {file}." if file else "Set it to the line above."
        print(f"{setting} has a new key in front. {done}", file=sys.stderr)
    print(
        "Restart the program to use them. Take the last key of JWT_SECRET away after "
        f"{get_settings().session_days} days, when no session is left that it signed, and those "
        "behind the first of ENCRYPTION_KEY once the program has run with it.",
        file=sys.stderr,
    )


def check_log() -> None:
    """Read the whole change log, and say where it is not what was written; then the code is 1."""
    prepare()
    report = asyncio.run(_verify())
    for flaw in report.flaws:
        print(f"account {flaw.user_id}, change {flaw.number}: {flaw.what}")
    print(f"{report.changes} changes of {report.accounts} accounts, {len(report.flaws)} flaws")
    if report.flaws:
        sys.exit(1)


async def _verify() -> Report:
    try:
        return await verify()
    finally:
        await dispose()


def _print_address() -> None:
    print(f"Todo App is ready at {get_settings().origin}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
