"""``/live/<audience>/<scene>/<place>/<lang>``: the body of this beat. The route that is asked most, so it is light.

The viewer is checked before anything is looked up; unknown and not yours are answered alike. A web process holds the
current entry of each key and asks the store only when the next beat is due.
"""

from dataclasses import dataclass, field
from typing import Final

import orjson
from flask import Flask, Request, Response, request

from dashboard import wire
from dashboard.auth import Authenticator
from dashboard.clock import Clock
from dashboard.directory import Directory
from dashboard.keys import LiveKey
from dashboard.plan import BEAT_S
from dashboard.publisher import BODY
from dashboard.stores import Broadcast
from dashboard.viewer import Viewer
from data_access.errors import StoreError
from data_access.reference import Reference
from data_access.scope import Audience

NOW: Final = "X-Gridwall-Now"
_WISH_AGAIN_MS: Final = 5_000
_MOST_HELD: Final = 2_000
_TYPE: Final = "application/json"


@dataclass
class _Held:
    """The entry of a key as this process last saw it."""

    raw: bytes = b""
    entry: wire.Entry | None = None
    wished_ms: int = 0


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
        entry = held.entry
        if entry is not None and entry.beat_at <= now_ms < entry.next_ms:
            return entry
        try:
            raw = self.broadcast.fetch(BODY + key)
        except StoreError:
            if entry is None:
                raise
            return entry
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


def register(
    server: Flask,
    *,
    broadcast: Broadcast,
    clock: Clock,
    directory: Directory,
    scenes: frozenset[str],
    authenticator: Authenticator,
) -> None:
    """Add the route."""
    bodies, rights = Bodies(broadcast), Rights(directory, scenes)

    def live(key: str) -> Response:
        now_ms = int(clock.now() * 1000)
        viewer = authenticator.viewer(request)
        if viewer is None:
            return _answer(401, {"error": "sign-on"}, now_ms)
        allowed = rights.may(viewer, key)
        if allowed is False:
            return _answer(404, {"error": "unknown"}, now_ms)
        try:
            entry = bodies.entry(key, now_ms) if allowed else None
        except StoreError:
            return _answer(503, {"error": "store"}, now_ms)
        if entry is None:
            return _answer(202, {"preparing": True, "next_ms": now_ms + BEAT_S * 500}, now_ms)
        query = request.environ.get("QUERY_STRING", "")
        chosen = entry.pick(*_since(request.args.get("since") if query else None))
        coding = _coding(request)
        body = wire.plain(chosen) if coding == "" else chosen[0] if coding == "br" else chosen[1]
        headers = _headers(now_ms, public=key.startswith("public/"))
        if coding:
            headers.append(("Content-Encoding", coding))
        return Response(body, headers=headers)

    server.add_url_rule("/live/<path:key>", "live", live)


def _headers(now_ms: int, *, public: bool = False) -> list[tuple[str, str]]:
    return [
        ("Content-Type", _TYPE),
        ("Cache-Control", "public, max-age=1" if public else "private, no-store"),
        ("Vary", "Accept-Encoding" if public else "Accept-Encoding, Cookie"),
        ("X-Content-Type-Options", "nosniff"),
        (NOW, str(now_ms)),
    ]


def _answer(status: int, said: dict[str, object], now_ms: int) -> Response:
    return Response(orjson.dumps(said), status=status, headers=_headers(now_ms))


def _since(text: str | None) -> tuple[int, int]:
    """``epoch.seq``; anything else asks for the full body."""
    epoch, _, seq = (text or "").partition(".")
    return (
        (int(epoch), int(seq))
        if epoch.isdecimal() and seq.isdecimal() and text is not None and text.isascii() and len(text) < 40
        else (0, wire.FULL)
    )


def _coding(incoming: Request) -> str:
    """The best of brotli, gzip and nothing that the client takes."""
    accepted = incoming.environ.get("HTTP_ACCEPT_ENCODING", "")
    if "q=0" not in accepted:
        return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
    codings = incoming.accept_encodings
    return "br" if codings["br"] > 0 else "gzip" if codings["gzip"] > 0 else ""
