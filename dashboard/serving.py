"""Running the web application under gunicorn, with the publisher's thread inside (the default) or without."""

import logging
from pathlib import Path
from typing import Any, Final

import gunicorn.http.wsgi  # type: ignore[import-untyped]
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from dashboard import logs
from dashboard.app import create_app
from dashboard.beat import Beat
from dashboard.compose import clock_of, geometry_of, publisher_of, services_of
from dashboard.directory import Directory
from dashboard.settings import Settings
from dashboard.stores import open_broadcast

_log = logging.getLogger(__name__)
_GRACE_S: Final = 5


class _OurLog(Logger):  # type: ignore[misc]
    """gunicorn's own words go where everything goes."""

    def setup(self, cfg: Any) -> None:
        """No handlers of its own."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


class WebServer(BaseApplication):  # type: ignore[misc]
    """One gunicorn. Everything with threads or connections is made in the worker, after the fork."""

    def __init__(
        self, settings: Settings, *, embedded: bool, descriptor: int | None = None, started: Path | None = None
    ) -> None:
        self._settings = settings
        self._started_file = started
        self._embedded = embedded
        self._descriptor = descriptor
        self._beat: Beat | None = None
        self._directory: Directory | None = None
        super().__init__()

    def load_config(self) -> None:
        """What is chosen here: threads, nothing loaded before the fork, quick and orderly ends."""
        settings, cfg = self._settings, self.cfg
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        cfg.set("bind", f"{host}:{settings.port}" if self._descriptor is None else f"fd://{self._descriptor}")
        cfg.set("workers", 1 if self._embedded else settings.workers)
        cfg.set("worker_class", "gthread")
        cfg.set("threads", settings.threads)
        cfg.set("preload_app", False)
        cfg.set("graceful_timeout", _GRACE_S)
        cfg.set("timeout", 60)
        cfg.set("keepalive", 15)
        cfg.set("logger_class", _OurLog)
        cfg.set("proc_name", "gridwall")
        cfg.set("forwarded_allow_ips", "")  # what proxies say is judged in one place, dashboard.proxies
        cfg.set("post_worker_init", self._started)
        cfg.set("worker_exit", self._ended)

    def load(self) -> Any:
        """The application of this worker."""
        settings = self._settings
        logs.set_up(settings.log, settings.log_level)
        broadcast = open_broadcast(settings.store.get_secret_value())
        clock, geometry = clock_of(settings, broadcast), geometry_of(settings, broadcast)
        if self._embedded:
            self._beat = publisher_of(settings, broadcast, geometry, clock)
        services = services_of(settings, broadcast, geometry, clock, self._beat)
        self._directory = services.directory
        return create_app(services).server

    def _started(self, _worker: Any) -> None:
        if self._directory is not None:
            self._directory.start()
        if self._beat is not None:
            self._beat.start()
        if self._started_file is not None:
            self._started_file.touch()

    def _ended(self, _server: Any, _worker: Any) -> None:
        if self._beat is not None:
            self._beat.stop()
        if self._directory is not None:
            self._directory.stop()


def serve(settings: Settings, *, embedded: bool, descriptor: int | None = None, started: Path | None = None) -> None:
    """Serve until told to stop.

    ``descriptor`` is a listening socket that is already open; it is served as it is. ``started`` is a file that is made
    when the first worker answers.
    """
    gunicorn.http.wsgi.SERVER = "gridwall"
    _log.info("serving", extra={"address": f"http://{settings.host}:{settings.port}/", "publisher": embedded})
    WebServer(settings, embedded=embedded, descriptor=descriptor, started=started).run()
