"""The part of Settings > Account that asks for another address, and says which one waits."""

from __future__ import annotations

import reflex as rx

from todo_app.core import clock, email_change, mail
from todo_app.core.errors import NotFound, TodoError
from todo_app.web import routes, wording
from todo_app.web.account_state import shown_at
from todo_app.web.components.account_form import form_error, password_field, text_field
from todo_app.web.components.icons import icon
from todo_app.web.components.native_form import native_form
from todo_app.web.forms import from_cookie
from todo_app.web.messages import message
from todo_app.web.session import AuthState


@shown_at(routes.ACCOUNT)
class EmailChangeState(AuthState):
    """The form that asks for another address, and the address that waits for its confirmation."""

    errors: dict[str, str] = {}
    new_email: str = ""
    pending_email: str = ""
    pending_until: str = ""
    can_change: bool = True

    async def _open(self, flash: str) -> None:
        """Show what became of the form, and what waits."""
        self.can_change = mail.is_on()
        form = from_cookie("email", flash)
        self.errors, self.new_email = form.errors, form.email
        if form.is_done:
            self._tell("A link is on its way to the new address. Open it to confirm.")
        await self._show_pending()

    async def _renew(self) -> None:
        await self._show_pending()

    async def _show_pending(self) -> None:
        pending = await self._read(email_change.get_pending)
        self.pending_email = self.pending_until = ""
        if pending is not None:
            zone = self.user["time_zone"]
            self.pending_email = pending.email
            self.pending_until = wording.day_and_time(pending.until, clock.now(), zone)

    @rx.event
    async def drop_pending_email(self) -> None:
        """Let the address that waits be nothing."""
        try:
            await self._write(email_change.drop_pending)
        except NotFound:
            self._tell("Nothing waits any more: it was confirmed, taken back or too late.")
        except TodoError as refusal:
            self._tell(message(refusal), is_error=True)
            return
        else:
            self._tell("Taken back. Your address stays as it is.")
        await self._show_pending()


def email_change_form() -> rx.Component:
    """The address that waits, and the form for another one."""
    return rx.el.section(
        rx.el.h2("Another email", id="email-change"),
        rx.cond(EmailChangeState.pending_email != "", _pending()),
        form_error(EmailChangeState),
        rx.cond(
            EmailChangeState.can_change,
            _form(),
            rx.el.p(
                "It takes a mail to confirm another address, and this server sends none.",
                class_name="hint",
            ),
        ),
        aria_labelledby="email-change",
    )


def _form() -> rx.Component:
    return native_form(
        routes.EMAIL_FORM,
        text_field(
            EmailChangeState,
            "new_email",
            "New email",
            value=EmailChangeState.new_email,
            type="email",
            auto_complete="email",
            required=True,
        ),
        password_field(EmailChangeState, "password", "Your password"),
        rx.el.p("It counts once you confirm it by a link we mail there.", class_name="hint"),
        rx.el.button("Change email", type="submit", class_name="primary"),
        class_name="narrow",
    )


def _pending() -> rx.Component:
    return rx.el.ul(
        rx.el.li(
            icon("mail", size=20),
            rx.el.div(
                rx.el.p(
                    rx.el.bdi(EmailChangeState.pending_email),
                    rx.el.span("Waits for you", class_name="badge"),
                    class_name="title",
                ),
                rx.el.p(
                    "Open the link we mailed there, until ",
                    EmailChangeState.pending_until,
                    ". Until then your address stays as it is.",
                    class_name="details",
                ),
                class_name="what",
            ),
            rx.el.button(
                "Cancel",
                type="button",
                aria_label="Cancel this change",
                on_click=EmailChangeState.drop_pending_email,
                class_name="quiet danger",
            ),
        ),
        class_name="entries",
    )
