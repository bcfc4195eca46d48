"""Backends to attack, and the browsers to do it with."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

from tests.cast import PASSWORD
from tests.mailbox import Mailbox, link_in, running_mailbox
from tests.servers import PostgreSQL, Redis
from tests.web.backend import Backend, running_backend
from tests.web.browser import Browser, browser
from tests.web.handlers import Handlers

Visit = Callable[..., Browser]


@pytest.fixture(scope="session")
def sqlite_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend on SQLite that keeps the state of pages in memory."""
    with running_backend(tmp_path_factory.mktemp("sqlite-backend")) as started:
        yield started


@pytest.fixture(scope="session")
def postgresql_backend(
    postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    """A backend on PostgreSQL that keeps the state of pages in memory."""
    url = postgresql.fresh_database()
    folder = tmp_path_factory.mktemp("postgresql-backend")
    with running_backend(folder, DATABASE_URL=url) as started:
        yield started


@pytest.fixture(scope="session")
def redis_backend(
    redis_server: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    """A backend on SQLite that keeps the state of pages in Redis."""
    folder = tmp_path_factory.mktemp("redis-backend")
    with running_backend(folder, REDIS_URL=redis_server.url) as started:
        yield started


@pytest.fixture(scope="session")
def post_office() -> Iterator[Mailbox]:
    """The mail server of `mailing_backend`."""
    with running_mailbox() as started:
        yield started


@pytest.fixture(scope="session")
def mailing_backend(
    post_office: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    """A backend on SQLite that sends mail."""
    folder = tmp_path_factory.mktemp("mailing-backend")
    with running_backend(folder, SMTP_URL=post_office.url) as started:
        yield started


@pytest.fixture
def confirmed(mailing_backend: Backend, post_office: Mailbox) -> Iterator[Browser]:
    """Somebody who signed up at `mailing_backend` and confirmed their address."""
    with browser(mailing_backend) as arrived:
        arrived.name, arrived.email = "Alice", f"alice-{secrets.token_hex(6)}@example.org"
        arrived.post("/auth/sign-up", email=arrived.email, password=PASSWORD)
        link = link_in(post_office.wait_for(arrived.email))
        arrived.get(urlsplit(link).path)
        arrived.post("/auth/confirm-sign-up", password=PASSWORD)
        assert arrived.token
        post_office.forget(arrived.email)
        yield arrived


@pytest.fixture
def backend(sqlite_backend: Backend) -> Backend:
    """The backend of this test, where the kind of it does not matter."""
    return sqlite_backend


@pytest.fixture
def visit(backend: Backend) -> Iterator[Visit]:
    """A new browser at the backend; with a name, somebody with a new account is signed in."""
    with ExitStack() as browsers:

        def arrive(name: str | None = None, **account: str) -> Browser:
            arrived = browsers.enter_context(browser(backend))
            if name:
                arrived.sign_up(name, **account)
            return arrived

        yield arrive


@pytest.fixture
def alice(visit: Visit) -> Browser:
    """The browser of her who owns what the test is about."""
    return visit("Alice")


@pytest.fixture
def bob(visit: Visit) -> Browser:
    """The browser of somebody else with an account."""
    return visit("Bob")


@pytest.fixture
def stranger(visit: Visit) -> Browser:
    """The browser of somebody without an account."""
    return visit()


@pytest.fixture(scope="session")
def app(environment: None) -> rx.App:
    """The program's own app, with its guard."""
    from todo_app import todo_app

    return todo_app.app


@pytest.fixture
def handlers(app: rx.App) -> Handlers:
    """Every event handler that anybody can call by its name."""
    return RegistrationContext.get().event_handlers
