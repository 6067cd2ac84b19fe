"""Who gets in, as whom, and what every answer carries."""

import base64
import hashlib
import logging
import re
import shutil
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from dashboard.lanes import InlineLane, Lane, Reading
from data_access.engine import Database
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.wall import READING, ROOT, Opener, Wall, callback, touch

TOKEN = "a-token-of-thirty-characters-x"
STREET = small.area(1, 1)
PROXY = {"REMOTE_ADDR": "10.0.0.7"}


def test_the_open_mode_begins_as_the_leader(wall: Wall) -> None:
    page = wall.page(wall.client(), "/")
    assert f"/live/wall/overview/{small.CITY}/zh" in page
    assert "viewer-place" in page


def test_the_menu_makes_an_official_by_a_signed_cookie(wall: Wall) -> None:
    client = wall.client()
    answer = wall.choose(client, f"area:{STREET}")
    assert orjson.loads(answer.data)["response"]["page-url"]["href"] == "/?lang=zh"
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert f"/live/wall/overview/{STREET}/zh" in wall.page(client, "/")
    assert client.get(ROOT).status_code == 404
    wall.choose(client, "leader")
    assert client.get(ROOT).status_code == 200


def test_drawing_the_menu_is_no_choice(wall: Wall) -> None:
    answer = wall.choose(wall.client(), "leader")
    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "choice", ["area:9999", "department:NOBODY", "emperor", "leader:1", "area:", "", "x" * 200, 7, {"a": 1}]
)
def test_a_choice_that_is_none_changes_nothing(standing: Wall, choice: Any) -> None:
    client = standing.client()
    answer = standing.choose(client, choice)
    assert "Set-Cookie" not in answer.headers
    assert client.get(ROOT).status_code == 200


def test_a_cookie_of_ones_own_making_counts_for_nothing(wall: Wall) -> None:
    official = wall.become(f"area:{STREET}")
    cookie = official.get_cookie("gridwall_viewer")
    assert cookie is not None
    forged = wall.client()
    forged.set_cookie("gridwall_viewer", "ImxlYWRlciI.aa.bb")
    assert forged.get(ROOT).status_code == 200, "the open mode's own default, not the forged one"
    official.set_cookie("gridwall_viewer", cookie.value[:-2] + "xx")
    assert official.get(ROOT).status_code == 200


def test_the_open_mode_answers_to_the_name_of_its_machine_only(wall: Wall) -> None:
    client = wall.client()
    for host in ("127.0.0.1:8050", "localhost:8050", "localhost", "[::1]:8050"):
        assert client.get("/", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "127.0.0.1.evil.example", "192.168.1.5:8050"):
        for path in ("/", ROOT, "/readyz", "/_dash-layout"):
            assert client.get(path, headers={"Host": host}).status_code == 421, (host, path)


def test_other_sites_cannot_post(wall: Wall) -> None:
    def post(**headers: str) -> int:
        return callback(
            wall.client(), "page-url.href", {"viewer-place.value": "leader"}, {"wall-root.lang": "en"}, **headers
        ).status_code

    assert post(Origin="http://evil.example") == 403
    assert post(**{"Sec-Fetch-Site": "cross-site"}) == 403
    assert post(**{"Sec-Fetch-Site": "same-site"}) == 403
    assert post(Origin="null") == 403
    assert post(Origin="http://localhost", **{"Sec-Fetch-Site": "same-origin"}) == 204


def header_wall(open_wall: Opener, **more: Any) -> Wall:
    """A wall behind a proxy at 10.0.0.0/24."""
    return open_wall(auth="header", trusted_proxies=("10.0.0.0/24", "::1"), **more)


def as_person(**names: str) -> dict[str, str]:
    """The headers of a proxy."""
    return {f"X-Gridwall-{name.title()}": value for name, value in names.items()}


def test_headers_of_the_proxy_say_who_it_is(open_wall: Opener) -> None:
    wall = header_wall(open_wall)
    client = wall.client()

    def status(path: str, headers: dict[str, str], address: str = "10.0.0.7") -> int:
        return client.get(path, headers=headers, environ_overrides={"REMOTE_ADDR": address}).status_code

    leader = as_person(user="li", role="leader")
    official = as_person(user="wang", role="official", areas=f"{STREET}, {small.area(2, 1)}")
    assert status(ROOT, leader) == 200
    assert status(ROOT, official) == 404
    assert status(ROOT.replace(small.CITY, STREET), official) == 202
    assert status(ROOT.replace(small.CITY, small.area(1, 2)), official) == 404
    assert status(ROOT, as_person(user="wang", role="official")) == 404
    assert status(ROOT, as_person(user="wang", role="emperor")) == 401
    assert status(ROOT, as_person(role="leader")) == 401
    assert status(ROOT, {}) == 401
    for address in ("10.0.1.7", "127.0.0.1", "8.8.8.8", "::2", ""):
        assert status(ROOT, leader, address) == 401, address
    assert status(ROOT, leader, "::ffff:10.0.0.7") == 200


def test_a_stranger_gets_no_page_no_layout_and_no_callback(open_wall: Opener) -> None:
    wall = header_wall(open_wall)
    client = wall.client()
    for path in ("/", "/wall/overview", "/_dash-layout", "/_dash-dependencies", "/geometry/0.json", "/anything", ROOT):
        assert client.get(path).status_code == 401, path
    assert (
        callback(client, "page-url.href", {"viewer-place.value": "leader"}, {"wall-root.lang": "en"}).status_code == 401
    )
    assert client.get("/healthz").status_code == 200


def test_an_official_without_places_sees_no_rows(open_wall: Opener) -> None:
    wall = header_wall(open_wall)
    person = as_person(user="wang", role="official")
    client = wall.client()
    page = client.get("/", headers=person, environ_overrides=PROXY)
    assert page.status_code == 200
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": ".._pages_content.children..._pages_store.data..",
            "outputs": [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}],
            "inputs": [
                {"id": "_pages_location", "property": "pathname", "value": "/"},
                {"id": "_pages_location", "property": "search", "value": ""},
            ],
            "changedPropIds": ["_pages_location.pathname"],
        },
        headers=person,
        environ_overrides=PROXY,
    )
    assert "data-live" not in answer.get_data(as_text=True)


def test_the_menu_is_for_the_open_mode_alone(open_wall: Opener) -> None:
    wall = header_wall(open_wall)
    answer = wall.client().post(
        "/_dash-update-component",
        json={
            "output": "page-url.href",
            "outputs": {"id": "page-url", "property": "href"},
            "inputs": [{"id": "viewer-place", "property": "value", "value": f"area:{STREET}"}],
            "changedPropIds": ["viewer-place.value"],
            "state": [{"id": "wall-root", "property": "lang", "value": "en"}],
        },
        headers=as_person(user="li", role="leader"),
        environ_overrides=PROXY,
    )
    assert "Set-Cookie" not in answer.headers


def device_wall(open_wall: Opener, **more: Any) -> Wall:
    """Walls with tokens, one of them for one county only."""
    tokens = f"hall:{TOKEN},lobby:{TOKEN[::-1]}:{small.area(1)}"
    return open_wall(auth="device", device_tokens=SecretStr(tokens), **more)


def test_a_wall_enters_once_with_its_token(open_wall: Opener, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wall = device_wall(open_wall)
    client = wall.client()
    assert client.get(ROOT).status_code == 401
    answer = client.get("/device", query_string={"token": TOKEN})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert {"HttpOnly", "SameSite=Lax"} <= set(answer.headers["Set-Cookie"].split("; "))
    assert TOKEN not in answer.headers["Set-Cookie"]
    assert client.get(ROOT).status_code == 200
    assert f"/live/wall/overview/{small.CITY}/zh" in wall.page(client, "/")
    said = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "hall" in said and TOKEN not in said


@pytest.mark.parametrize(
    ("peer", "said", "secure"),
    [
        ("10.0.0.7", "https", True),
        ("::ffff:10.0.0.7", "HTTPS", True),
        ("10.0.0.7", "http, https", True),
        ("10.0.0.7", "https, http", False),
        ("10.0.0.7", "http", False),
        ("10.0.0.7", "ftp", False),
        ("10.0.0.7", None, False),
        ("10.0.1.7", "https", False),
        ("127.0.0.1", "https", False),
    ],
)
def test_cookies_are_secure_where_a_trusted_proxy_says_https(
    open_wall: Opener, peer: str, said: str | None, secure: bool
) -> None:
    """Whatever the way of entering is: here walls with tokens."""
    wall = device_wall(open_wall, trusted_proxies=("10.0.0.0/24",))
    headers = {} if said is None else {"X-Forwarded-Proto": said}
    address = {"REMOTE_ADDR": peer}
    answer = wall.client().get("/device", query_string={"token": TOKEN}, headers=headers, environ_overrides=address)
    assert answer.status_code == 303
    assert ("Secure" in answer.headers["Set-Cookie"].split("; ")) is secure


def test_without_trusted_proxies_nobody_is_believed_about_the_scheme(open_wall: Opener) -> None:
    answer = device_wall(open_wall).client().get(
        "/device", query_string={"token": TOKEN}, headers={"X-Forwarded-Proto": "https"}
    )  # fmt: skip
    assert "Secure" not in answer.headers["Set-Cookie"].split("; ")


@pytest.mark.parametrize(
    ("peer", "forwarded", "noted"),
    [
        ("10.0.0.7", "10.9.8.7", "10.9.8.7"),
        ("10.0.0.7", "1.2.3.4, 10.9.8.7, 10.0.0.8", "10.9.8.7"),
        ("10.0.0.7", "<b>, 10.0.0.8", "10.0.0.8"),
        ("10.0.0.7", "drop table", "10.0.0.7"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("10.0.1.7", "10.9.8.7", "10.0.1.7"),
    ],
)
def test_the_access_log_names_the_browsers_address(open_wall: Opener, peer: str, forwarded: str, noted: str) -> None:
    """The nearest that is no proxy of ours; what others send is not believed, and the sign-on goes by the peer."""
    wall = open_wall(trusted_proxies=("10.0.0.0/24",))
    order = next(row["id"] for row in small.ROWS["work_orders"])
    client = wall.client()
    client.environ_base["REMOTE_ADDR"] = peer
    asked = {"kind": "order", "order": order, "within": False, "at": 1}
    client.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded
    assert touch(client, "drawer-asked.data", asked).status_code == 200
    assert [access.address for access in wall.services.ledger.accesses()] == [noted]


def test_a_forwarded_address_is_no_peer(open_wall: Opener) -> None:
    """Somebody who is not the proxy cannot become it by naming its address, nor lose a refusal by naming another."""
    client = header_wall(open_wall).client()
    for address, forwarded, status in (("8.8.8.8", "10.0.0.7", 401), ("10.0.0.7", "8.8.8.8", 200)):
        headers = as_person(user="li", role="leader") | {"X-Forwarded-For": forwarded}
        assert client.get(ROOT, headers=headers, environ_overrides={"REMOTE_ADDR": address}).status_code == status


def test_a_wall_of_one_county_sees_one_county(open_wall: Opener) -> None:
    wall = device_wall(open_wall)
    client = wall.client()
    assert client.get("/device", query_string={"token": TOKEN[::-1]}).status_code == 303
    assert client.get(ROOT).status_code == 404
    assert client.get(ROOT.replace(small.CITY, small.area(1))).status_code == 202
    assert client.get(ROOT.replace("/wall/", "/leader/").replace(small.CITY, small.area(1))).status_code == 404


def test_a_wrong_token_and_one_that_was_withdrawn(open_wall: Opener) -> None:
    wall = device_wall(open_wall)
    client = wall.client()
    for token in ("", "x" * 30, TOKEN[:-1], TOKEN + "x", TOKEN.upper()):
        answer = client.get("/device", query_string={"token": token})
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (401, False), token
    client.get("/device", query_string={"token": TOKEN})
    cookie = client.get_cookie("gridwall_device")
    assert cookie is not None
    changed = open_wall(auth="device", device_tokens=SecretStr(f"hall:{'n' * 30}")).client()
    changed.set_cookie("gridwall_device", cookie.value)
    assert changed.get(ROOT).status_code == 401


def test_every_answer_carries_the_headers(wall: Wall) -> None:
    client = wall.client()
    for path in (
        "/",
        "/wall/overview",
        "/_dash-layout",
        "/assets/00-tokens.css",
        "/healthz",
        "/nothing/here",
        "/device",
    ):
        headers = client.get(path, buffered=True).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-"), path
        assert "unsafe-eval" not in policy
        assert "'unsafe-inline'" not in policy.split("style-src")[0]
        assert policy.endswith("frame-ancestors 'none'")
        assert "connect-src 'self'" in policy and "base-uri 'none'" in policy and "form-action 'none'" in policy


def test_the_hashes_cover_every_inline_script_of_the_page(wall: Wall) -> None:
    answer = wall.client().get("/")
    html, policy = answer.get_data(as_text=True), answer.headers["Content-Security-Policy"]
    inline = re.findall(
        r"<script(?![^>]*(?:src=|application/json))[^>]*>(.*?)</script>",
        re.sub(r"<!--.*?-->", "", html, flags=re.S),
        re.S,
    )
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy, script[:80]


def test_frames_and_tiles_are_settings(open_wall: Opener) -> None:
    wall = open_wall(frame_ancestors="'self' https://signage.example", tiles="https://tiles.example/{z}/{x}/{y}.png")
    policy = wall.client().get("/").headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://signage.example")
    assert "img-src 'self' data: blob: https://tiles.example;" in policy


def test_files_are_compressed_once_and_kept_by_browsers(wall: Wall) -> None:
    client = wall.client()
    plain = client.get("/assets/00-tokens.css", buffered=True)
    small_one = client.get("/assets/00-tokens.css?m=1.5", headers={"Accept-Encoding": "br"}, buffered=True)
    assert small_one.headers["Content-Encoding"] == "br"
    assert "immutable" in small_one.headers["Cache-Control"]
    assert len(small_one.data) < len(plain.data)
    assert "Content-Encoding" not in plain.headers
    library = client.get("/_dash-component-suites/plotly/package_data/plotly.min.js", headers={"Accept-Encoding": "br"})
    assert library.headers["Content-Encoding"] == "br"
    assert len(library.data) < 2_000_000


def test_health_tells_the_truth(wall: Wall) -> None:
    client = wall.client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, orjson.loads(ready.data)["reasons"]) == (200, [])
    wall.clock.turn(30)
    late = client.get("/readyz")
    assert late.status_code == 503
    assert orjson.loads(late.data)["reasons"] == ["publisher-silent"]
    wall.alive[0] = False
    assert client.get("/healthz").status_code == 503
    assert "publisher-stopped" in orjson.loads(client.get("/readyz").data)["reasons"]
    wall.alive[0] = True
    wall.beat()
    assert client.get("/readyz").status_code == 200


def test_ready_needs_the_database(open_wall: Opener, tmp_path: Any, sqlite_database: Any) -> None:
    path = tmp_path / "city.sqlite"
    shutil.copyfile(sqlite_database.url.removeprefix("sqlite:///"), path)
    wall = open_wall(ContractDatabase("sqlite", f"sqlite:///{path}", ""))
    client = wall.client()
    assert client.get("/readyz").status_code == 200
    path.rename(tmp_path / "away.sqlite")
    wall.beat()
    wall.services.directory.refresh()
    away = client.get("/readyz")
    assert away.status_code == 503
    assert orjson.loads(away.data)["reasons"] == ["source-unreachable"]
    assert wall.body(client)["panels"]["open"]["state"] == "stale"
    (tmp_path / "away.sqlite").rename(path)
    wall.services.directory.refresh()
    wall.beat(3)
    assert client.get("/readyz").status_code == 200
    assert wall.body(client)["panels"]["open"]["state"] != "stale"


def test_ready_asks_the_fast_lane_and_names_the_slow_one(wall: Wall, tmp_path: Any) -> None:
    """A heavy reading that fails leaves the city on the screen; and when it succeeds, that says nothing of the rest."""
    client = wall.client()
    good = wall.publisher.fast, wall.publisher.slow
    away = InlineLane(Reading(Database(f"sqlite:///{tmp_path}/nowhere.sqlite", READING), lambda db, job, now: None))

    def ready(fast: Lane, slow: Lane) -> tuple[int, dict[str, Any]]:
        wall.publisher.fast, wall.publisher.slow = fast, slow
        wall.clock.turn(600)
        wall.beat()
        answer = client.get("/readyz")
        said = orjson.loads(answer.data)
        assert said["ready"] == (answer.status_code == 200)
        return answer.status_code, {name: said.get(name) for name in ("reasons", "slow_readings")}

    well: dict[str, Any] = {"reasons": [], "slow_readings": None}
    heavy: dict[str, Any] = {"reasons": ["slow-readings"], "slow_readings": "source-unreachable"}
    assert ready(*good) == (200, well)
    assert ready(good[0], away) == (200, heavy)
    assert ready(away, good[1]) == (503, {"reasons": ["source-unreachable"], "slow_readings": None})
    assert ready(*good) == (200, well)
