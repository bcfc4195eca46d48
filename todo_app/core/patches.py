"""What the changes of things with nothing to clear have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, field_validator


class UnclearablePatch(BaseModel):
    """A change in which absent fields stay, and none can be null."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*")
    @classmethod
    def _stays(cls, value: object) -> object:
        if value is None:
            msg = "cannot be cleared"
            raise ValueError(msg)
        return value
