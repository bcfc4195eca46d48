"""The browsable page of the API: no asset from outside, no script inside the page."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Todo App API</title>
<link rel="icon" href="docs/assets/favicon.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript; the document it shows is at
<a href="v1/openapi.json">v1/openapi.json</a>.</noscript>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

# The badge would send the address of the document to a validator on the internet.
SCRIPT = """"use strict";
SwaggerUIBundle({
  url: "v1/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""

_assets = StaticFiles(packages=[("fastapi_offline", "static")])


async def show_page(_request: Request) -> Response:
    """The page."""
    return HTMLResponse(PAGE)


async def show_script(_request: Request) -> Response:
    """What starts Swagger UI on the page: a file, because the policy forbids inline scripts."""
    return Response(SCRIPT, media_type="text/javascript")


async def show_asset(request: Request) -> Response:
    """Swagger UI itself. Raises HTTPException 404."""
    return await _assets.get_response(request.path_params["name"], request.scope)


def add_docs(app: FastAPI) -> None:
    """Add the page to the API."""
    for path, show in (
        ("/docs", show_page),
        ("/docs/start.js", show_script),
        ("/docs/assets/{name}", show_asset),
    ):
        app.add_route(path, show, include_in_schema=False)
