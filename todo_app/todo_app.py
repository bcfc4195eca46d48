"""The entry: builds the app out of its two faces. Nothing else."""

from __future__ import annotations

import reflex as rx
from starlette.applications import Starlette
from starlette.routing import Mount

from todo_app import jobs, serve
from todo_app.api.app import create_api
from todo_app.api.health import health_routes
from todo_app.core import metrics, relay
from todo_app.web import (
    connections,
    failures,
    frames,
    installation,
    live,
    pages,
    reflex_private,
    theme,
)
from todo_app.web.account_forms import account_routes
from todo_app.web.edge import Edge
from todo_app.web.email_forms import email_routes
from todo_app.web.form_limit import FormLimit
from todo_app.web.guard import Guard
from todo_app.web.passkey_forms import passkey_routes
from todo_app.web.plain_pages import PlainPages
from todo_app.web.recovery_forms import recovery_routes
from todo_app.web.second_factor_forms import second_factor_routes
from todo_app.web.sign_in import form_routes
from todo_app.web.sign_up_forms import sign_up_routes
from todo_app.web.socket_pace import SocketPace
from todo_app.web.strays import Strays
from todo_app.web.token_form import token_routes
from todo_app.web.watch import Watch

reflex_private.leave_out_cors()
reflex_private.read_packets_with(frames.content)
app = rx.App(
    stylesheets=["styles/tokens.css", "styles/app.css"],
    html_lang="en",
    head_components=[theme.script(), *installation.head()],
    toaster=None,
    app_wraps={},
    backend_exception_handler=failures.explain_exception,
    api_transformer=[
        Starlette(
            routes=[
                Mount("/api", create_api()),
                *health_routes,
                *form_routes,
                *recovery_routes,
                *account_routes,
                *email_routes,
                *sign_up_routes,
                *token_routes,
                *second_factor_routes,
                *passkey_routes,
            ]
        ),
        FormLimit,
        PlainPages,
        SocketPace,
        Edge,
        Watch,
    ],
)
app.add_middleware(Guard())
reflex_private.answer_every_event()
reflex_private.hold_locks_with_redis_6()
reflex_private.surround_with(Strays)
app.register_lifespan_task(serve.spare_what_is_loaded)
app.register_lifespan_task(jobs.run_forever)
app.register_lifespan_task(jobs.remind_forever)
app.register_lifespan_task(jobs.send_mail_forever)
app.register_lifespan_task(connections.sweep_forever)
app.register_lifespan_task(connections.drop_abandoned_forever)
app.register_lifespan_task(relay.run_forever)
app.register_lifespan_task(live.refresh_forever)
app.register_lifespan_task(metrics.serve_forever)
pages.register(app)
