"""What is shipped to run the program elsewhere, read by the programs it is for where they are here.

There is no container engine on a machine that runs the tests: images are not built, and the
Dockerfile and compose.yaml are held to the rules below only.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from tests.servers import free_port, redis_program
from todo_app import supervise
from todo_app.core.settings import Settings

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APPS = ("app-1", "app-2", "backup")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
UNITS = sorted((DEPLOY / "systemd").iterdir())
PINNED = re.compile(r"[a-z/]+:\d+\.\d+(\.\d+)?(-[a-z]+)+")
PROXY = {"FILES": "/srv", "UPSTREAMS": "app-1:8000 app-2:8000"}


@pytest.mark.parametrize("site", ["https://todo.example.org", "http://:8000"])
def test_caddy_reads_its_file(site: str, tmp_path: Path) -> None:
    environment = {"SITE": site, **PROXY, "HOME": str(tmp_path)}
    done = subprocess.run(
        [supervise.find_caddy(), "adapt", "--validate", "--config", supervise.CADDYFILE],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "not formatted" not in done.stderr
    assert json.loads(done.stdout)["admin"] == {"disabled": True, "config": {"persist": False}}


def test_redis_takes_its_file_and_tells_of_keys() -> None:
    port = free_port()
    command = [redis_program(), DEPLOY / "redis.conf", "--port", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            with redis.Redis(port=port) as client:
                found = _config(client, process)
        finally:
            process.terminate()

    assert set(found["notify-keyspace-events"]) == set("K$sgxe")
    assert found["save"] == ""


def _config(client: redis.Redis, process: subprocess.Popen[bytes]) -> dict[str, str]:
    while True:
        try:
            return dict(client.config_get("*"))
        except redis.ConnectionError:
            assert process.poll() is None
            time.sleep(0.05)


def test_every_image_is_pinned_and_every_service_comes_back_by_itself() -> None:
    own = {service["image"] for service in SERVICES.values() if "build" in service}
    for name, service in SERVICES.items():
        assert service["image"] in own or PINNED.fullmatch(service["image"]), name
        assert service["restart"] == "unless-stopped", name
    for image in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE):
        assert PINNED.fullmatch(image), image


@pytest.mark.parametrize("name", APPS)
def test_the_program_runs_without_rights_and_on_a_root_that_cannot_be_written(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp", "/app/.web/backend"]  # noqa: S108 - in a container
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["stop_signal"] == "SIGTERM"
    assert "ports" not in service


def test_only_caddy_is_open_to_the_world() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert SERVICES["redis"]["networks"] == SERVICES["postgres"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_what_is_set_are_settings_and_no_secret_is_among_them() -> None:
    names = {name.upper(): field for name, field in Settings.model_fields.items()}
    environment = SERVICES["app-1"]["environment"]
    secret = {name for name, field in names.items() if "SecretStr" in str(field.annotation)}

    assert {name.removesuffix("_FILE") for name in environment} <= names.keys()
    assert secret & environment.keys() == {"REDIS_URL"}
    files = {value for name, value in environment.items() if name.endswith("_FILE")}
    assert files == {f"/run/secrets/{name}" for name in SERVICES["app-1"]["secrets"]}
    assert set(SERVICES["app-1"]["secrets"]) <= COMPOSE["secrets"].keys()


def test_the_image_of_the_program_is_of_several_stages_and_not_of_root() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    app = next(stage for stage in stages if " AS app" in stage.splitlines()[0])

    assert len(stages) == 3
    assert re.search(r"^USER 10001$", app, re.MULTILINE)
    assert "HEALTHCHECK" in app
    assert "STOPSIGNAL SIGTERM" in app
    copied = re.findall(r"^COPY ((?!--from)\S+)", DOCKERFILE, re.MULTILINE)
    allowed = (DEPLOY.parent / ".dockerignore").read_text("utf-8").splitlines()
    assert {f"!{name}" for name in copied} <= set(allowed)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_reads_every_unit(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        # Nothing else reads them; what is checked then is that each has its sections.
        assert re.findall(r"^\[(\w+)\]$", unit.read_text("utf-8"), re.MULTILINE)[0] == "Unit"
        return
    # The program is not installed where the units look for it.
    for path in UNITS:
        text = re.sub(r"/opt/todo-app/.venv/bin/python", "/bin/true", path.read_text("utf-8"))
        (tmp_path / path.name).write_text(text.replace("User=todo-app\n", ""))
    done = subprocess.run(
        [program, "verify", tmp_path / unit.name], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert unit.name not in done.stderr, done.stderr
