from __future__ import annotations

import secrets
import stat
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from todo_app.core.key_rings import is_weak, new_key
from todo_app.core.origins import is_loopback
from todo_app.core.settings import (
    Settings,
    SettingsError,
    prepare_data_dir,
    read_settings,
)

STRONG = "kJ8s2-Qx_vB5nM7wE3rT9yU1iO4pA6dF0gH"
SERVING = {"host": "0.0.0.0", "environment": "production", "jwt_secret": STRONG}  # noqa: S104


def refusal(**overrides: object) -> str:
    with pytest.raises(SettingsError) as error:
        read_settings(**overrides)
    message = str(error.value)
    assert "\n" not in message
    return message


def test_without_any_setting_it_is_a_development_on_this_machine() -> None:
    found = read_settings()

    assert found.environment == "development"
    assert found.host == "127.0.0.1"
    assert found.origin == "http://localhost:8000"
    assert not found.is_https


def test_settings_cannot_be_changed() -> None:
    found = read_settings()
    with pytest.raises(ValueError, match="frozen"):
        found.port = 1


def test_settings_show_no_secret() -> None:
    found = read_settings(jwt_secret=STRONG, database_url="postgresql://u:hunter2@h/d")

    assert STRONG not in repr(found)
    assert "hunter2" not in repr(found)


def test_every_setting_says_what_it_does() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_promise_22_production_without_a_secret_is_refused() -> None:
    message = refusal(environment="production")

    assert "JWT_SECRET is missing" in message
    assert "token_urlsafe" in message


def test_production_with_a_short_secret_is_refused() -> None:
    message = refusal(environment="production", jwt_secret="k" * 31)

    assert "JWT_SECRET is shorter than 32 bytes" in message
    assert "kkkk" not in message


@pytest.mark.parametrize(
    "secret",
    [
        "change-me-change-me-change-me-change-me",
        "your-secret-key-goes-here-0123456789-abc",
        "Example-0123456789-0123456789-0123456789",
        "a" * 40,
        "abcabcabcabcabcabcabcabcabcabcabcabc",
        "your-256-bit-secret-your-256-bit-secret",
        "a-string-secret-at-least-256-bits-long",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "supersecretjwtkeysupersecretjwtkey",
        "qwertyuiopasdfghjklzxcvbnm1234567890",
        "todo-app-todo-app-todo-app-todo-app!",
    ],
)
def test_production_with_a_published_or_simple_secret_is_refused(secret: str) -> None:
    assert "JWT_SECRET is an example" in refusal(environment="production", jwt_secret=secret)


def test_production_with_a_strong_secret_serves_others() -> None:
    found = read_settings(**SERVING, public_url="https://todo.example.org")

    assert found.is_https
    assert found.signing_keys == [STRONG]


@pytest.mark.parametrize(
    "make", [new_key, lambda: secrets.token_hex(16), lambda: secrets.token_urlsafe(24)]
)
def test_a_key_from_a_generator_is_never_taken_for_an_example(make: Callable[[], str]) -> None:
    assert [key for key in (make() for _ in range(20)) if is_weak(key)] == []


def test_the_bytes_of_a_secret_count_and_not_its_characters() -> None:
    assert read_settings(environment="production", jwt_secret="äöüßéèêñçøåœ" + "ÄÖÜ€")


@pytest.mark.parametrize("separator", [",", "\n", " ,\n "])
def test_a_secret_may_hold_several_keys_with_the_newest_first(separator: str) -> None:
    found = read_settings(environment="production", jwt_secret=f"{STRONG}{separator}old{STRONG}\n")

    assert found.signing_keys == [STRONG, f"old{STRONG}"]


@pytest.mark.parametrize("weak", ["k" * 31, "a" * 40, "change-me-change-me-change-me-change-me"])
def test_each_of_several_keys_has_to_be_strong(weak: str) -> None:
    assert "JWT_SECRET " in refusal(environment="production", jwt_secret=f"{STRONG},{weak}")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "todo.example.org", ""])  # noqa: S104
def test_development_refuses_to_listen_to_others(host: str) -> None:
    assert "ENVIRONMENT=development serves this machine only" in refusal(host=host)


def test_development_refuses_a_public_url_that_others_reach() -> None:
    assert "this machine only" in refusal(public_url="https://todo.example.org")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_development_listens_to_this_machine(host: str) -> None:
    assert read_settings(host=host).host == host


def test_a_name_that_only_begins_like_this_machine_is_not_it() -> None:
    assert not is_loopback("localhost.example.org")
    assert not is_loopback("127.0.0.1.example.org")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", ""])
def test_a_bad_port_is_refused_by_name(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)

    assert refusal().startswith("PORT ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("TRUSTED_PROXY_HOPS", "-1"),
        ("BCRYPT_COST", "40"),
        ("SESSION_DAYS", "0"),
        ("LOG_LEVEL", "loud"),
        ("DATABASE_URL", "mysql://h/d"),
        ("MIGRATION_DATABASE_URL", "postgresql://owner@h/d"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    assert refusal().startswith(f"{name} ")


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://todo.example.org", "https://todo.example.org"),
        ("https://todo.example.org/", "https://todo.example.org"),
        ("https://Todo.Example.ORG:8443", "https://todo.example.org:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("HTTPS://todo.example.org", "https://todo.example.org"),
        ("https://todo.example.org:443", "https://todo.example.org"),
        ("http://todo.example.org:80", "http://todo.example.org"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_the_origin_is_written_as_a_browser_writes_it(typed: str, origin: str) -> None:
    assert read_settings(**SERVING, public_url=typed).origin == origin


@pytest.mark.parametrize(
    "url",
    [
        "todo.example.org",
        "https://",
        "ftp://todo.example.org",
        "https://todo.example.org/app",
        "https://todo.example.org?x=1",
        "https://todo.example.org#x",
        "https://user:password@todo.example.org",
        "https://todo.example.org:port",
        "https://todo.example.org:99999",
        "https://[::1",
        "javascript:alert(1)",
        "https://todo example.org",
        "*",
    ],
)
def test_a_public_url_that_is_no_origin_is_refused(url: str) -> None:
    assert refusal(**SERVING, public_url=url).startswith("PUBLIC_URL must be")


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")

    assert read_settings().port == 9000


def test_a_secret_comes_from_a_named_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(f"{STRONG}\n")
    monkeypatch.setenv("JWT_SECRET_FILE", str(tmp_path / "secret"))

    assert read_settings(environment="production").jwt_secret.get_secret_value() == STRONG


def test_a_database_url_comes_from_a_named_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url").write_text("postgresql://u:p@h/d\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))

    assert read_settings().sqlalchemy_url == "postgresql+psycopg://u:p@h/d"


def test_a_named_file_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET_FILE", str(tmp_path / "missing"))

    message = refusal()

    assert message.startswith("JWT_SECRET_FILE names ")
    assert "missing" in message


def test_a_named_file_that_is_no_text_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("JWT_SECRET_FILE", str(tmp_path / "secret"))

    assert refusal().startswith("JWT_SECRET_FILE names ")


def test_a_value_in_the_environment_wins_over_a_named_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("from the file " * 4)
    monkeypatch.setenv("JWT_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("JWT_SECRET", "from the environment " * 3)

    secret = read_settings().jwt_secret.get_secret_value()
    assert secret == "from the environment " * 3


def test_a_dotenv_file_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(STRONG)
    (tmp_path / ".env").write_text(f"PORT=9000\nHOST=::1\nJWT_SECRET_FILE={tmp_path}/secret\n")
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    monkeypatch.setenv("PORT", "9001")

    found = read_settings()

    assert (found.port, found.host) == (9001, "::1")
    assert found.jwt_secret.get_secret_value() == STRONG


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+psycopg://u:p@h/d?sslmode=require"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("sqlite:////srv/todo.db", "sqlite+aiosqlite:////srv/todo.db"),
    ],
)
def test_a_database_url_gets_the_driver_we_use(url: str, expected: str) -> None:
    assert read_settings(database_url=url).sqlalchemy_url == expected


def test_without_a_database_url_sqlite_lives_in_the_data_folder(tmp_path: Path) -> None:
    assert read_settings(data_dir=tmp_path).sqlalchemy_url == (
        f"sqlite+aiosqlite:///{tmp_path}/todo.db"
    )


def test_a_made_secret_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"

    made = read_settings(data_dir=folder).signing_keys

    assert len(made) == 1
    assert len(made[0]) >= 32
    assert stat.S_IMODE((folder / "jwt_secret").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["jwt_secret"]
    assert read_settings(data_dir=folder).signing_keys == made


def _key(folder: Path) -> str:
    (key,) = read_settings(data_dir=folder).signing_keys
    return key


def test_first_starts_at_the_same_time_keep_the_same_secret(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as processes:
        keys = set(processes.map(_key, [tmp_path] * 16))

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["jwt_secret"]


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match=r"DATA_DIR .* cannot be written"):
        prepare_data_dir(tmp_path / "file" / "data")


def test_a_short_secret_is_refused_in_development_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", "short")

    with pytest.raises(SettingsError, match="JWT_SECRET is shorter than 32 bytes"):
        read_settings()


def test_a_damaged_kept_secret_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (tmp_path / "jwt_secret").touch()

    with pytest.raises(SettingsError, match="jwt_secret is damaged"):
        _ = read_settings().signing_keys


@pytest.mark.parametrize(
    "url", ["postgresql://a@b:notaport/x", "postgresql://a@[::1/x", "sqlite", "mysql://a/b"]
)
def test_a_database_url_that_cannot_be_read_is_one_line(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(SettingsError, match=r"^DATABASE_URL "):
        read_settings()


def test_a_redis_url_that_is_none_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "foo")

    with pytest.raises(SettingsError, match=r"^REDIS_URL must look like"):
        read_settings()


def test_a_mail_server_that_cannot_be_read_is_refused_without_its_password() -> None:
    message = refusal(smtp_url="https://u:hunter2@mail.example.org")

    assert message.startswith("SMTP_URL must look like smtp://")
    assert "hunter2" not in message


@pytest.mark.parametrize("sender", ["nobody", "a@b.org\r\nBcc: c@d.org", "@", "A <a@>"])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    assert refusal(mail_from=sender).startswith("MAIL_FROM must be an address")


def test_mail_comes_from_the_host_people_know_unless_it_is_said_otherwise() -> None:
    assert read_settings(port=8000).mail_sender == "Todo App <todo@localhost>"
    assert read_settings(mail_from="Us <us@example.org>").mail_sender == "Us <us@example.org>"
