"""The program's own files and Dash's answers, compressed: files once per process, answers as they come."""

import gzip
import threading
from collections import OrderedDict
from typing import Final

import brotli
from flask import Flask, Response, request

_FILES: Final = ("/assets/", "/_dash-component-suites/")
_TEXT: Final = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/manifest+json")
_LEAST: Final = 1024
_KEPT: Final = 300


class Compression:
    """Compresses after the route has answered. Files are named by version or time, so what was compressed is kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, response: Response) -> Response:
        """The same answer, smaller, where the client takes it."""
        path: str = request.environ["PATH_INFO"]
        file = path.startswith(_FILES)
        if file and "Cache-Control" not in response.headers:
            # a file without a mark of its version may be kept, if it is asked for again whether it is still the same
            response.headers["Cache-Control"] = "no-cache"
        if response.status_code != 200 or "Content-Encoding" in response.headers:
            return response
        if not (response.mimetype or "").startswith(_TEXT):
            return response
        if file and "m" in request.args:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.vary.add("Accept-Encoding")
        coding = request.accept_encodings.best_match(["br", "gzip"])
        if coding is None or (request.method != "GET" and file):
            return response
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) < _LEAST:
            return response
        if file:
            key = (request.full_path, response.headers.get("ETag", "") or str(len(body)), coding)
            small = self._once(key, body)
        else:
            small = _squeeze(body, coding, quick=True)
        response.set_data(small)
        response.headers["Content-Encoding"] = coding
        return response

    def _once(self, key: tuple[str, str, str], body: bytes) -> bytes:
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            kept = _squeeze(body, key[2], quick=False)
            with self._lock:
                self._kept[key] = kept
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return kept


def _squeeze(body: bytes, coding: str, *, quick: bool) -> bytes:
    if coding == "br":
        return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=4 if quick else 6))
    return gzip.compress(body, 4 if quick else 7, mtime=0)


def register(server: Flask) -> None:
    """Compress what this server answers."""
    server.after_request(Compression())
