"""``GET /auth/live``: a proxy that shares bodies asks here, before each, whether this viewer may see it.

The path in question comes in ``X-Original-URI``. 204 is yes; 401 (from the guard before it) and 403 are no; 503 when no
tree of areas was ever read, so that nothing can be said.
"""

from typing import Final

from flask import Flask, Response, request

from dashboard.directory import Directory
from dashboard.live import Rights
from dashboard.security import viewer_of

ASKED: Final = "X-Original-URI"
_LIVE: Final = "/live/"


def register(server: Flask, *, directory: Directory, scenes: frozenset[str]) -> None:
    """Add the route. Strangers do not reach it."""
    rights = Rights(directory, scenes)

    def may_see() -> Response:
        path = request.headers.get(ASKED, "")
        allowed = rights.may(viewer_of(), path.removeprefix(_LIVE)) if path.startswith(_LIVE) else False
        return Response(status=503 if allowed is None else 204 if allowed else 403)

    server.add_url_rule("/auth/live", "may_see", may_see)
