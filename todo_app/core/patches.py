"""What the changes of things with nothing to clear have in common."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class UnclearablePatch(BaseModel):
    """A change in which absent fields stay, and none can be null."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _nothing_is_cleared(self) -> Self:
        if any(getattr(self, field) is None for field in self.model_fields_set):
            msg = "cannot be cleared"
            raise ValueError(msg)
        return self
