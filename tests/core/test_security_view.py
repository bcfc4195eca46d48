from __future__ import annotations

from datetime import UTC, datetime

from tests.cast import act, events_of, sign_in
from todo_app.core import recovery_codes, second_factor, security_view, sessions
from todo_app.core.access import Actor
from todo_app.core.database import transaction
from todo_app.core.models import Passkey, new_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


async def add_passkeys(actor: Actor, *names: str) -> None:
    own = {"user_id": actor.user_id, "public_key": "x", "sign_count": 0, "created_at": NOW}
    async with transaction() as db:
        db.add_all(Passkey(name=name, credential_id=str(new_id()), **own) for name in names)


async def test_the_screen_is_told_at_once_what_each_part_tells(alice: Actor, bob: Actor) -> None:
    for actor, names in ((alice, ("Phone", "Ring")), (bob, ("His",))):
        await add_passkeys(actor, *names)
    nothing_yet = (await act(security_view.get_security, bob)).ways
    await act(second_factor.begin_enrolment, alice)
    await act(recovery_codes.make, alice)

    await sign_in("alice")
    security = await act(security_view.get_security, alice)
    found = security.ways

    assert security.sessions == await act(sessions.list_sessions, alice)
    assert security.events == await events_of(alice)
    assert (len(security.sessions), len(security.events) > 1) == (2, True)
    assert found.passkeys == ["Phone", "Ring"]
    assert found.codes == await act(second_factor.get_second_factor, alice)
    assert (found.codes.is_begun, found.codes.recovery_codes_left) == (True, recovery_codes.COUNT)
    assert nothing_yet.passkeys == ["His"]
    assert nothing_yet.codes == await act(second_factor.get_second_factor, bob)
