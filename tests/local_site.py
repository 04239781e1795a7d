"""A small site on this machine whose pages are well, gone, slow or strange."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Page = Callable[[BaseHTTPRequestHandler], None]
LONG = 20_000_000


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    host: str
    headers: dict[str, str]


class LocalSite:
    """Answers at any name of this machine, and remembers who asked for what."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[Asked] = []
        self.at_once: Counter[str] = Counter()
        self.busiest: Counter[str] = Counter()
        self.cut_off = threading.Event()
        self.is_over = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def stop(self) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self._server.server_port}{path}"

    def paths(self, method: str = "HEAD") -> list[str]:
        return [asked.path for asked in self.asked if asked.method == method]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        host = handler.headers["Host"].partition(":")[0]
        with self._lock:
            headers = {name.lower(): value for name, value in handler.headers.items()}
            self.asked.append(Asked(handler.command, handler.path, host, headers))
        self.pages[handler.path](handler)

    def think(self, host: str) -> None:
        """Take long enough before an answer for a second request to meet the first.

        Over before the answer is sent: afterwards the next request may well be faster than we.
        """
        with self._lock:
            self.at_once[host] += 1
            self.busiest[host] = max(self.busiest[host], self.at_once[host])
        self.is_over.wait(0.01)
        with self._lock:
            self.at_once[host] -= 1

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site._answer(self)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None: ...

        return Handler

    # --- pages ----------------------------------------------------------------------------------

    def never_answers(self, _: BaseHTTPRequestHandler) -> None:
        self.is_over.wait()

    def drips(self, handler: BaseHTTPRequestHandler) -> None:
        """Send a header now and then, for ever, so that no single wait is long."""
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
        with suppress(OSError):
            while not self.is_over.wait(0.02):
                handler.wfile.write(b"X: y\r\n")

    def huge(self, handler: BaseHTTPRequestHandler) -> None:
        """Refuse HEAD, and notice when the reader hangs up before the end."""
        if handler.command == "HEAD":
            answering(405)(handler)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(LONG))
        handler.end_headers()
        try:
            for _ in range(LONG // 10_000):
                handler.wfile.write(b"x" * 10_000)
        except OSError:
            self.cut_off.set()


def answering(status: int, **headers: str) -> Page:
    def page(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return page


def raw(answer: bytes) -> Page:
    def page(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(answer)

    return page


def only_by_get(status: int) -> Page:
    """Refuse HEAD with this status."""

    def page(handler: BaseHTTPRequestHandler) -> None:
        answering(status if handler.command == "HEAD" else 200)(handler)

    return page


def hangs_up_on_head(handler: BaseHTTPRequestHandler) -> None:
    if handler.command == "GET":
        answering(200)(handler)


def unless_changed(etag: str, last_modified: str) -> Page:
    def page(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers["If-None-Match"], handler.headers["If-Modified-Since"]
        if known == (etag, last_modified):
            answering(304)(handler)
        else:
            answering(200, ETag=etag, Last_Modified=last_modified)(handler)

    return page
