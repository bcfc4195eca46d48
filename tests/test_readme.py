"""The README is true: its settings, its commands, its requests."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.web.backend import running_backend
from todo_app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def shell_block(containing: str) -> str:
    """The shell commands of the README with this text in them."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    (block,) = (block for block in blocks if containing in block)
    return str(block)


def test_every_setting_has_its_row_with_its_default_and_its_description() -> None:
    expected = []
    for name, setting in Settings.model_fields.items():
        default = setting.default
        text = default.get_secret_value() if hasattr(default, "get_secret_value") else str(default)
        shown = f"`{text}`" if text else ""
        expected.append(f"| `{name.upper()}` | {shown} | {setting.description} |")
    table = README.partition("| setting | default | meaning |\n| --- | --- | --- |\n")[2]
    assert table.partition("\n\n")[0].splitlines() == expected


@pytest.mark.parametrize("target", re.findall(r"^\| `make ([a-z]+)[^`]*` \|", README, re.MULTILINE))
def test_every_make_command_in_the_readme_is_one(target: str) -> None:
    asked = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=False
    )
    assert asked.returncode == 0


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_file_the_readme_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_api_by_curl_does_what_the_readme_says(tmp_path: Path) -> None:
    script = shell_block("/auth/signup")
    with running_backend(tmp_path) as backend:
        answers = subprocess.run(
            ["bash", "-euc", script.replace("http://localhost:8000", backend.address)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        stored = backend.rows("SELECT title, priority, due_time, completed_at FROM tasks")
    decoder = json.JSONDecoder()
    account, end = decoder.raw_decode(answers)
    assert account["email"] == "ada@example.org"
    created, _ = decoder.raw_decode(answers, end)
    assert created["title"] == "Renew passport"
    assert "problem" not in answers
    ((title, priority, due_time, completed_at),) = stored
    assert (title, priority, due_time) == ("Renew passport", 1, "09:30")
    assert completed_at is not None


def test_the_named_production_settings_are_settings() -> None:
    names = set(re.findall(r"export ([A-Z_]+)=", shell_block("export ENVIRONMENT")))
    known = {name.upper() for name in Settings.model_fields}
    assert {name.removesuffix("_FILE") for name in names} <= known
