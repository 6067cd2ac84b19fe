"""What every answer carries, and which requests are turned away before anything is done: hosts, origins, strangers."""

import logging
import secrets
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request

from dashboard.auth import Authenticator
from dashboard.logs import request_id
from dashboard.settings import LOOPBACK, Settings
from dashboard.viewer import Viewer

_log = logging.getLogger(__name__)
_FREE: Final = ("/healthz", "/readyz", "/device", "/assets/", "/_dash-component-suites/", "/_favicon.ico")
"""Paths that tell nothing about the city: health, the way in for walls, the program's own files."""
_REQUEST_ID: Final = "X-Request-Id"


def content_security_policy(hashes: list[str], settings: Settings) -> str:
    """The policy: our own scripts and Dash's by hash; styles may be inline, because Graph and Leaflet write them."""
    images = "img-src 'self' data: blob:"
    if settings.tiles:
        parts = urlsplit(settings.tiles.replace("{s}", "*"))
        images += f" {parts.scheme}://{parts.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(["script-src 'self'", *hashes]),
            "style-src 'self' 'unsafe-inline'",
            images,
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {settings.frame_ancestors}",
        )
    )


def viewer_of() -> Viewer:
    """The viewer of this request. Only for routes that strangers do not reach."""
    viewer: Viewer = g.viewer
    return viewer


def same_origin(incoming: Request) -> bool:
    """Whether a request that changes something comes from our own pages (or from a program that sends no origin)."""
    site = incoming.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = incoming.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == incoming.host


def answers_to(settings: Settings) -> Callable[[str], bool]:
    """Whether the application answers to the name in a Host header.

    Without sign-on only to the machine's own: another site's name that leads here must not read for that site.
    """
    if settings.auth != "open" or settings.host not in LOOPBACK:
        return lambda host: True
    return lambda host: host.rsplit(":", 1)[0].strip("[]") in LOOPBACK


def guard(server: Flask, settings: Settings, authenticator: Authenticator, hashes: Callable[[], list[str]]) -> None:
    """Register the checks before and the headers after every request.

    ``hashes`` is asked once, at the first answer, when all of Dash's inline scripts are known.
    """
    welcome = answers_to(settings)
    fixed: dict[str, str] = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }

    def check() -> Response | None:
        environ = request.environ
        path: str = environ["PATH_INFO"]
        if not welcome(environ.get("HTTP_HOST", "")):
            return _refuse(421, "this wall has no sign-on and answers to the name of its own machine only")
        if request.method not in ("GET", "HEAD", "OPTIONS") and not same_origin(request):
            return _refuse(403, "requests from other sites are not answered")
        given = request.headers.get(_REQUEST_ID, "")
        request_id.set(given if given.isalnum() and len(given) <= 40 else secrets.token_hex(6))
        if path.startswith(_FREE):
            return None
        viewer = authenticator.viewer(request)
        if viewer is None:
            return _refuse(401, "sign on first: through the city's entrance, or as a wall with its device token")
        g.viewer = viewer
        g.began = time.perf_counter()
        return None

    def dress(response: Response) -> Response:
        if "Content-Security-Policy" not in fixed:
            fixed["Content-Security-Policy"] = content_security_policy(hashes(), settings)
        if request.method == "POST" and "began" in g:
            ms = round((time.perf_counter() - g.began) * 1000, 1)
            asked = (request.get_json(silent=True) or {}).get("output", "")
            _log.info("callback", extra={"output": str(asked)[:120], "status": response.status_code, "ms": ms})
        response.headers[_REQUEST_ID] = request_id.get()
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    server.before_request_funcs.setdefault(None, []).insert(0, check)
    server.after_request(dress)


def _refuse(status: int, sentence: str) -> Response:
    _log.info("refused", extra={"status": status, "path": request.path})
    return Response(sentence + "\n", status=status, mimetype="text/plain")
