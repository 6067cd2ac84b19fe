"""``/live`` as a program sees it: bodies, encodings, differences, wishes, and what it refuses."""

import gzip
import re
from typing import Any

import brotli
import orjson
import pytest
from werkzeug.test import TestResponse

from data_access.errors import StoreError
from data_access.ledger import Ledger
from tests.fixtures import small
from tests.fixtures.wall import ROOT, Opener, Wall
from tests.http.conftest import FREEZER

STREET = small.area(1, 1)
OTHER = small.area(2, 1)


def live(area: str, *, audience: str = "wall", scene: str = "overview", lang: str = "zh") -> str:
    """The path of a body, of the overview where no scene is named."""
    return f"/live/{audience}/{scene}/{area}/{lang}"


def essence(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that a client can tell apart."""
    return answer.status_code, answer.data, sorted((k, v) for k, v in answer.headers.items() if k != "X-Request-Id")


def words(node: Any) -> str:
    """What children in a body say, without the components around it."""
    if isinstance(node, dict):
        return words(node["props"].get("children"))
    return "".join(map(words, node)) if isinstance(node, list) else str(node or "")


def opened(wall: Wall, *address: str) -> int:
    """The number of open orders as a wall shows it."""
    shown = words(wall.body(wall.client(), *address)["panels"]["open"]["props"]["value"]["children"])
    return int("".join(sign for sign in shown if sign.isdigit()) or 0)


def test_curl_gets_the_body_of_the_design(wall: Wall) -> None:
    answer = wall.client().get(ROOT)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert "Content-Encoding" not in answer.headers
    body = orjson.loads(answer.data)
    assert list(body) == ["epoch", "seq", "build", "beat_at", "next_ms", "base", "panels"]
    assert set(body["panels"]) == set(wall.services.plan.scenes["overview"].panels)
    for name, head in body["panels"].items():
        assert {"state", "as_of", "source_at", "rev", "stale_ms"} <= set(head), name
        assert head["state"] in {"live", "quiet", "silent", "not_recorded"}, (name, head)


def test_the_number_of_open_orders_is_that_of_the_database(wall: Wall) -> None:
    closed = ("closed", "void", "cancelled")
    expected = sum(row["stage"] not in closed for row in small.ROWS["work_orders"])
    assert opened(wall) == expected


def test_brotli_gzip_and_plain_say_the_same(wall: Wall) -> None:
    client = wall.client()
    plain = client.get(ROOT).data
    small_one = client.get(ROOT, headers={"Accept-Encoding": "gzip, deflate, br"})
    zipped = client.get(ROOT, headers={"Accept-Encoding": "gzip, br;q=0"})
    assert small_one.headers["Content-Encoding"] == "br"
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert brotli.decompress(small_one.data) == plain == gzip.decompress(zipped.data)
    assert len(small_one.data) < len(plain) / 3


def test_headers_keep_bodies_out_of_shared_caches_and_tell_the_servers_time(wall: Wall) -> None:
    headers = wall.client().get(ROOT).headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Vary"] == "Accept-Encoding, Cookie"
    assert int(headers["X-Gridwall-Now"]) == int(wall.clock.now() * 1000)
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_difference_and_what_gets_the_full_body(wall: Wall) -> None:
    wall.beat(3)
    client = wall.client()
    full = orjson.loads(client.get(ROOT).data)
    epoch, seq = full["epoch"], full["seq"]
    part = orjson.loads(client.get(f"{ROOT}?since={epoch}.{seq - 1}").data)
    assert part["seq"] == seq and part["base"] is not None and part["base"] <= seq - 1
    assert set(part["panels"]) == set(full["panels"])
    assert sum("props" in head for head in part["panels"].values()) < sum("props" in h for h in full["panels"].values())
    for since in (
        "1.1",
        f"{epoch}.999",
        "",
        "x",
        "1.2.3",
        "-1.-1",
        "9" * 60,
        f"{epoch}.",
        f"{epoch}.٣",
    ):
        assert orjson.loads(client.get(ROOT, query_string={"since": since}).data)["base"] is None, since


def test_a_place_nobody_looked_at_is_prepared_within_a_beat(wall: Wall) -> None:
    client = wall.client()
    answer = client.get(live(STREET))
    assert answer.status_code == 202
    said = orjson.loads(answer.data)
    assert said["preparing"] is True
    assert said["next_ms"] > wall.clock.now() * 1000
    wall.beat()
    assert client.get(live(STREET)).status_code == 200


def test_who_comes_back_to_what_nobody_looked_at_waits_and_sees_no_old_numbers(wall: Wall) -> None:
    client = wall.client()
    client.get(live(STREET))
    wall.beat()
    assert client.get(live(STREET)).status_code == 200
    wall.beat(20)
    assert wall.broadcast.fetch(f"live:{live(STREET)[6:]}") is None, "nobody looked for 40 seconds"
    assert client.get(live(STREET)).status_code == 202
    wall.beat()
    assert wall.body(client, live(STREET))["beat_at"] > (wall.clock.now() - 3) * 1000


def test_the_parts_of_a_city_are_its_whole(wall: Wall) -> None:
    counties = [opened(wall, live(small.area(n))) for n in (1, 2, 3)]
    now_open = [row for row in small.ROWS["work_orders"] if row["stage"] not in ("closed", "void", "cancelled")]
    elsewhere = sum(not (row["area_code"] or "").startswith(f"{small.CITY}0") for row in now_open)
    assert elsewhere > 0
    assert sum(counties) + elsewhere == opened(wall, live(small.CITY)) == len(now_open)


@pytest.mark.parametrize(
    "path",
    [
        live("9999"),
        live(f"{small.CITY}@NOBODY"),
        live(small.CITY, lang="fr"),
        live(small.CITY, audience="public"),
        live(small.CITY, audience="official"),
        live(small.CITY, audience="emperor"),
        "/live/wall/nothing/" + small.CITY + "/zh",
        "/live/wall/overview/..%2F..%2Fetc/zh",
        "/live/wall/overview/%00/zh",
        "/live/wall/overview/" + "3" * 500 + "/zh",
        "/live/wall/overview/' OR 1=1 --/zh",
    ],
)
def test_unknown_and_not_yours_are_answered_alike_and_leave_no_wish(standing: Wall, path: str) -> None:
    official = standing.become(f"area:{STREET}")
    theirs = essence(official.get(live(OTHER)))
    assert theirs[0] == 404
    before = standing.broadcast.wishes()
    assert essence(official.get(path)) == theirs
    leader = standing.client().get(path)
    assert (leader.status_code, leader.data) == theirs[:2]
    assert standing.broadcast.wishes() == before


def test_an_official_gets_the_own_street_and_nothing_else(wall: Wall) -> None:
    wall.client().get(live(OTHER))
    wall.client().get(live(f"{small.CITY}@D1"))
    wall.beat()
    official = wall.become(f"area:{STREET}")
    assert wall.body(official, live(STREET))["panels"]
    assert wall.body(official, live(STREET, audience="official"))["panels"]
    assert wall.body(official, live(small.area(1, 1, 1)))["panels"]
    theirs = [ROOT, live(small.area(1)), live(OTHER), live(f"{small.CITY}@D1"), live(f"{OTHER}@D1")]
    for path in (*theirs, live(OTHER, audience="official"), live(STREET, audience="leader")):
        assert official.get(path).status_code == 404, path
        assert official.get(path, query_string={"since": "100.1"}).status_code == 404, path


def test_an_official_of_a_department_gets_its_orders_everywhere_and_no_other(wall: Wall) -> None:
    official = wall.become("department:D1")
    assert wall.body(official, live(f"{small.CITY}@D1"))["panels"]
    assert wall.body(official, live(f"{STREET}@D1"))["panels"]
    for path in (ROOT, live(STREET), live(f"{small.CITY}@D2"), live(f"{STREET}@D2")):
        assert official.get(path).status_code == 404, path


def test_nothing_personal_is_in_any_byte_of_a_wall(open_wall: Opener, two_months_frozen: Ledger) -> None:
    wall = open_wall(frozen=two_months_frozen)
    personal = {FREEZER}
    for table, columns in {
        "work_orders": ("title", "description", "result", "address", "case_no", "query_code"),
        "work_order_events": ("note",),
        "work_order_measures": ("reason",),
        "workers": ("name", "phone"),
        "duty_roster": ("name", "phone"),
    }.items():
        personal |= {str(row[c]) for row in small.ROWS.get(table, ()) for c in columns if row.get(c)}
    assert len(personal) > 20
    places = (small.CITY, STREET, f"{small.CITY}@D1", small.area(1, 1, 1, 1))
    scenes = sorted(wall.services.plan.scenes)
    assert scenes == ["orders", "overview", "performance"]
    paths = [live(place, scene=scene, lang=lang) for place in places for scene in scenes for lang in ("zh", "en")]
    client = wall.client()
    bodies: dict[str, str] = {}
    for _ in range(40):
        bodies = {path: client.get(path).get_data(as_text=True) for path in paths}
        if not any('"preparing"' in text or '"waiting"' in text for text in bodies.values()):
            break
        wall.beat()
    for path, text in bodies.items():
        assert text.startswith('{"epoch"') and '"state":"waiting"' not in text, path
        found = {word for word in personal if len(word) > 1 and orjson.dumps(word).decode().strip('"') in text}
        assert not found, (path, found)
    scored = bodies[live(small.CITY, scene="performance")]
    assert "定版，第 1 版；" in scored and "2026年3月" in scored, "the frozen months are shown"
    assert re.search(r"2026年2月 \d{4}-\d\d-\d\d 定版 第1版", scored)


def test_hostile_names_travel_as_text_only(wall: Wall) -> None:
    """No part of a body is HTML: only components and texts, so a name with a tag in it stays a name."""
    body = wall.body(wall.client())

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            assert "dangerouslySetInnerHTML" not in value, path
            assert value.get("type") not in {"Markdown", "DangerouslySetInnerHTML", "Iframe", "Script"}, path
            for name, inner in value.items():
                walk(inner, f"{path}.{name}")
        elif isinstance(value, list):
            for n, inner in enumerate(value):
                walk(inner, f"{path}[{n}]")

    walk(body["panels"], "panels")


def test_what_a_process_holds_is_handed_out_while_the_store_is_away(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = wall.client()
    before = client.get(ROOT).data

    def away(*args: object) -> None:
        raise StoreError("away")

    monkeypatch.setattr(wall.broadcast, "fetch", away)
    monkeypatch.setattr(wall.broadcast, "wish", away)
    wall.clock.turn(600)
    assert client.get(ROOT).data == before
    assert client.get(live(STREET)).status_code == 503
    monkeypatch.undo()
    wall.beat()
    assert orjson.loads(client.get(ROOT).data)["seq"] == 2


def test_an_older_epoch_in_the_store_is_not_handed_out(wall: Wall) -> None:
    client = wall.client()
    old = wall.broadcast.fetch(f"live:{ROOT[6:]}")
    assert old is not None
    wall.publisher.mandate.held = 200  # type: ignore[attr-defined]
    wall.beat()
    assert orjson.loads(client.get(ROOT).data)["epoch"] == 200
    wall.broadcast.put({f"live:{ROOT[6:]}": old})
    wall.clock.turn(60)
    assert orjson.loads(client.get(ROOT).data)["epoch"] == 200


def test_before_the_tree_is_known_only_who_may_see_all_is_served(open_wall: Opener) -> None:
    wall = open_wall()
    official = wall.become(f"area:{STREET}")
    wall.services.directory._reference = None
    assert wall.client().get(ROOT).status_code == 200
    assert official.get(live(OTHER)).status_code == 202
    assert official.get(live(STREET)).status_code == 202
    assert wall.broadcast.wishes().keys() == {ROOT[6:]}


def test_geometry_is_named_by_its_content_and_kept(wall: Wall) -> None:
    client = wall.client()
    wall.beat(2)
    data = wall.body(client)["panels"]["map-frame"]["props"]["geometry"]["data"]
    answer = client.get(data["cells"], headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    shapes = orjson.loads(brotli.decompress(answer.data))
    assert len(shapes["features"]) == 24
    assert orjson.loads(client.get(data["cells"]).data) == shapes
    assert client.get("/geometry/00000000000000000000.json").status_code == 404
    assert client.get("/geometry/..%2fpublisher.json").status_code == 404
