"""The second step of signing in on the web, after an email and a password that were right."""

from __future__ import annotations

from todo_app.core import first_step, sessions, totp
from todo_app.core.database import transaction
from todo_app.core.tokens import Claims
from todo_app.core.visits import Visit


async def sign_in_by_code(step: Claims, code: str, visit: Visit) -> str:
    """Begin the session that the first step was for, and return the token for its cookie.

    Raises WrongCode, and Unauthenticated if the password was changed since the first step or its
    session has begun before; TooManyAttempts, Unavailable.
    """
    async with totp.entry(step.sub, code, visit), transaction() as db:
        await first_step.check_still_stands(db, step)
        await totp.use(db, step.sub, code, visit)
        session = await sessions.begin(db, step.sub, visit, step.sid)
    return sessions.web_token(session)
