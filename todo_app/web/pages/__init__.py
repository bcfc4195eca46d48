"""The registry of pages: what is shown at which path, under which title."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes
from todo_app.web.components.preference import PreferenceState
from todo_app.web.filter_state import FilterState
from todo_app.web.list_state import ListName, TaskListState
from todo_app.web.live_state import LiveState
from todo_app.web.pages import (
    account,
    api_tokens,
    archive,
    completed,
    confirm_email,
    confirm_sign_up,
    email_changed,
    filters,
    forgotten_password,
    history,
    inbox,
    label,
    link_spent,
    not_found,
    passkeys,
    preferences,
    project,
    reset_password,
    reset_sent,
    search,
    second_factor,
    security,
    sign_in,
    sign_in_code,
    sign_up,
    sign_up_sent,
    today,
    trash,
    upcoming,
)
from todo_app.web.panel_state import TaskPanelState
from todo_app.web.places_state import PlacesState

_ARCHIVE = [PlacesState.show_archive(), TaskPanelState.show_task()]
_TRASH = [PlacesState.show_trash(), TaskPanelState.show_task()]
_HISTORY = [LiveState.show_feed(), TaskPanelState.show_task()]
_SETTINGS = [PreferenceState.show_preferences(), TaskPanelState.show_task()]
_SECURITY = [security.SecurityState.show_security(), TaskPanelState.show_task()]
_PASSKEYS = [passkeys.PasskeysState.show_passkeys(), TaskPanelState.show_task()]
_CODES = [second_factor.SecondFactorState.show_second_factor(), TaskPanelState.show_task()]
_TOKENS = [api_tokens.ApiTokensState.show_tokens(), TaskPanelState.show_task()]
_FILTER = [
    TaskListState.show_list("filter"),
    TaskPanelState.show_task(),
    FilterState.show_filter(),
]
_STRANGERS = (
    (routes.SIGN_IN, "Sign in", sign_in.page, sign_in.SignInState.show_form),
    (
        routes.SIGN_IN_CODE,
        "Enter your code",
        sign_in_code.page,
        sign_in_code.SignInCodeState.show_code_form,
    ),
    (routes.SIGN_UP, "Create an account", sign_up.page, sign_up.SignUpState.show_form),
    (
        routes.FORGOTTEN_PASSWORD,
        "Forgotten password",
        forgotten_password.page,
        forgotten_password.ForgottenPasswordState.show_form,
    ),
    (routes.RESET_SENT, "Look into your mail", reset_sent.page, None),
    (
        routes.RESET_PASSWORD,
        "Choose a new password",
        reset_password.page,
        reset_password.ResetPasswordState.show_form,
    ),
    (
        routes.SIGN_UP_SENT,
        "Look into your mail",
        sign_up_sent.page,
        sign_up_sent.SignUpSentState.show_form,
    ),
    (
        routes.CONFIRM_SIGN_UP,
        "Confirm your address",
        confirm_sign_up.page,
        confirm_sign_up.ConfirmSignUpState.show_form,
    ),
    (
        routes.CONFIRM_EMAIL,
        "Confirm your new address",
        confirm_email.page,
        confirm_email.ConfirmEmailState.show_form,
    ),
    (routes.EMAIL_CHANGED, "Your new address is confirmed", email_changed.page, None),
    (routes.LINK_SPENT, "Link no longer good", link_spent.page, None),
)


def register(app: rx.App) -> None:
    """Add every page to the app."""
    for path, title, page, on_load in (
        (routes.TODAY, "Today", today.page, _list("today")),
        (routes.UPCOMING, "Upcoming", upcoming.page, _list("upcoming")),
        (routes.INBOX, "Inbox", inbox.page, _list("inbox")),
        (routes.COMPLETED, "Completed", completed.page, _list("completed")),
        (routes.SEARCH, "Search", search.page, _list("search")),
        (routes.PROJECT, _name_or("Project"), project.page, _list("project")),
        (routes.LABEL, _name_or("Label"), label.page, _list("label")),
        (routes.FILTER, _name_or("Filter"), filters.page, _FILTER),
        (routes.HISTORY, "History", history.page, _HISTORY),
        (routes.ARCHIVE, "Archive", archive.page, _ARCHIVE),
        (routes.TRASH, "Trash", trash.page, _TRASH),
        (
            routes.ACCOUNT,
            "Account",
            account.page,
            [account.AccountState.show_account(), *_SETTINGS],
        ),
        (routes.PREFERENCES, "Preferences", preferences.page, _SETTINGS),
        (routes.SECURITY, "Security", security.page, _SECURITY),
        (routes.PASSKEYS, "Passkeys", passkeys.page, _PASSKEYS),
        (routes.SECOND_FACTOR, "Codes at sign-in", second_factor.page, _CODES),
        (routes.API_TOKENS, "API tokens", api_tokens.page, _TOKENS),
        *_STRANGERS,
    ):
        app.add_page(page, route=path, title=title + " · Todo App", on_load=on_load)
    # Behind our own server nobody sees this page; a static export has no other way home.
    app.add_page(
        rx.fragment(), route="/", title="Todo App", on_load=rx.redirect(routes.HOME, replace=True)
    )
    app.add_page(not_found.page, route="404", title="Not found · Todo App")


def _name_or(kind: str) -> rx.Var[str]:
    """The name of the place that is shown, which tells windows and steps back apart."""
    return rx.cond(TaskListState.place["name"] != "", TaskListState.place["name"], kind).to(str)


def _list(name: ListName) -> list[rx.event.EventSpec]:
    return [TaskListState.show_list(name), TaskPanelState.show_task()]
