"""Proxies in front of us: the browser's scheme and address, from the headers of trusted peers and of nobody else.

Who somebody is never depends on this: ``REMOTE_ADDR`` stays the peer of the connection. The scheme decides whether
cookies are marked Secure, the address is for the logs alone.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from flask import Flask, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CLIENT: Final = "gridwall.client"
_SCHEMES: Final = frozenset({"http", "https"})


class Proxies:
    """The addresses and networks of GRIDWALL_TRUSTED_PROXIES."""

    def __init__(self, entries: Sequence[str]) -> None:
        self._networks = tuple(ipaddress.ip_network(entry, strict=False) for entry in entries)

    def trusts(self, address: str | None) -> bool:
        """Whether this address is one of our proxies. Text that is no address is none."""
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)
        return any((mapped or found) in network for network in self._networks)

    def client(self, peer: str, forwarded: str) -> str:
        """The address that a trusted peer names in X-Forwarded-For: the nearest that is not a proxy itself.

        What stands farther off was written by that address and may be anything. Without any such address the peer.
        """
        for entry in reversed(forwarded.split(",")):
            try:
                address = str(ipaddress.ip_address(entry.strip()))
            except ValueError:
                return peer
            if not self.trusts(address):
                return address
            peer = address
        return peer


def register(server: Flask, proxies: Proxies) -> None:
    """Tell the application scheme and address of the browser where a trusted peer forwards the request."""
    application: WSGIApplication = server.wsgi_app

    def told(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        if proxies.trusts(peer):
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
            if scheme in _SCHEMES:
                environ["wsgi.url_scheme"] = scheme
            environ[_CLIENT] = proxies.client(peer, environ.get("HTTP_X_FORWARDED_FOR", ""))
        return application(environ, start_response)

    server.wsgi_app = told  # type: ignore[method-assign]


def client_of(request: Request) -> str:
    """The browser's address for a log; the peer of the connection where no trusted proxy is in between."""
    return str(request.environ.get(_CLIENT) or request.remote_addr or "")
