from __future__ import annotations

from uuid import UUID, uuid4

import httpx
import pytest

from tests.web.browser import API_TOKENS, Browser
from todo_app.web.messages import FIELD_MESSAGES, MESSAGES, Unauthenticated

PATH = "/settings/tokens"
FIELDS = {"name": "Backup script", "scope": "write", "expires_in_days": "30"}


def make(browser: Browser, **fields: str) -> httpx.Response:
    return browser.post("/auth/tokens", **{**FIELDS, **fields})


def reads(browser: Browser, token: str) -> bool:
    answer = browser.get("/api/v1/tasks", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 200


async def test_a_token_is_made_listed_and_revoked(alice: Browser) -> None:
    answer = make(alice)
    token = answer.json()["token"]
    assert answer.headers["cache-control"] == "no-store"
    assert reads(alice, token)

    async with alice.tab(PATH) as tab:
        await tab.ask(f"{API_TOKENS}.show_tokens")
        [row] = tab.shown["api_tokens_state.token_rows"]
        assert (row["name"], row["scope"]) == ("Backup script", "Read and write")
        assert row["used"] == "Last used a few minutes ago"
        await tab.ask(f"{API_TOKENS}.revoke_token", token_id=row["id"])
        assert tab.shown["api_tokens_state.token_rows"] == []
        assert tab.shown["auth_state.notice"]["text"] == "Token revoked. What used it is shut out."
        assert not tab.knows(token)

    assert not reads(alice, token)
    assert token not in alice.backend.log_text()


async def test_a_token_of_another_is_revoked_like_an_unknown_one(
    alice: Browser, bob: Browser
) -> None:
    token = make(alice).json()["token"]
    [[token_id]] = alice.backend.rows(
        "SELECT id FROM api_tokens WHERE user_id = :user", user=alice.user_id
    )
    answers = []
    for one in (str(UUID(str(token_id))), str(uuid4())):
        async with bob.tab(PATH) as tab:
            answers.append(await tab.ask(f"{API_TOKENS}.revoke_token", token_id=one))
            assert tab.shown["api_tokens_state.token_rows"] == []
    assert answers[0] == answers[1] != []
    assert reads(alice, token)


@pytest.mark.parametrize(
    "fields",
    [{"name": " "}, {"scope": "admin"}, {"expires_in_days": "9999"}, {"expires_in_days": "²"}],
)
def test_a_form_that_cannot_be_used_says_so(alice: Browser, fields: dict[str, str]) -> None:
    answer = make(alice, **fields)
    assert (answer.status_code, answer.json()) == (422, {"error": FIELD_MESSAGES["token"]})


def test_a_stranger_makes_no_token(stranger: Browser) -> None:
    assert make(stranger).json() == {"error": MESSAGES[Unauthenticated]}


def test_a_form_from_elsewhere_makes_no_token(alice: Browser) -> None:
    for origin in ("https://evil.example", "null"):
        answer = alice.http.post("/auth/tokens", data=FIELDS, headers={"Origin": origin})
        assert answer.status_code == 403
