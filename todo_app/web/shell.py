"""The frame around every signed-in page: sidebar, tabs, panel, toast."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from todo_app.web import page_script, reflex_private, routes
from todo_app.web.components.bulk_bar import bulk_bar, due_dialog, priority_dialog
from todo_app.web.components.commands import PALETTE, commands
from todo_app.web.components.drafts import unsaved_drafts
from todo_app.web.components.drag import drops
from todo_app.web.components.enter_task import enter_task
from todo_app.web.components.filter_places import filter_counts, filter_places
from todo_app.web.components.icons import icon
from todo_app.web.components.native_form import native_form
from todo_app.web.components.outbox import forget_typed, outbox
from todo_app.web.components.palette import palette
from todo_app.web.components.pickers import label_picker, project_picker
from todo_app.web.components.places import new_places, places
from todo_app.web.components.preference import theme_choice, theme_told
from todo_app.web.components.shortcut_sheet import shortcut_sheet
from todo_app.web.components.task_panel import task_panel
from todo_app.web.components.toast import toast
from todo_app.web.components.unanswered import unanswered
from todo_app.web.session import AuthState

_ACCOUNT_MENU = "account-menu"
_SEARCH = (routes.SEARCH, "Search", "search", None)
_LISTS = (
    (routes.INBOX, "Inbox", "inbox", AuthState.counts["inbox"]),
    (routes.TODAY, "Today", "sun", AuthState.counts["overdue"] + AuthState.counts["today"]),
    (routes.UPCOMING, "Upcoming", "calendar-days", None),
)
_COMPLETED = (routes.COMPLETED, "Completed", "check", None)


def shell(here: str, *content: rx.Component) -> rx.Component:
    """A signed-in page. `here` is its path; strangers see neither content nor a form."""
    doable = commands(here)
    return rx.el.div(
        # Not a link: every link is the router's, and that does not move the focus.
        rx.el.button(
            "Skip to content", type="button", on_click=rx.set_focus("content"), class_name="skip"
        ),
        _sidebar(here),
        _main(_trouble(), _without_scripts(), _needs_connection(here), *content),
        task_panel(here),
        rx.fragment() if _is_of_settings(here) else _add_button(),
        _tabs(here),
        _account_menu(here),
        new_places(),
        rx.cond(
            reflex_private.is_disconnected,
            rx.el.p("No connection; trying again", role="status", class_name="offline"),
        ),
        theme_told(),
        outbox(),
        unsaved_drafts(),
        unanswered(),
        filter_counts(),
        bulk_bar(),
        toast(),
        due_dialog(),
        priority_dialog(),
        palette(doable),
        project_picker(),
        label_picker(),
        drops(),
        shortcut_sheet(doable),
        # The last to be mounted: what is typed by then goes before what was kept.
        rx.el.span(on_mount=_tell_typed(), hidden=True),
        class_name="shell",
    )


def _main(*content: rx.Component) -> rx.Component:
    column = rx.el.div(*content, class_name="column")
    return rx.el.main(column, id="content", tab_index=-1)


def _tell_typed() -> rx.Var:
    """An event trigger that tells the page what was typed before its scripts were there."""
    return reflex_private.trigger(page_script.exported("hydration", "tellTyped").call())


def _trouble() -> rx.Component:
    """Why there is nothing to see, and what to do. What was typed outlives a reload."""
    return rx.cond(
        AuthState.trouble != "",
        rx.el.div(
            rx.el.p("This could not be shown", class_name="title"),
            rx.el.p(AuthState.trouble),
            rx.el.button(
                "Try again",
                type="button",
                class_name="quiet",
                on_click=rx.call_function("() => location.reload()"),
            ),
            role="alert",
            class_name="trouble",
        ),
    )


def _needs_connection(here: str) -> rx.Component:
    """What settings say without a network: nothing of them is kept on the device."""
    if not _is_of_settings(here):
        return rx.fragment()
    return rx.cond(
        reflex_private.is_disconnected,
        rx.el.p(
            rx.el.strong("Needs a connection. "),
            "What is here comes from the server, which cannot be reached. "
            "It is tried again by itself.",
            role="status",
            class_name="note needs-connection",
        ),
    )


def _without_scripts() -> rx.Component:
    return rx.el.p(
        "You are signed in. What is in your account shows with JavaScript alone: "
        "switch it on for this site, and open the page again.",
        class_name="note without-scripts",
    )


def _sidebar(here: str) -> rx.Component:
    return rx.el.nav(
        rx.el.button(
            rx.el.span(AuthState.user["initials"], class_name="face", aria_hidden="true"),
            rx.el.span(AuthState.user["name"], class_name="name", dir="auto"),
            icon("chevron-down", size=14),
            type="button",
            class_name="who",
            aria_label="Account",
            custom_attrs={"popoverTarget": _ACCOUNT_MENU},
        ),
        _place(here, *_SEARCH, key="/"),
        *(_place(here, *place) for place in _LISTS),
        _place(here, *_COMPLETED),
        places(here),
        filter_places(here),
        rx.el.div(
            _place(here, routes.HISTORY, "History", "history", None),
            _place(here, routes.ARCHIVE, "Archive", "archive", None),
            _place(here, routes.TRASH, "Trash", "trash-2", None),
            rx.el.button(
                icon("command"),
                rx.el.span("Commands"),
                rx.el.kbd("Ctrl K", aria_hidden="true"),
                type="button",
                class_name="place",
                custom_attrs={"data-opens": PALETTE, "data-keys": "mod+k"},
            ),
            _place(_settings_or(here), routes.SETTINGS, "Settings", "settings", None),
            _connection(),
            class_name="foot",
        ),
        aria_label="Main",
        class_name="sidebar",
    )


def _place(
    here: str, path: str, label: str, icon_name: str, count: rx.Var[int] | None, key: str = ""
) -> rx.Component:
    is_here = (
        {"aria_current": "page", "class_name": "place here"}
        if path == here
        else {"class_name": "place"}
    )
    number = (
        rx.cond(count > 0, rx.el.span(count, class_name="count"))
        if count is not None
        else rx.fragment()
    )
    shortcut = rx.el.kbd(key, aria_hidden="true") if key else rx.fragment()
    into = {"data-into": AuthState.user["id"]} if path == routes.INBOX else {}
    return ReactRouterLink.create(
        icon(icon_name), rx.el.span(label), number, shortcut, to=path, custom_attrs=into, **is_here
    )


def _settings_or(here: str) -> str:
    """The one place of all settings in the sidebar, or the page itself."""
    return routes.SETTINGS if _is_of_settings(here) else here


def _is_of_settings(here: str) -> bool:
    return here.startswith("/settings/")


def _connection() -> rx.Component:
    return rx.el.p(
        rx.cond(
            reflex_private.is_disconnected,
            rx.fragment(rx.el.span(class_name="lamp off"), "Offline · trying again"),
            rx.fragment(rx.el.span(class_name="lamp"), "Connected"),
        ),
        role="status",
        class_name="connection",
    )


def _tabs(here: str) -> rx.Component:
    """The sidebar of a phone; what has no room in it is in the menu of the account."""
    inbox, today, upcoming = (_place(here, *place[:3], None) for place in _LISTS)
    return rx.el.nav(
        today,
        inbox,
        upcoming,
        _place(here, *_SEARCH),
        rx.el.button(
            icon("circle-user-round"),
            rx.el.span("Account"),
            type="button",
            class_name="place",
            custom_attrs={"popoverTarget": _ACCOUNT_MENU},
        ),
        aria_label="Sections",
        class_name="tabs",
    )


def _add_button() -> rx.Component:
    return rx.el.button(
        icon("plus", size=24),
        type="button",
        aria_label="Add a task",
        class_name="add-button",
        on_click=enter_task(),
    )


def _account_menu(here: str) -> rx.Component:
    return rx.el.div(
        rx.el.p(AuthState.user["email"], class_name="email", dir="auto"),
        theme_choice(),
        ReactRouterLink.create(
            icon("settings"), "Settings", to=routes.SETTINGS, class_name="quiet"
        ),
        # What a phone has no room for beside its lists.
        rx.el.div(
            _place(here, *_COMPLETED),
            places(here),
            filter_places(here),
            _place(here, routes.HISTORY, "History", "history", None),
            _place(here, routes.ARCHIVE, "Archive", "archive", None),
            _place(here, routes.TRASH, "Trash", "trash-2", None),
            class_name="on-phones",
        ),
        native_form(
            routes.SIGN_OUT_FORM,
            rx.el.button(
                icon("log-out"),
                "Sign out",
                type="submit",
                class_name="quiet",
                on_click=forget_typed(),
            ),
        ),
        id=_ACCOUNT_MENU,
        role="dialog",
        aria_label="Account",
        class_name="menu",
        custom_attrs={"popover": "auto"},
    )
