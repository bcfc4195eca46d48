"""Python runs this when it starts with this folder on its path: Reflex's hook is on from there.

`opentelemetry-instrument` does the same. The spans that an exporter would send go to the file that
SPANS names, each as a line of JSON.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from opentelemetry import trace
from reflex_base import otel
from starlette.middleware.opentelemetry import OpenTelemetryMiddleware


class _Span(trace.NonRecordingSpan):
    def __init__(self, name: str, attributes: Mapping[str, object]) -> None:
        super().__init__(trace.INVALID_SPAN_CONTEXT)
        self.line = {"name": name, **attributes}

    def set_attribute(self, key: str, value: object) -> None:
        self.line[key] = value

    def update_name(self, name: str) -> None:
        self.line["name"] = name

    def end(self, *_: object) -> None:
        with Path(os.environ["SPANS"]).open("a", encoding="utf-8") as spans:
            spans.write(json.dumps(self.line) + "\n")


class _Tracer(trace.Tracer):
    def start_span(self, name: str, *_: object, **options: object) -> _Span:
        attributes: Mapping[str, object] = options["attributes"]  # type: ignore[assignment]
        return _Span(name, attributes)

    @contextmanager
    def start_as_current_span(self, name: str, *_: object, **options: object) -> Iterator[_Span]:
        span = self.start_span(name, **options)
        try:
            yield span
        finally:
            span.end()


class _Provider(trace.TracerProvider):
    def get_tracer(self, *_: object, **__: object) -> _Tracer:
        return _Tracer()


otel.enable(
    _Provider(),
    asgi_middleware_factory=lambda app: OpenTelemetryMiddleware(app, tracer_provider=_Provider()),
)
