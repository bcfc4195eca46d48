"""Reflex's configuration, read from the settings of the program."""

import atexit
import gc
from urllib.parse import urlsplit

import reflex as rx

from todo_app.core.settings import get_settings

# Pages are made of millions of objects, nearly all of which stay: to look through them for garbage
# again and again, and once more at the end, would take nearly half of the time of a build.
gc.set_threshold(50_000)
atexit.register(gc.freeze)

_settings = get_settings()
_redis_url = _settings.redis_url.get_secret_value() or None
_modes = rx.constants.StateManagerMode

config = rx.Config(
    app_name="todo_app",
    api_url=_settings.backend_origin,
    deploy_url=_settings.origin,
    frontend_port=urlsplit(_settings.origin).port or 3000,
    backend_port=_settings.port,
    backend_host=_settings.host,
    cors_allowed_origins=[_settings.origin],
    trusted_proxy_hops=_settings.trusted_proxy_hops,
    redis_url=_redis_url,
    # UI state outlives the session that it belongs to, in seconds.
    redis_token_expiration=_settings.session_days * 86_400,
    # The disk would keep state in readable files; memory keeps it in this process only.
    state_manager_mode=_modes.REDIS if _redis_url else _modes.MEMORY,
    frontend_compression_formats=["brotli", "gzip"],
    default_color_mode="system",
    disable_plugins=[rx.plugins.SitemapPlugin],
    show_built_with_reflex=False,
    telemetry_enabled=False,
)
