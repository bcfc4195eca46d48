"""Makes the static frontend, once for each state of the sources that it is made of."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from todo_app.core.settings import get_settings

ROOT = Path(__file__).resolve().parents[1]
WEB_DIR = ROOT / os.environ.get("REFLEX_WEB_WORKDIR", ".web")
STATIC_FILES = WEB_DIR / "build" / "client"
_FINGERPRINT = WEB_DIR / "build" / "fingerprint"
_LOG = ROOT / ".build" / "frontend.log"
_SOURCES = ("todo_app/web", "todo_app/core", "assets")
_SOURCE_FILES = (
    "todo_app/todo_app.py",
    "rxconfig.py",
    "requirements.txt",
    "reflex.lock/package-lock.json",
)
_LOG_TAIL_LINES = 30


class BuildError(Exception):
    """The frontend could not be built; the message holds the end of the log."""


def reflex_environment() -> dict[str, str]:
    """The environment in which Reflex finds the node of the virtual environment, and only that."""
    tools = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}",
        "REFLEX_USE_NPM": "1",
        "REFLEX_WEB_WORKDIR": str(WEB_DIR),
    }


def current_fingerprint() -> str:
    """A digest of everything the frontend is made of, the public URL included."""
    settings = get_settings()
    digest = hashlib.sha256(f"{settings.origin} {settings.backend_origin}".encode())
    files = [path for folder in _SOURCES for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in sorted([*files, *(ROOT / name for name in _SOURCE_FILES)]):
        if "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def is_built(fingerprint: str) -> bool:
    """Whether what is there is made of the sources with this fingerprint."""
    return _FINGERPRINT.exists() and _FINGERPRINT.read_text() == fingerprint


def build_frontend(fingerprint: str) -> None:
    """Build, whatever is there, of the sources with this fingerprint. Raises BuildError."""
    _LOG.parent.mkdir(exist_ok=True)
    environment = reflex_environment()
    # Told which registry to use, Reflex does not go looking for the nearest.
    environment.setdefault("NPM_CONFIG_REGISTRY", _npm_registry(environment))
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    with _LOG.open("wb") as log:
        result = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode != 0 or not (STATIC_FILES / "index.html").exists():
        tail = "\n".join(_LOG.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:])
        raise BuildError(f"{tail}\nThe frontend could not be built; the whole log is in {_LOG}")
    sort_lock()
    _FINGERPRINT.write_text(fingerprint)


def sort_lock() -> None:
    """Give the locked package list one order: Reflex writes it in another one each time."""
    path = ROOT / "reflex.lock" / "package.json"
    packages = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(packages, indent=2, sort_keys=True) + "\n", "utf-8")


def _npm_registry(environment: dict[str, str]) -> str:
    command = ["npm", "config", "get", "registry"]
    asked = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return asked.stdout.strip()
