"""What a form brings back to its page: which fields were refused, why, and what was typed.

It travels in a cookie for a minute, from the form endpoint through the redirect to the socket of
the page. No password is ever in it.
"""

from __future__ import annotations

import base64
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LIFETIME_SECONDS = 60
DONE_LIFETIME_SECONDS = 10
"""Short: a reload is not to say again what was done."""
_COOKIE_MAX_CHARACTERS = 3_000

Form = Literal[
    "sign-in",
    "code",
    "sign-up",
    "password",
    "codes",
    "forgotten-password",
    "reset-password",
    "close",
    "sign-up-sent",
    "confirm-sign-up",
    "email",
    "confirm-email",
    "passkeys",
]


class RefusedForm(BaseModel):
    """A form that was not accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Form
    errors: dict[str, str] = Field(max_length=4)
    email: str = Field(default="", max_length=300)
    name: str = Field(default="", max_length=150)
    is_done: bool = False
    """Whether it was accepted after all, which its page is to say."""

    def to_cookie(self) -> str:
        """The cookie's value."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode()


def from_cookie(form: Form, value: str) -> RefusedForm:
    """The form a cookie brings back, or an untouched one if it is another's or none."""
    untouched = RefusedForm(form=form, errors={})
    if not value or len(value) > _COOKIE_MAX_CHARACTERS:
        return untouched
    try:
        refused = RefusedForm.model_validate_json(base64.urlsafe_b64decode(value))
    except (ValidationError, ValueError):
        return untouched
    return refused if refused.form == form else untouched
