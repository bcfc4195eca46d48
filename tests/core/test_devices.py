from __future__ import annotations

import pytest

from todo_app.core.devices import RAW_MAX_CHARACTERS, UNKNOWN, device_name

APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36", "Chrome on ChromeOS"),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) SamsungBrowser/27.0 {CHROME} Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/142.0.0.0",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 OPR/120.0",
            "Opera on Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Windows",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/26.1 Safari/605.1.15",
            "Safari on macOS",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6) {APPLE} Version/26.1 Mobile/1 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {APPLE} CriOS/142.0 Safari/604.1",
            "Chrome on iPad",
        ),
        ("curl/8.14.1", "curl"),
        ("python-httpx/0.28.1", "Python"),
        ("Firefox/140.0", "Firefox"),
        ("TodoWidget/2 (Linux)", "TodoWidget/2 (Linux)"),
        ("I am not curl/8", "I am not curl/8"),
        ("", UNKNOWN),
    ],
)
def test_a_device_is_named_in_words(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


def test_what_is_not_known_is_shortened() -> None:
    name = device_name("x" * 200)

    assert len(name) == RAW_MAX_CHARACTERS
    assert name.endswith("x…")
