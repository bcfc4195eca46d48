"""Promise 5: keys rotate, and nobody is signed out by that."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

from tests.cast import credentials_of, sign_up, visit_by
from todo_app.core import sessions, tokens
from todo_app.core.errors import Unauthenticated
from todo_app.core.key_rotation import rotate_encryption_keys, rotate_signing_keys
from todo_app.core.settings import get_settings, read_settings

FIRST = "kJ8s2-Qx_vB5nM7wE3rT9yU1iO4pA6dF0gH"


def start_again() -> None:
    get_settings.cache_clear()
    tokens._keys.cache_clear()


def kid_of(token: str) -> object:
    return jwt.get_unverified_header(token)["kid"]


async def test_promise_5_a_rotation_signs_nobody_out_until_the_old_key_is_removed(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    start_again()
    await sign_up("alice")
    old = await sessions.sign_in_web(credentials_of("alice"), visit_by())

    file = rotate_signing_keys().file
    start_again()

    assert await sessions.authenticate(tokens.verify("web", old))
    new = await sessions.sign_in_web(credentials_of("alice"), visit_by())
    assert kid_of(new) != kid_of(old)
    assert file is not None
    file.write_text(file.read_text().splitlines()[0])
    start_again()
    assert await sessions.authenticate(tokens.verify("web", new))
    with pytest.raises(Unauthenticated):
        tokens.verify("web", old)


def test_a_kept_ring_grows_in_front_and_stays_its_owners_alone(tmp_path: Path) -> None:
    (made,) = read_settings(data_dir=tmp_path).signing_keys
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path))
        start_again()
        rotate_signing_keys()

    found = read_settings(data_dir=tmp_path).signing_keys
    assert len(found) == 2
    assert found[1] == made
    assert [path.name for path in tmp_path.iterdir()] == ["jwt_secret"]
    assert stat.S_IMODE((tmp_path / "jwt_secret").stat().st_mode) == 0o600


def test_the_command_prints_what_to_set_and_no_key_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("JWT_SECRET", FIRST)

    done = subprocess.run(
        [sys.executable, "-m", "todo_app", "rotate-keys"],
        capture_output=True,
        text=True,
        check=True,
    )

    setting, _, value = done.stdout.strip().partition("=")
    assert setting == "JWT_SECRET"
    new, old = read_settings(environment="production", jwt_secret=value).signing_keys
    assert old == FIRST
    assert new not in done.stderr
    kept = read_settings(data_dir=tmp_path).encryption_keys
    assert len(kept) == 2
    assert {path.name for path in tmp_path.iterdir()} >= {"encryption_key", "todo.db"}
    assert not (tmp_path / "jwt_secret").exists()
    assert not [key for key in kept if key in done.stdout + done.stderr]


@pytest.mark.parametrize("kind", ["signing_keys", "encryption_keys"])
def test_both_settings_hold_a_ring(kind: str) -> None:
    ring = {"jwt_secret": f"{FIRST},x{FIRST}", "encryption_key": f"{FIRST},x{FIRST}"}

    assert getattr(read_settings(environment="production", **ring), kind) == [FIRST, f"x{FIRST}"]


def test_rotating_again_before_a_restart_drops_no_key_that_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    start_again()
    (running,) = get_settings().encryption_keys

    for _ in range(2):
        rotate_encryption_keys()
        start_again()

    assert get_settings().encryption_keys[2:] == [running]
