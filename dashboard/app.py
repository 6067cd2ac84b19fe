"""``create_app(services)``: the only place where the parts of the web application meet. Nothing happens on import."""

import logging
from pathlib import Path
from typing import Any, Final, cast

import dash
import numpy as np
import pandas as pd
from dash import Dash, dcc, html, set_props
from flask import Flask, Response, redirect, request

import callbacks
from dashboard import compression, control, gate, health, live, proxies, security, wire
from dashboard.auth import COOKIE_SECONDS, DEVICE_COOKIE
from dashboard.control import Control
from dashboard.pages import EXTENSION, register_pages
from dashboard.proxies import Proxies, client_of
from dashboard.services import CONVERSATION, Services
from dashboard.stores import open_conversation
from data_access.errors import DashboardError, StoreError
from layouts import ids
from layouts.pages.sentence import error_text

_log = logging.getLogger(__name__)
ASSETS: Final = Path(__file__).resolve().parent.parent / "assets"
_LARGEST_REQUEST: Final = 256 * 1024
_IMPORTED_AT_ONCE: Final = (np, pd)
"""Plotly imports these lazily, and concurrent first requests would find them half imported."""


def create_app(services: Services) -> Dash:
    """A new application on these services. May be called any number of times in a process."""
    settings = services.settings
    server = Flask("gridwall", static_folder=None)
    server.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST
    server.extensions[EXTENSION] = services
    server.extensions[CONVERSATION] = open_conversation(server)
    app = Dash(
        "gridwall",
        server=cast(Any, server),
        assets_folder=str(ASSETS),
        use_pages=True,
        pages_folder="",
        include_pages_meta=False,
        title=(settings.title if settings.language == "zh" else settings.title_en) or "gridwall",
        update_title="",
        enable_mcp=False,
        add_log_handler=False,
        on_error=say,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    register_pages(app.title)
    app.layout = html.Div(
        [
            dcc.Location(id=ids.PAGE_URL, refresh=True),
            html.Div(id=ids.PAGE_TOAST, className="toast", role="status"),
            dash.page_container,
        ]
    )
    callbacks.register(app, services, Control(services))
    _prepare(server)
    security.guard(server, settings, services.entrances.authenticator, lambda: list(app.csp_hashes()))
    proxies.register(server, Proxies(settings.trusted_proxies))
    live.register(
        server,
        broadcast=services.broadcast,
        clock=services.clock,
        directory=services.directory,
        scenes=frozenset(services.plan.scenes),
        authenticator=services.entrances.authenticator,
        welcome=security.answers_to(settings),
    )
    control.register(server, services)
    gate.register(server, directory=services.directory, scenes=frozenset(services.plan.scenes))
    health.register(
        server,
        broadcast=services.broadcast,
        directory=services.directory,
        clock=services.clock,
        alive=services.alive,
        build=services.build,
    )
    _routes(server, services)
    compression.register(server)
    return app


def say(error: Exception) -> None:
    """What a callback raised, as a sentence on the page; a fault of the product is logged with its trace."""
    lang = "en" if "lang=en" in (request.referrer or "") else "zh"
    ours = error if isinstance(error, DashboardError) else DashboardError(str(error))
    if ours is error:
        _log.info("answered with a sentence", extra={"error": ours.key, "detail": ours.detail})
    else:
        _log.error("a callback failed", exc_info=error)
    set_props(ids.PAGE_TOAST, {"children": error_text(ours, lang)})


def _prepare(server: Flask) -> None:
    """Let Dash set itself up now (pages, assets, scripts), not in the first of several concurrent requests."""
    with server.test_request_context("/"):
        for function in tuple(server.before_request_funcs.get(None, ())):
            _call(function)


def _call(function: Any) -> None:
    if function() is not None:
        raise RuntimeError("Dash answered while it was set up")


def _routes(server: Flask, services: Services) -> None:
    """The way in for walls, and geometry by the hash of its content."""
    devices = services.entrances.devices

    def device() -> Response:
        found = devices.admit(request.args.get("token", ""))
        if found is None:
            _log.warning("a wall was turned away", extra={"address": client_of(request)})
            return Response("no wall has this token\n", status=401, mimetype="text/plain")
        answer = redirect("/control" if found.steers else "/", code=303)
        answer.set_cookie(
            DEVICE_COOKIE,
            devices.pass_for(found),
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
        answer.headers["Referrer-Policy"] = "no-referrer"
        _log.info("a phone entered" if found.steers else "a wall entered", extra={"wall": found.name})
        return Response(answer.response, status=303, headers=list(answer.headers))

    def geometry(name: str) -> Response:
        try:
            found = services.geometry.fetch(name.removesuffix(".json"))
        except StoreError:
            return Response("the store cannot be used\n", status=503, mimetype="text/plain")
        if found is None:
            return Response("no such geometry\n", status=404, mimetype="text/plain")
        coding = request.accept_encodings.best_match(["br", "gzip", "identity"]) or "identity"
        body = found[0] if coding == "br" else found[1] if coding == "gzip" else wire.plain(found)
        response = Response(body, mimetype="application/geo+json")
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        if coding != "identity":
            response.headers["Content-Encoding"] = coding
        response.vary.add("Accept-Encoding")
        return response

    server.add_url_rule("/device", "device", device)
    server.add_url_rule("/geometry/<path:name>", "geometry", geometry)
