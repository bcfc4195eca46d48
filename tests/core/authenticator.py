"""An authenticator in software: what a browser sends for a passkey, and what a forger would."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

from todo_app.core.passkeys import Challenge

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost:8000"


class Authenticator:
    """One key pair that answers challenges; each step of an answer can be falsified."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0

    def register(self, challenge: Challenge, **falsified: Any) -> str:  # noqa: ANN401
        """The answer to the challenge for a new passkey."""
        numbers = self.key.public_key().public_numbers()
        public_key = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        )
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + public_key
        data = self._data(flags=falsified.pop("flags", PRESENT | VERIFIED) | ATTESTED, **falsified)
        attestation = {"fmt": "none", "attStmt": {}, "authData": data + attested}
        return self._credential(
            clientDataJSON=self._client_data("webauthn.create", challenge, **falsified),
            attestationObject=cbor2.dumps(attestation),
        )

    def sign_in(self, challenge: Challenge, *, user: bytes = b"", **falsified: Any) -> str:  # noqa: ANN401
        """The answer to the challenge for any passkey."""
        self.count += 1
        data = self._data(**falsified)
        client_data = self._client_data("webauthn.get", challenge, **falsified)
        signed = data + hashlib.sha256(client_data).digest()
        key: ec.EllipticCurvePrivateKey = falsified.get("key", self.key)
        parts = {"userHandle": user} if user else {}
        return self._credential(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=key.sign(signed, ec.ECDSA(SHA256())),
            **parts,
        )

    def _data(
        self,
        *,
        party: str = "localhost",
        flags: int = PRESENT | VERIFIED,
        count: int | None = None,
        **_: object,
    ) -> bytes:
        number = self.count if count is None else count
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + number.to_bytes(4)

    def _client_data(
        self,
        kind: str,
        challenge: Challenge,
        *,
        origin: str = ORIGIN,
        client_type: str = "",
        **_: object,
    ) -> bytes:
        asked = json.loads(challenge.options)["challenge"]
        data = {"type": client_type or kind, "challenge": asked, "origin": origin}
        return json.dumps(data).encode()

    def _credential(self, **response: bytes) -> str:
        own_id = bytes_to_base64url(self.id)
        parts = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": own_id, "rawId": own_id, "type": "public-key", "response": parts})
