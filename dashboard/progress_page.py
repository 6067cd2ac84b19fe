"""What the address answers while the demo city is built: a page that renews itself, and "not ready" for programs."""

import html
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import orjson

from layouts.words import known, t

_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>gridwall</title>
<style>
 body {{ background: #07131f; color: #e8f1f8; font: 18px/1.6 system-ui, "Noto Sans CJK SC", sans-serif;
        display: grid; place-content: center; min-height: 100vh; margin: 0; text-align: center }}
 p {{ color: #8aa4ba; margin: 0 }} h1 {{ font-size: 28px; font-weight: 600; margin: 0 0 .4em }}
 progress {{ accent-color: #37c2e8; width: min(30em, 80vw); height: 14px; margin: 1.2em 0 }}
</style></head>
<body><main><h1>{title}</h1><progress max="1" value="{fraction}"></progress><p>{stage}</p><p>{percent} %</p></main>
</body></html>
"""


def progress_of(file: Path) -> tuple[str, float, bool]:
    """Stage, share done and whether it is ready, from the file that the demo writes; the start when there is none."""
    try:
        said = orjson.loads(file.read_bytes())
        return str(said["stage"]), min(max(float(said["fraction"]), 0.0), 1.0), bool(said["ready"])
    except (OSError, ValueError, KeyError, TypeError):
        return "starting", 0.0, False


def page(stage: str, fraction: float) -> bytes:
    """The page in both languages."""
    words = [t(f"demo-{stage}", lang) if known(f"demo-{stage}", lang) else stage for lang in ("zh", "en")]
    said = " · ".join(dict.fromkeys(words))
    title = " · ".join((t("demo-title", "zh"), t("demo-title", "en")))
    return _PAGE.format(
        title=html.escape(title), stage=html.escape(said), fraction=round(fraction, 3), percent=round(fraction * 100)
    ).encode()


class ProgressPage:
    """Answers on a socket that is already listening, and leaves the socket open when it ends."""

    def __init__(self, listener: socket.socket, file: Path) -> None:
        class Handler(BaseHTTPRequestHandler):
            server_version = "gridwall"
            sys_version = ""
            timeout = 3

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                stage, fraction, _ = progress_of(file)
                if path == "/healthz":
                    self._answer(200, "application/json", b'{"alive":true,"publisher":"starting"}')
                elif path == "/readyz" or path.startswith("/live/"):
                    said = {"ready": False, "reasons": ["demo-city-being-built"], "stage": stage, "fraction": fraction}
                    self._answer(503, "application/json", orjson.dumps(said))
                else:
                    self._answer(200, "text/html; charset=utf-8", page(stage, fraction))

            do_HEAD = do_GET  # noqa: N815 - the name is the standard library's

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("X-Content-Type-Options", "nosniff")
                self.send_header("Connection", "close")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the standard library's
                """Silent."""

        self._server = HTTPServer(listener.getsockname()[:2], Handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listener
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def start(self) -> None:
        """Answer in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering; connections that come now wait for whoever serves the socket next."""
        self._server.shutdown()
        self._thread.join(timeout=5)
