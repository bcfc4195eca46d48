"""A small web server in front of the backend, as somebody sets one up for an exported frontend."""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

# What `export` says has to be handed on.
BACKEND_PATHS = ("/_event", "/api", "/auth", "/health")


@asynccontextmanager
async def serving(folder: Path, *, port: int, backend_port: int) -> AsyncIterator[None]:
    """Serve the files of a folder, and hand the rest on as it comes."""
    answering: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            if path.startswith(BACKEND_PATHS):
                await _hand_on(head, reader, writer, backend_port)
            else:
                writer.write(_file(folder, path))
                await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        rest = [task for task in answering if task is not None]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def _file(folder: Path, path: str) -> bytes:
    name = path.strip("/") or "index"
    for found in (folder / name, folder / f"{name}.html", folder / name / "index.html"):
        if found.is_file():
            status, body, kind = "200 OK", found.read_bytes(), mimetypes.guess_type(found)[0]
            break
    else:
        status, body, kind = "404 Not Found", (folder / "404.html").read_bytes(), "text/html"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


async def _hand_on(
    head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
) -> None:
    if b"websocket" not in head:
        # The next request on this connection may be for a file.
        head = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"\r\nConnection: close", head)
    backend_reader, backend_writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(backend_writer):
        backend_writer.write(head)
        there = asyncio.create_task(_pipe(reader, backend_writer))
        try:
            await _pipe(backend_reader, writer)
        finally:
            there.cancel()
            await asyncio.gather(there, return_exceptions=True)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
