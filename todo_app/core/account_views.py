"""What an account is seen by: by its owner, and in the query of whoever is asked who they are."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from todo_app.core.models import USERS, User
from todo_app.core.reads import AnyRow
from todo_app.core.weeks import WeekStart

DateOrder = Literal["day_first", "month_first"]
"""How a date of two numbers is read: 11/12 is the 11th of December, or the 12th of November."""
Theme = Literal["system", "light", "dark"]
ReminderMail = Literal["on", "off"]
"""Whether reminders come by mail too, and not in open pages alone."""


class AccountView(BaseModel):
    """An account as its owner sees it. `created_at` is UTC."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    email: str
    name: str
    time_zone: str
    date_order: DateOrder
    theme: Theme
    week_start: WeekStart
    reminder_mail: ReminderMail
    created_at: datetime

    @classmethod
    def of(cls, user: User | AnyRow) -> AccountView:
        """The view of a row."""
        return cls.model_validate(user, from_attributes=True)


COLUMNS = [USERS.c[name] for name in AccountView.model_fields]
