"""How a process is seen from outside: /metrics and /health on a port of their own, for processes without the API."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from services.api.webhooks.rekey import check_opens
from services.api.webhooks.secrets import SecretBox
from services.domain.clock import system_clock
from services.domain.errors import Unavailable
from services.health.checkup import Checkup, limits_of
from services.health.gauges import exposition
from services.settings import Settings
from services.storage.database import Database

#: Seconds one caller may take to ask.
_PATIENCE = 10
_Page = tuple[int, str, bytes]


def checkup_of(settings: Settings, database: Database, box: SecretBox | None, process: str) -> Checkup:
    """What `process` looks at; `box`: None where it needs no secrets."""
    return Checkup(
        database,
        system_clock,
        bus_url=settings.bus_url,
        data=settings.data,
        opens=opening(database, box) if box is not None else None,
        limits=limits_of(settings.lag_limit, settings.disk_reserve),
        process=process,
    )


@contextmanager
def observed(settings: Settings, checkup: Checkup) -> Iterator[int]:
    """Serve /metrics, /health/live and /health/ready at DAFU_METRICS_PORT while the context lasts, from a thread.

    Answers the port, 0 where none is asked for. Raises Unavailable where it is in use.
    """
    if not settings.metrics_port:
        yield 0
        return
    with _serving(settings.metrics_host, settings.metrics_port, checkup) as port:
        yield port


@contextmanager
def _serving(host: str, port: int, checkup: Checkup) -> Iterator[int]:
    try:
        server = _Server((host, port), _handler(checkup))
    except OSError as error:
        raise Unavailable(
            f"cannot listen at {host}:{port} ({error.strerror}); choose another with DAFU_METRICS_PORT"
        ) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="observed", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True


def page(path: str, checkup: Checkup, accept: str) -> _Page:
    """Status, media type and body of what is served at `path`."""
    match path:
        case "/metrics":
            body, media_type = exposition(checkup, accept)
            return 200, media_type, body
        case "/health/live":
            return _json(200, {"status": "ok"})
        case "/health/ready":
            found = checkup.condition().findings
            wrong = [{"code": one.code, "message": one.message, "remedy": one.remedy} for one in found]
            return _json(503 if found else 200, {"status": "not_ready" if found else "ok", "problems": wrong})
    return _json(404, {"status": "not_found", "paths": ["/metrics", "/health/live", "/health/ready"]})


def _handler(checkup: Checkup) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE

        def do_GET(self) -> None:
            status, media_type, body = page(self.path.partition("?")[0], checkup, self.headers.get("accept", ""))
            self.send_response(status)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def version_string(self) -> str:
            return "dafu"

        def log_message(self, *_: Any) -> None:
            """Scrapes are no news."""

    return Handler


def _json(status: int, value: object) -> _Page:
    return status, "application/json", json.dumps(value, ensure_ascii=False).encode()


def opening(database: Database, box: SecretBox) -> Callable[[], None]:
    """Raises ConfigError where `box` does not open the stored secrets."""

    def opens() -> None:
        with database.read() as conn:
            check_opens(conn, box)

    return opens
