"""``deploy/nginx.conf`` in a real nginx: shared for a second after the check, and nobody names himself.

Behind it stands a stub that counts, so that each sentence of the file's head is one test; where people sign on, the
real application on the small city.
"""

import itertools
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.nginx import nginx
from tests.fixtures.servers import wait_until
from tests.fixtures.wall import wall_on

WALL = "/live/wall/overview/3203/zh"
ALLOWED = "gridwall_device=good"


@dataclass
class Application:
    """What the stub saw, by path, and how it answers."""

    hits: Counter[str] = field(default_factory=Counter)
    seen: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    def answer(self, handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        path = handler.path.partition("?")[0]
        self.hits[path] += 1
        self.seen.append({"path": handler.path, **{name.lower(): value for name, value in handler.headers.items()}})
        if path == "/auth/live":
            good = "gridwall_device=good" in handler.headers.get("Cookie", "")
            return (204 if good and handler.headers["X-Original-URI"].startswith("/live/wall/") else 403), {}, b""
        body = f"{path} {self.hits[path]} {handler.headers.get('Accept-Encoding', '')}".encode()
        if path.startswith("/live/public/"):
            return 200, {"Cache-Control": "public, max-age=1", "Vary": "Accept-Encoding"}, body
        return 200, {"Cache-Control": "no-store", "Set-Cookie": "own=1", "Vary": "Accept-Encoding, Cookie"}, body


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Proxy:
    """nginx in front of the stub, or of the real application."""

    port: int
    application: Application = field(default_factory=Application)

    def get(self, path: str, origin: str = "127.0.0.1", **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=(origin, 0))
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    state = Application()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = state.answer(self)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name of the base class)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def proxy(application: Application, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with nginx(application.port, tmp_path_factory.mktemp("nginx")) as port:
        yield Proxy(port, application)


_places = itertools.count(1)


def distinct(path: str) -> str:
    """The same path with a place of its own, so that no test meets another's cache."""
    return path.replace("3203", f"3203{next(_places):04d}")


def test_many_walls_cost_as_much_as_one(proxy: Proxy) -> None:
    path = distinct(WALL)
    begun = time.monotonic()
    bodies = {proxy.get(f"{path}?since=1.5", Cookie=ALLOWED).body for _ in range(20)}
    seconds = time.monotonic() - begun
    assert proxy.application.hits[path] <= 2 + int(seconds)
    assert len(bodies) == proxy.application.hits[path]


def test_a_body_is_fresh_again_after_its_second(proxy: Proxy) -> None:
    path = distinct(WALL)
    first = proxy.get(path, Cookie=ALLOWED).body
    wait_until(lambda: proxy.get(path, Cookie=ALLOWED).body != first, "the body is asked for again", 10)


def test_a_wall_that_may_not_see_gets_nothing_even_from_the_cache(proxy: Proxy) -> None:
    path = distinct(WALL)
    assert proxy.get(path, Cookie=ALLOWED).status == 200
    for cookie in ("", "gridwall_device=bad"):
        refused = proxy.get(path, Cookie=cookie)
        assert refused.status == 404
        assert b"3203" not in refused.body
    assert proxy.get(distinct(WALL), Cookie="gridwall_device=bad").status == 404


def test_the_check_is_asked_for_the_very_path_that_is_served(proxy: Proxy) -> None:
    path = distinct(WALL)
    proxy.get(path.replace("overview", "over%76iew"), Cookie=ALLOWED)
    asked = [request for request in proxy.application.seen if request["path"] == "/auth/live"][-1]
    assert asked["x-original-uri"] == path


def test_a_path_with_strange_characters_is_never_shared(proxy: Proxy) -> None:
    path = distinct(WALL)
    for ending in ("%0d%0aX-Gridwall-User:%20boss", "%0a", "%20", "%00"):
        before = len(proxy.application.seen)
        status = proxy.get(f"{path}{ending}", Cookie=ALLOWED).status
        asked = proxy.application.seen[before:]
        assert status in {200, 400, 404}
        assert all("x-gridwall-user" not in request and request["path"] != "/auth/live" for request in asked)


def test_each_encoding_has_its_own_body_and_there_are_three(proxy: Proxy) -> None:
    path = distinct(WALL)
    answers = {
        encoding: proxy.get(path, Cookie=ALLOWED, Accept_Encoding=encoding).body.rpartition(b" ")[2]
        for encoding in ("gzip, deflate, br, zstd", "gzip;q=1.0, deflate", "identity")
    }
    assert list(answers.values()) == [b"br", b"gzip", b""]


def test_no_cookie_travels_in_a_shared_body(proxy: Proxy) -> None:
    assert "set-cookie" not in proxy.get(distinct(WALL), Cookie=ALLOWED).headers
    assert proxy.get(distinct("/live/official/overview/3203/zh")).headers["set-cookie"] == "own=1"


def test_what_is_somebodys_own_is_never_kept(proxy: Proxy) -> None:
    for path in ("/live/official/overview/3203/zh", "/live/leader/overview/3203/zh", "/page-3203"):
        own = distinct(path)
        bodies = [proxy.get(own, Cookie=ALLOWED).body for _ in range(3)]
        assert len(set(bodies)) == 3


def test_public_bodies_are_shared_without_a_check(proxy: Proxy) -> None:
    path = distinct("/live/public/overview/3203/zh")
    checks = proxy.application.hits["/auth/live"]
    begun = time.monotonic()
    for _ in range(10):
        assert proxy.get(path).status == 200
    assert proxy.application.hits[path] <= 2 + int(time.monotonic() - begun)
    assert proxy.application.hits["/auth/live"] == checks


@pytest.mark.parametrize("path", ["/page", WALL, "/live/official/overview/3203/zh", "/geometry/ab.json"])
def test_nobody_names_himself(proxy: Proxy, path: str) -> None:
    before = len(proxy.application.seen)
    names = {"X_Gridwall_User": "boss", "X_Gridwall_Role": "leader", "X_Gridwall_Areas": "3203"}
    proxy.get(distinct(path), Cookie=ALLOWED, X_Forwarded_For="10.0.0.1", **names)
    asked = proxy.application.seen[before:]
    assert asked
    for request in asked:
        assert not any(re.match("x-gridwall-(user|role|areas|departments)", name) for name in request)
        assert request.get("x-forwarded-for") == "127.0.0.1"


def test_a_dead_application_looks_dead(proxy: Proxy, application: Application) -> None:
    """After its second a body is not served any more when nobody answers behind."""
    path = distinct(WALL)
    assert proxy.get(path, Cookie=ALLOWED).status == 200
    real = application.answer

    def broken(handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        return 503, {}, b""

    application.answer = broken  # type: ignore[method-assign]
    try:
        wait_until(lambda: proxy.get(path, Cookie=ALLOWED).status >= 500, "the failure is seen", 15)
    finally:
        application.answer = real  # type: ignore[method-assign]


def test_the_application_learns_the_address_that_the_browser_used(proxy: Proxy) -> None:
    """Host and port as typed: by them the application tells its own pages from other sites."""
    for path in ("/page", distinct(WALL)):
        proxy.get(path, Cookie=ALLOWED)
        assert proxy.application.seen[-1]["host"] == f"127.0.0.1:{proxy.port}"


LEADER, OFFICIAL, BUREAU, NOBODY = (f"127.0.0.{number}" for number in (2, 3, 4, 5))
STREET, OTHER = small.area(1, 1), small.area(2, 1)
PEOPLE = {
    LEADER: ("li", "leader", "", ""),
    OFFICIAL: ("wang", "official", f"{STREET}, {small.area(3)}", ""),
    BUREAU: ("zhao", "official", "", "D1"),
}


def body_of(place: str) -> str:
    return f"/live/wall/overview/{place}/zh"


@pytest.fixture(scope="module")
def signed_on(sqlite_database: ContractDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The real application behind an nginx that knows people by their address, no cookies; all places are served."""
    folder = tmp_path_factory.mktemp("signed-on")
    with wall_on(sqlite_database.url, folder, auth="header", trusted_proxies=("127.0.0.1",)) as wall:
        server = make_server("127.0.0.1", 0, wall.app.server, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            with nginx(server.server_port, folder, people=PEOPLE) as port:
                proxy = Proxy(port)
                wall.beat()
                for place in (STREET, OTHER, f"{small.CITY}@D1"):
                    assert proxy.get(body_of(place), LEADER).status == 202
                wall.beat()
                yield proxy
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def test_each_person_sees_what_he_may_also_while_the_checks_answers_are_kept(signed_on: Proxy) -> None:
    """The leader asks first, so that his leave and the body are there to be taken by mistake; then all once more."""
    places = (small.CITY, STREET, OTHER, f"{small.CITY}@D1")
    theirs = {LEADER: set(places), OFFICIAL: {STREET}, BUREAU: {f"{small.CITY}@D1"}, NOBODY: set[str]()}
    for _ in range(2):
        for place in places:
            for person, own in theirs.items():
                answer = signed_on.get(body_of(place), person)
                assert answer.status == (200 if place in own else 404), (person, place)
                assert (b'"panels"' in answer.body) is (place in own), (person, place)


def test_what_a_browser_says_about_itself_is_not_believed(signed_on: Proxy) -> None:
    claims = {"X_Gridwall_User": "li", "X_Gridwall_Role": "leader", "X_Gridwall_Areas": small.CITY}
    assert signed_on.get(body_of(small.CITY), LEADER).status == 200
    for person in (OFFICIAL, BUREAU, NOBODY):
        assert signed_on.get(body_of(small.CITY), person, **claims).status == 404, person
        assert signed_on.get(body_of(OTHER), person, **claims).status == 404, person
        assert signed_on.get(body_of(OTHER), person, X_Forwarded_For=LEADER, **claims).status == 404, person
    assert signed_on.get(body_of(STREET), OFFICIAL, **claims).status == 200, "he stays who he is"
    assert signed_on.get("/", NOBODY, **claims).status == 401
    assert signed_on.get("/", LEADER).status == 200


def test_a_cookie_cannot_be_written_so_that_it_takes_anothers_leave(signed_on: Proxy) -> None:
    assert signed_on.get(body_of(small.CITY), LEADER).status == 200
    for cookie in ("|li|leader|||", "li|leader||", " li leader  ", "|"):
        for headers in ({"Cookie": cookie}, {"Authorization": cookie}):
            assert signed_on.get(body_of(small.CITY), NOBODY, **headers).status == 404, cookie
