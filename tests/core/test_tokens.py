from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import jwt
import pytest
import time_machine

from todo_app.core import tokens
from todo_app.core.errors import Unauthenticated
from todo_app.core.models import new_id

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())

USER_ID = new_id()
SESSION_ID = new_id()


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def issue(kind: tokens.Kind = "access", lifetime: timedelta = timedelta(minutes=15)) -> str:
    return tokens.issue(
        kind,
        user_id=USER_ID,
        session_id=SESSION_ID,
        now=NOW,
        lifetime=lifetime,
        proof="x" if kind == "mfa" else None,
    )


def claims(**changes: object) -> dict[str, object]:
    """The claims of a good token, some changed; None leaves one out."""
    good = {
        "iss": "todo-app",
        "aud": "todo-app/access",
        "typ": "access",
        "sub": str(USER_ID),
        "sid": str(SESSION_ID),
        "jti": str(new_id()),
        "iat": SECONDS,
        "nbf": SECONDS,
        "exp": SECONDS + 900,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def sign(
    payload: dict[str, object],
    *,
    algorithm: str = "HS256",
    key: bytes | None = None,
    **header: object,
) -> str:
    kid, own_key = next(iter(tokens._keys().items()))
    return jwt.encode(payload, key or own_key, algorithm=algorithm, headers={"kid": kid} | header)


def raw(header: object, payload: object, signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def is_refused(token: str, kind: tokens.Kind = "access") -> None:
    with pytest.raises(Unauthenticated) as refusal:
        tokens.verify(kind, token)
    assert type(refusal.value) is Unauthenticated
    assert refusal.value.args == ()
    assert refusal.value.__cause__ is None


def test_a_token_says_who_it_was_issued_to() -> None:
    found = tokens.verify("access", issue())

    assert (found.sub, found.sid) == (USER_ID, SESSION_ID)
    assert found.exp - found.iat == 900


def test_a_token_made_by_hand_with_every_claim_is_accepted() -> None:
    assert tokens.verify("access", sign(claims())).sub == USER_ID


def test_no_two_tokens_have_the_same_id() -> None:
    assert tokens.verify("access", issue()).jti != tokens.verify("access", issue()).jti


@pytest.mark.parametrize(("issued", "asked"), [*permutations(tokens.KINDS, 2)])
def test_promise_5_a_token_of_one_kind_is_not_accepted_as_another(
    issued: tokens.Kind, asked: tokens.Kind
) -> None:
    assert tokens.verify(issued, issue(issued))
    is_refused(issue(issued), asked)


def test_only_the_token_of_a_first_step_says_which_password_was_right() -> None:
    is_refused(sign(claims(prf="x")))
    mfa = {"aud": "todo-app/mfa", "typ": "mfa"}
    assert tokens.verify("mfa", sign(claims(**mfa, prf="x"))).prf == "x"
    for proof in (None, 1, [], {}, True):
        is_refused(sign(claims(**mfa, prf=proof)), "mfa")


def test_a_token_of_one_kind_dressed_for_the_other_audience_is_refused() -> None:
    is_refused(sign(claims(typ="web")))
    is_refused(sign(claims(aud="todo-app/web")))


@pytest.mark.parametrize("name", ["none", "None", "NONE", "", "nOnE"])
def test_a_token_without_a_signature_is_refused(name: str) -> None:
    kid = next(iter(tokens._keys()))
    is_refused(raw({"alg": name, "typ": "JWT", "kid": kid}, claims()))
    is_refused(jwt.encode(claims(), None, algorithm="none", headers={"kid": kid}))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_token_signed_by_another_algorithm_with_our_key_is_refused(algorithm: str) -> None:
    is_refused(sign(claims(), algorithm=algorithm, key=next(iter(tokens._keys().values())) * 2))
    is_refused(jwt.encode(claims(), b"k" * 64, algorithm=algorithm))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "PS256", "EdDSA", "hs256", "HS256 "])
def test_a_token_that_names_another_algorithm_is_refused(algorithm: str) -> None:
    kid, key = next(iter(tokens._keys().items()))
    signed = raw({"alg": algorithm, "typ": "JWT", "kid": kid}, claims()).rpartition(".")[0]
    signature = hmac.digest(key, signed.encode(), "sha256")
    encoded = base64.urlsafe_b64encode(signature).decode().rstrip("=")

    is_refused(f"{signed}.{encoded}")


def test_a_token_signed_with_another_key_is_refused() -> None:
    is_refused(sign(claims(), key=b"another key of at least thirty-two bytes"))


@pytest.mark.parametrize("kid", ["", "unknown", "../../etc/passwd", "' OR 1=1 --"])
def test_a_token_of_an_unknown_key_is_refused(kid: str) -> None:
    is_refused(sign(claims(), kid=kid))


def test_a_token_without_a_key_id_is_refused() -> None:
    is_refused(jwt.encode(claims(), next(iter(tokens._keys().values())), algorithm="HS256"))


@pytest.mark.parametrize("kid", [1, None, ["x"], {"x": 1}])
def test_a_token_whose_key_id_is_no_text_is_refused(kid: object) -> None:
    is_refused(raw({"alg": "HS256", "typ": "JWT", "kid": kid}, claims(), b"x" * 32))


def test_a_token_that_brings_its_own_key_is_refused() -> None:
    key = b"a key of my own, of at least thirty-two bytes"
    jwk = {"kty": "oct", "k": base64.urlsafe_b64encode(key).decode()}
    is_refused(sign(claims(), key=key, jwk=jwk, jku="https://evil.example/keys"))


def test_a_changed_token_is_refused() -> None:
    header, payload, signature = issue().split(".")
    other = sign(claims(sub=str(new_id()))).split(".")[1]
    is_refused(f"{header}.{other}.{signature}")
    is_refused(f"{header}.{payload}.{signature[:-2]}")
    is_refused(f"{header}.{payload}.")


def test_a_token_is_good_until_it_expires_with_ten_seconds_of_leeway() -> None:
    assert tokens.verify("access", sign(claims(exp=SECONDS - 9)))
    is_refused(sign(claims(exp=SECONDS - 10)))
    is_refused(sign(claims(exp=SECONDS - 3_600)))


def test_a_token_is_refused_before_it_is_valid() -> None:
    assert tokens.verify("access", sign(claims(nbf=SECONDS + 10)))
    is_refused(sign(claims(nbf=SECONDS + 11)))
    is_refused(sign(claims(iat=SECONDS + 3_600)))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "todo-app"},
        {"aud": ""},
        {"aud": ["todo-app/access", "other"]},
        {"iss": "other"},
        {"iss": ""},
        {"typ": "refresh"},
        {"typ": ""},
        {"sub": "alice"},
        {"sub": ""},
        {"sid": "1"},
        {"jti": "not an id"},
        {"admin": True},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, object]) -> None:
    is_refused(sign(claims(**changes)))


@pytest.mark.parametrize("name", ["iss", "aud", "typ", "sub", "sid", "jti", "iat", "nbf", "exp"])
def test_a_token_without_one_of_the_claims_is_refused(name: str) -> None:
    is_refused(sign(claims(**{name: None})))


@pytest.mark.parametrize("name", ["iss", "aud", "typ", "sub", "sid", "jti", "iat", "nbf", "exp"])
@pytest.mark.parametrize("value", [0, -1, 2**64, 1.5, True, "", "9999999999", [], {}, [["x"]]])
def test_a_token_with_a_claim_of_another_type_is_refused(name: str, value: object) -> None:
    kid, key = next(iter(tokens._keys().items()))
    payload = json.dumps(claims() | {name: value}).encode()
    token = jwt.api_jws.encode(payload, key, algorithm="HS256", headers={"kid": kid})
    if name == "iat" and value == 0:
        # A token may be as old as it likes as long as it is not expired.
        assert tokens.verify("access", token)
    elif name == "nbf" and value == 0:
        assert tokens.verify("access", token)
    else:
        is_refused(token)


@pytest.mark.parametrize(
    "payload", [b"[]", b"null", b"1", b'"text"', b"{", b"", b"\xff", b'{"exp": NaN}', b"[" * 900]
)
def test_a_signed_payload_that_is_no_object_is_refused(payload: bytes) -> None:
    kid, key = next(iter(tokens._keys().items()))
    is_refused(jwt.api_jws.encode(payload, key, algorithm="HS256", headers={"kid": kid}))


@pytest.mark.parametrize("exp", ["Infinity", "NaN", "1e999", "-Infinity"])
def test_a_token_that_never_expires_is_refused(exp: str) -> None:
    kid, key = next(iter(tokens._keys().items()))
    text = json.dumps(claims(exp=1)).replace('"exp": 1', f'"exp": {exp}')
    is_refused(jwt.api_jws.encode(text.encode(), key, algorithm="HS256", headers={"kid": kid}))


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "not a token",
        "\x00",
        "\ud800",
        "a.\ud800.c",
        "Bearer x.y.z",
        "\u0665.\u0665.\u0665",
        "x" * 1_000_000,
        "." * 4_000,
        raw([], {}),
        raw("text", {}),
        raw({}, {}),
        raw({"alg": 1}, {}),
        raw({"alg": "HS256", "crit": ["x"], "kid": "x"}, {}),
    ],
    ids=range(18),
)
def test_what_is_no_token_is_refused(token: str) -> None:
    is_refused(token)


def test_a_header_nested_too_deep_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 3_000).decode()
    is_refused(f"{deep}.e30.")


def test_a_good_token_with_a_lone_surrogate_behind_it_is_refused() -> None:
    is_refused(issue() + "\udc80")
    is_refused(issue() + "\n\ud800")


def test_an_encrypted_token_is_refused() -> None:
    is_refused(f"{issue()}.x.y")


def test_the_key_id_does_not_give_the_key_away() -> None:
    kid = jwt.get_unverified_header(issue())["kid"]
    key = next(iter(tokens._keys().values()))

    assert kid == hashlib.sha256(key).hexdigest()[:12]


def test_a_rotated_key_still_verifies_and_no_longer_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = issue()
    ring = {"new": uuid4().bytes * 2} | tokens._keys()
    monkeypatch.setattr(tokens, "_keys", lambda: ring)

    assert tokens.verify("access", old)
    assert jwt.get_unverified_header(issue())["kid"] == "new"


def test_a_key_that_is_too_short_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_keys", lambda: {"short": b"k" * 31})
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = sign(claims())

    is_refused(token)
