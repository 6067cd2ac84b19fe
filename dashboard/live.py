"""``/live/<audience>/<scene>/<place>/<lang>``: the body of this beat. The route that is asked most, so it is light.

It stands before Flask, as WSGI: what Flask does for a request costs more than the answer. The viewer is checked before
anything is looked up; unknown and not yours are answered alike. A web process holds the current entry of each key and
asks the store only when the next beat is due.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

import orjson
from flask import Flask, Request

from dashboard import wire
from dashboard.auth import Authenticator
from dashboard.clock import Clock
from dashboard.directory import Directory
from dashboard.keys import LiveKey
from dashboard.plan import BEAT_S
from dashboard.publisher import BODY
from dashboard.stores import Broadcast
from dashboard.viewer import Viewer
from dashboard.wishes import WISH_SECONDS
from data_access.errors import StoreError
from data_access.reference import Reference
from data_access.scope import Audience

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)

NOW: Final = "X-Gridwall-Now"
PATH: Final = "/live/"
_WISH_AGAIN_MS: Final = 5_000
_LEFT_MS: Final = int(WISH_SECONDS * 1000) - _WISH_AGAIN_MS
"""After so long without a question the publisher may have dropped the key: that it is old then is no fault."""
_MOST_HELD: Final = 2_000
_TYPE: Final = "application/json"


@dataclass
class _Held:
    """The entry of a key as this process last saw it."""

    raw: bytes = b""
    entry: wire.Entry | None = None
    wished_ms: int = 0
    asked_ms: int = 0


@dataclass
class Bodies:
    """Picks bodies from the store, leaves wishes, and holds what is current."""

    broadcast: Broadcast
    _held: dict[str, _Held] = field(default_factory=dict)

    def entry(self, key: str, now_ms: int) -> wire.Entry | None:
        """The newest entry of a key; None when it is not served yet. Raises StoreError when there is nothing at all."""
        held = self._held.get(key)
        if held is None:
            held = self._hold(key, now_ms)
        if now_ms - held.wished_ms > _WISH_AGAIN_MS or held.wished_ms > now_ms:
            held.wished_ms = now_ms
            self._wish(key, now_ms)
        left, held.asked_ms = now_ms - held.asked_ms > _LEFT_MS, now_ms
        entry = held.entry
        if entry is not None and entry.beat_at <= now_ms < entry.next_ms:
            return entry
        try:
            raw = self.broadcast.fetch(BODY + key)
        except StoreError:
            if entry is None:
                raise
            return entry
        if raw is None and left:
            held.raw, held.entry = b"", None
        if raw is not None and raw is not held.raw:
            fresh = wire.unpack(raw)
            if entry is None or (fresh.epoch, fresh.seq) >= (entry.epoch, entry.seq):
                held.raw, held.entry = raw, fresh
        return held.entry

    def _wish(self, key: str, now_ms: int) -> None:
        try:
            self.broadcast.wish(key, now_ms / 1000)
        except StoreError:
            self._held[key].wished_ms = 0

    def _hold(self, key: str, now_ms: int) -> _Held:
        if len(self._held) >= _MOST_HELD:
            idle = [name for name, held in self._held.items() if now_ms - held.wished_ms > 2 * _WISH_AGAIN_MS]
            for name in idle or list(self._held):
                self._held.pop(name, None)
        return self._held.setdefault(key, _Held())


@dataclass
class Rights:
    """Who may fetch which key; what was decided is remembered as long as the tree of areas is the same."""

    directory: Directory
    scenes: frozenset[str]
    _known: dict[tuple[Viewer, str], bool] = field(default_factory=dict)
    _of: Reference | None = None

    def may(self, viewer: Viewer, text: str) -> bool | None:
        """Yes, no, or None when it cannot be known yet because no tree was ever read."""
        reference = self.directory.reference
        if reference is not self._of or len(self._known) > _MOST_HELD:
            self._of, self._known = reference, {}
        known = self._known.get((viewer, text))
        if known is not None:
            return known
        key = LiveKey.parse(text)
        if key is None or key.scene not in self.scenes:
            return False
        if reference is None:
            return True if viewer.everywhere and viewer.audience is not Audience.PUBLIC else None
        allowed = viewer.may(key.audience, key.focus, reference)
        self._known[viewer, text] = allowed
        return allowed


Answer = tuple[str, list[tuple[str, str]], bytes]
"""Status, headers, body."""


def register(
    server: Flask,
    *,
    broadcast: Broadcast,
    clock: Clock,
    directory: Directory,
    scenes: frozenset[str],
    authenticator: Authenticator,
    welcome: Callable[[str], bool],
) -> None:
    """Put the route before the application. ``welcome`` says whether it answers to the name in a Host header."""
    bodies, rights = Bodies(broadcast), Rights(directory, scenes)
    rest: WSGIApplication = server.wsgi_app

    def live(environ: "WSGIEnvironment") -> Answer:
        now_ms = int(clock.now() * 1000)
        key = environ["PATH_INFO"][len(PATH) :].encode("latin-1").decode("utf-8", "replace")
        if not welcome(environ.get("HTTP_HOST", "")):
            return _say("421 Misdirected Request", {"error": "host"}, now_ms)
        viewer = authenticator.viewer(Request(environ))
        if viewer is None:
            return _say("401 Unauthorized", {"error": "sign-on"}, now_ms)
        allowed = rights.may(viewer, key)
        if allowed is False:
            return _say("404 Not Found", {"error": "unknown"}, now_ms)
        try:
            entry = bodies.entry(key, now_ms) if allowed else None
        except StoreError:
            return _say("503 Service Unavailable", {"error": "store"}, now_ms)
        if entry is None:
            return _say("202 Accepted", {"preparing": True, "next_ms": now_ms + BEAT_S * 500}, now_ms)
        query = environ.get("QUERY_STRING", "")
        chosen = entry.pick(*_since(parse_qs(query).get("since", [None])[0] if query else None))
        coding = _coding(environ)
        body = wire.plain(chosen) if coding == "" else chosen[0] if coding == "br" else chosen[1]
        headers = _headers(now_ms, len(body), public=key.startswith("public/"))
        if coding:
            headers.append(("Content-Encoding", coding))
        return "200 OK", headers, body

    def before(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if not environ["PATH_INFO"].startswith(PATH) or method not in ("GET", "HEAD"):
            return rest(environ, start_response)
        try:
            status, headers, body = live(environ)
        except Exception:  # noqa: BLE001 - the last place before the server; said and logged, never a broken connection
            _log.exception("a body could not be answered")
            status, headers, body = _say("500 Internal Server Error", {"error": "internal"}, int(clock.now() * 1000))
        start_response(status, headers)
        return [body] if method == "GET" else []

    server.wsgi_app = before  # type: ignore[method-assign]


def _headers(now_ms: int, length: int, *, public: bool = False) -> list[tuple[str, str]]:
    return [
        ("Content-Type", _TYPE),
        ("Content-Length", str(length)),
        ("Cache-Control", "public, max-age=1" if public else "private, no-store"),
        ("Vary", "Accept-Encoding" if public else "Accept-Encoding, Cookie"),
        ("X-Content-Type-Options", "nosniff"),
        (NOW, str(now_ms)),
    ]


def _say(status: str, said: dict[str, object], now_ms: int) -> Answer:
    body = orjson.dumps(said)
    return status, _headers(now_ms, len(body)), body


def _since(text: str | None) -> tuple[int, int]:
    """``epoch.seq``; anything else asks for the full body."""
    epoch, _, seq = (text or "").partition(".")
    return (
        (int(epoch), int(seq))
        if epoch.isdecimal() and seq.isdecimal() and text is not None and text.isascii() and len(text) < 40
        else (0, wire.FULL)
    )


def _coding(environ: "WSGIEnvironment") -> str:
    """The best of brotli, gzip and nothing that the client takes."""
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    if "q=0" not in accepted:
        return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
    codings = Request(environ).accept_encodings
    return "br" if codings["br"] > 0 else "gzip" if codings["gzip"] > 0 else ""
