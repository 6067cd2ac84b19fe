"""Remote control over HTTP: who may decide for which wall, what a wall is told, and that nothing else does anything."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from dashboard.auth import devices_of, phones_of
from dashboard.remote import COMMAND_S, FREEZE_S
from dashboard.stores import MemoryBroadcast
from data_access.engine import Database
from data_access.errors import StoreError
from tests.fixtures import small
from tests.fixtures.wall import Opener, Wall, callback, wall_on
from tests.http.test_entrances import TOKEN

COUNTY, OTHER = small.area(1), small.area(2)
STREET = small.area(1, 1)
STATE = "control-state.children"


SETTINGS: Final[dict[str, Any]] = {
    "auth": "header",
    "trusted_proxies": ("10.0.0.0/24",),
    "device_tokens": SecretStr(f"hall:{TOKEN},lobby:{TOKEN[::-1]}:{COUNTY}"),
}
"""Two walls with tokens, ``hall`` of everywhere and ``lobby`` of one county; people come through a proxy."""


@pytest.fixture
def hall(tmp_path: Path, small_city: Database) -> Iterator[Wall]:
    """The two walls; nothing was read for them yet, because who is told what does not depend on it."""
    with wall_on(small_city.name, tmp_path, opened=small_city, **SETTINGS) as made:
        yield made


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, small_city: Database) -> Iterator[Wall]:
    """The two walls of tests that are refused everything: they were never told anything."""
    with wall_on(small_city.name, tmp_path_factory.mktemp("calm"), opened=small_city, **SETTINGS) as made:
        yield made


def person(wall: Wall, role: str, **rights: str) -> FlaskClient:
    """Somebody whom the proxy signs on."""
    client = wall.client()
    client.environ_base["REMOTE_ADDR"] = "10.0.0.7"
    for name, value in {"user": role, "role": role, **rights}.items():
        client.environ_base[f"HTTP_X_GRIDWALL_{name.upper()}"] = value
    return client


def screen(wall: Wall, token: str = TOKEN) -> FlaskClient:
    """A wall that entered with its token."""
    client = wall.client()
    client.get("/device", query_string={"token": token})
    return client


def tell(client: FlaskClient, name: Any, **changes: Any) -> Any:
    """Touch on the phone's page."""
    given = {"control-asked.data": {**changes, "at": 1}, "control-area.value": None, "control-beat.n_intervals": 0}
    state = {"control-wall.data": name, "wall-root.lang": "zh-CN"}
    return callback(client, STATE, given, state, triggered="control-asked.data")


def told(client: FlaskClient, name: str = "hall", **shows: str) -> Any:
    """What a wall is told, None when nothing."""
    answer = client.get(f"/remote/{name}", query_string=shows)
    assert answer.status_code in (200, 204), (answer.status_code, answer.data)
    return orjson.loads(answer.data) if answer.data else None


def refused(answer: Any) -> bool:
    """Whether a touch was answered with a sentence and changed nothing on the phone's page."""
    return answer.status_code == 204 or (answer.status_code == 200 and b"control-state" not in answer.data)


def test_a_wall_is_told_what_a_leader_chose_and_the_choice_is_noted(hall: Wall) -> None:
    leader, wall = person(hall, "leader"), screen(hall)
    assert told(wall) is None, "nothing was chosen: the wall stays as it is"
    assert tell(leader, "hall", scene="overview", place=STREET).status_code == 200
    first = told(wall)
    assert (first["scene"], first["place"], first["layer"], first["pause"], first["freeze_ms"]) == (
        "overview", STREET, "", False, 0,
    )  # fmt: skip
    tell(leader, "hall", pause="1")
    tell(leader, "hall", layer="overdue")
    second = told(wall)
    assert (second["place"], second["pause"], second["layer"]) == (STREET, True, "overdue"), "what stood stands"
    assert second["rev"] > first["rev"]
    assert told(screen(hall, TOKEN[::-1]), "lobby") is None, "the other wall was told nothing"
    noted = [(access.who, access.action, access.target) for access in hall.services.ledger.accesses()]
    assert sorted(noted) == sorted(
        [
            ("leader", "control", f"hall place={STREET} scene=overview"),
            ("leader", "control", "hall pause=1"),
            ("leader", "control", "hall layer=overdue"),
        ]
    )


def test_a_picture_is_held_for_a_while_and_let_go(hall: Wall) -> None:
    leader, wall = person(hall, "leader"), screen(hall)
    tell(leader, "hall", freeze="1")
    assert 0 < told(wall)["freeze_ms"] <= FREEZE_S * 1000
    hall.clock.turn(FREEZE_S + 1)
    assert told(wall)["freeze_ms"] == 0
    tell(leader, "hall", freeze="1")
    tell(leader, "hall", freeze="")
    assert told(wall)["freeze_ms"] == 0


def test_a_command_is_forgotten_after_half_a_day(hall: Wall) -> None:
    tell(person(hall, "leader"), "hall", scene="overview")
    wall = screen(hall)
    hall.clock.turn(COMMAND_S - 60)
    assert told(wall)["scene"] == "overview"
    hall.clock.turn(120)
    assert told(wall) is None


def test_an_official_decides_for_walls_of_the_own_areas_only(hall: Wall) -> None:
    own, other = person(hall, "official", areas=COUNTY), person(hall, "official", areas=OTHER)
    street, nobody = person(hall, "official", areas=STREET), person(hall, "official")
    department = person(hall, "official", departments="D1")
    lobby = screen(hall, TOKEN[::-1])
    for client in (other, street, nobody, department):
        assert refused(tell(client, "lobby", pause="1"))
        assert refused(tell(client, "hall", pause="1"))
    assert refused(tell(own, "hall", pause="1"))
    assert told(lobby, "lobby") is None
    assert not refused(tell(own, "lobby", place=STREET))
    assert told(lobby, "lobby")["place"] == STREET
    assert refused(tell(own, "lobby", place=OTHER))
    assert refused(tell(person(hall, "leader"), "lobby", place=small.CITY)), "the wall itself may not show it"
    assert told(lobby, "lobby")["place"] == STREET
    assert hall.services.ledger.accesses()[0].target == f"lobby place={STREET}"
    assert len(hall.services.ledger.accesses()) == 1, "what was refused was not done"


def test_walls_and_strangers_decide_nothing(hall: Wall) -> None:
    wall = screen(hall)
    assert refused(tell(wall, "hall", pause="1"))
    assert "control-buttons" not in hall.page(wall, "/control?wall=hall")
    assert tell(hall.client(), "hall", pause="1").status_code == 401
    assert hall.client().get("/remote/hall").status_code == 401
    assert told(wall) is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"scene": "nowhere"},
        {"scene": 7},
        {"place": "9999"},
        {"place": "<script>"},
        {"layer": "gold"},
        {"pause": "yes"},
        {"pause": True},
        {"freeze": "9999999"},
        {"rev": "5"},
        {"by": "leader"},
        {"scene": "overview", "colour": "red"},
    ],
    ids=str,
)
def test_what_is_no_change_changes_nothing(calm: Wall, changes: dict[str, Any]) -> None:
    assert refused(tell(person(calm, "leader"), "hall", **changes))
    assert told(screen(calm)) is None


@pytest.mark.parametrize("name", ["nobody", "", None, 7, "../hall", "hall/../lobby", "x" * 60, "hall\n", ["hall"]])
def test_a_wall_there_is_not_cannot_be_told(calm: Wall, name: Any) -> None:
    assert refused(tell(person(calm, "leader"), name, pause="1"))


def test_other_sites_can_neither_tell_nor_ask(hall: Wall) -> None:
    leader, wall = person(hall, "leader"), screen(hall)
    given = {"control-asked.data": {"pause": "1"}, "control-area.value": None, "control-beat.n_intervals": 0}
    state = {"control-wall.data": "hall", "wall-root.lang": "zh-CN"}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = callback(leader, STATE, given, state, triggered="control-asked.data", **headers)
        assert answer.status_code == 403
        assert wall.get("/remote/hall", headers=headers).status_code == 404
    assert wall.get("/remote/hall?pause=1").status_code == 204, "asking tells nothing"


def test_nobody_goes_by_the_name_of_another_wall(hall: Wall) -> None:
    assert screen(hall, TOKEN[::-1]).get("/remote/hall").status_code == 404
    assert person(hall, "leader").get("/remote/hall").status_code == 404, "a token's name is the token's"
    page = hall.page(person(hall, "leader"), "/wall/overview?wall=hall")
    assert "sentence-page" in page
    named = hall.page(person(hall, "leader"), "/wall/overview?wall=desk-3")
    assert '"data-wall":"desk-3"' in named
    assert '"data-wall":"hall"' in hall.page(screen(hall), "/wall/overview?wall=lobby"), "the token names the wall"


def test_a_named_screen_follows_whom_its_rights_allow(hall: Wall) -> None:
    leader, official = person(hall, "leader"), person(hall, "official", areas=COUNTY)
    assert refused(tell(leader, "desk", scene="overview")), "nobody goes by that name yet"
    told(official, "desk", scene="overview", place=COUNTY)
    assert not refused(tell(official, "desk", pause="1"))
    assert told(official, "desk")["pause"] is True
    assert told(leader, "desk") is None, "an official does not decide what a leader's screen shows"
    assert refused(tell(official, "desk", pause="")), "now that a leader's screen goes by that name too"
    tell(leader, "desk", layer="overdue")
    assert told(official, "desk")["layer"] == "overdue"
    assert told(leader, "desk")["layer"] == "overdue"


def test_the_phones_page_lists_the_walls_one_may_decide_for(hall: Wall) -> None:
    told(person(hall, "official", areas=COUNTY), "desk")
    of_leader = hall.page(person(hall, "leader"), "/control")
    assert [f"wall={name}" in of_leader for name in ("hall", "lobby", "desk")] == [True, True, True]
    of_county = hall.page(person(hall, "official", areas=COUNTY), "/control")
    assert [f"wall={name}" in of_county for name in ("hall", "lobby", "desk")] == [False, True, True]
    nothing = hall.page(person(hall, "official", areas=OTHER), "/control")
    assert orjson.dumps("没有您可以遥控的大屏").decode().strip('"')[:20] in nothing or "没有您可以遥控的大屏" in nothing
    assert "sentence-page" in hall.page(person(hall, "official", areas=OTHER), "/control?wall=lobby")
    assert OTHER not in of_county, "places of others are not offered"


def test_the_phone_sees_what_the_wall_shows_and_whether_it_followed(hall: Wall) -> None:
    leader, wall = person(hall, "leader"), screen(hall)
    tell(leader, "hall", scene="overview")
    waits = tell(leader, "hall", pause="1").data.decode()
    assert "已发出" in orjson.loads(waits).__repr__()
    rev = told(wall)["rev"]
    told(wall, scene="overview", place=STREET, rev=str(rev), pause="1")
    given = {"control-asked.data": None, "control-area.value": None, "control-beat.n_intervals": 3}
    state = {"control-wall.data": "hall", "wall-root.lang": "zh-CN"}
    seen = repr(orjson.loads(callback(leader, STATE, given, state, triggered="control-beat.n_intervals").data))
    street = next(row["name"] for row in small.ROWS["areas"] if row["code"] == STREET)
    assert "大屏已跟上" in seen
    assert street in seen


def test_a_lost_store_leaves_the_wall_as_it_is(hall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    leader, wall = person(hall, "leader"), screen(hall)
    tell(leader, "hall", pause="1")

    def lost(*_of: object) -> None:
        raise StoreError("redis://secret-host refused")

    with monkeypatch.context() as patched:
        patched.setattr(MemoryBroadcast, "fetch", lost)
        patched.setattr(MemoryBroadcast, "put", lost)
        answer = wall.get("/remote/hall")
        assert answer.status_code == 503
        told_nothing = tell(leader, "hall", pause="")
        assert refused(told_nothing)
        assert b"secret-host" not in answer.data + told_nothing.data
        assert "sentence-page" in hall.page(leader, "/control")
    assert told(wall)["pause"] is True


def test_what_others_left_in_the_store_is_as_if_it_were_not_there(hall: Wall) -> None:
    hall.broadcast.put({"remote:hall": b"\x80\x04pickle", "hall:hall": b"[1]", "halls": b"7"})
    assert told(screen(hall)) is None
    assert not refused(tell(person(hall, "leader"), "hall", pause="1"))


def test_in_the_open_mode_the_leader_decides(wall: Wall) -> None:
    client = wall.client()
    told(client, "desk", scene="overview")
    assert not refused(tell(client, "desk", pause="1"))
    assert told(client, "desk")["pause"] is True
    assert refused(tell(wall.become(f"area:{STREET}"), "desk", pause=""))


@pytest.mark.parametrize(
    ("address", "attributes"),
    [
        ("/wall/overview?rotate=1&dwell=45", {"data-dwell-s": "45", "data-drawer-s": "90"}),
        ("/wall/overview?rotate=overview", {"data-rotate": "overview", "data-drawer-s": "0"}),
        ("/wall/overview?rotate=0", {"data-rotate": "", "data-wall": ""}),
        ("/wall/overview?wall=desk-1", {"data-wall": "desk-1", "data-drawer-s": "90"}),
        ("/", {"data-rotate": "", "data-drawer-s": "0"}),
    ],
)
def test_the_address_says_how_a_screen_turns(standing: Wall, address: str, attributes: dict[str, str]) -> None:
    page = standing.page(standing.client(), address)
    for name, value in attributes.items():
        assert f'"{name}":"{value}"' in page, name


def test_all_scenes_turn_when_the_address_says_so(wall: Wall) -> None:
    assert f'"data-rotate":"{" ".join(wall.services.plan.scenes)}"' in wall.page(wall.client(), "/?rotate=1")


@pytest.mark.parametrize("query", ["rotate=nowhere", "dwell=1", "dwell=x", "dwell=99999", "wall=%3Cb%3E", "wall=-"])
def test_an_address_that_cannot_be_followed_is_a_sentence(standing: Wall, query: str) -> None:
    page = standing.page(standing.client(), f"/wall/overview?{query}")
    assert "sentence-page" in page
    assert query.partition("=")[0] in page


PHONE = "phone-of-the-duty-desk-with-30-x"
EAST = "phone-of-the-eastern-desk-with-x"


@pytest.fixture
def unsigned(open_wall: Opener) -> Wall:
    """Walls and phones with tokens, and nobody who signs on."""
    return open_wall(
        auth="device",
        device_tokens=SecretStr(f"hall:{TOKEN},lobby:{TOKEN[::-1]}:{COUNTY}"),
        control_tokens=SecretStr(f"desk:{PHONE},east:{EAST}:lobby"),
    )


def test_a_phone_with_a_token_steers_the_walls_it_names(unsigned: Wall) -> None:
    desk, east = screen(unsigned, PHONE), screen(unsigned, EAST)
    hall, lobby = screen(unsigned), screen(unsigned, TOKEN[::-1])
    assert unsigned.client().get("/device", query_string={"token": PHONE}).headers["Location"] == "/control"
    assert not refused(tell(desk, "hall", scene="overview", pause="1"))
    assert told(hall)["pause"] is True
    assert unsigned.services.ledger.accesses()[0].who == "desk"
    assert refused(tell(east, "hall", pause=""))
    assert not refused(tell(east, "lobby", place=STREET))
    assert told(lobby, "lobby")["place"] == STREET
    assert refused(tell(east, "lobby", place=OTHER)), "neither the phone nor the wall may show it"
    assert refused(tell(desk, "lobby", place=OTHER)), "the wall may not show it"
    assert [f"wall={name}" in unsigned.page(desk, "/control") for name in ("hall", "lobby")] == [True, True]
    of_east = unsigned.page(east, "/control?wall=lobby")
    assert "wall=hall" not in of_east and COUNTY in of_east and OTHER not in of_east
    assert "sentence-page" in unsigned.page(east, "/control?wall=hall")


def test_a_phone_is_no_wall_and_sees_no_more_than_one(unsigned: Wall) -> None:
    desk, east = screen(unsigned, PHONE), screen(unsigned, EAST)
    for name in ("desk", "hall"):
        assert desk.get(f"/remote/{name}").status_code == 404
    assert refused(tell(desk, "east", pause="1"))
    assert '"data-wall":""' in unsigned.page(desk, "/") and '"data-people":"0"' in unsigned.page(desk, "/")
    assert desk.get(f"/live/wall/overview/{small.CITY}/zh").status_code in (200, 202)
    assert desk.get(f"/live/leader/overview/{small.CITY}/zh").status_code == 404
    assert east.get(f"/live/wall/overview/{small.CITY}/zh").status_code == 404
    assert east.get(f"/live/wall/overview/{COUNTY}/zh").status_code in (200, 202)


def test_where_nobody_signs_on_nobody_else_steers(unsigned: Wall) -> None:
    hall = screen(unsigned)
    assert refused(tell(hall, "hall", pause="1"))
    assert "control-buttons" not in unsigned.page(hall, "/control?wall=hall")
    stranger = unsigned.client()
    assert tell(stranger, "hall", pause="1").status_code == 401
    assert stranger.get("/control").status_code == 401
    assert stranger.get("/device", query_string={"token": PHONE[:-1]}).status_code == 401
    stranger.set_cookie("gridwall_device", "made-up")
    assert tell(stranger, "hall", pause="1").status_code == 401
    assert told(hall) is None


def test_a_phone_whose_token_was_taken_out_has_no_say_any_more(unsigned: Wall, open_wall: Opener) -> None:
    desk, hall = screen(unsigned, PHONE), screen(unsigned)
    tell(desk, "hall", pause="1")
    assert told(hall)["pause"] is True
    entry = unsigned.services.entrances.devices
    other = phones_of(f"desk:{PHONE}:lobby", devices_of(f"hall:{TOKEN},lobby:{TOKEN[::-1]}"))
    for left in ((), other):
        walls = tuple(device for device in entry._devices.values() if not device.steers)
        entry._devices = {device.name: device for device in (*walls, *left)}
        assert told(hall) is None, "its command ends with its token"
    entry._devices = {device.name: device for device in walls}
    unsigned.clock.turn(10)
    assert tell(desk, "hall", pause="").status_code == 401


def test_a_wall_is_handed_back_to_itself(hall: Wall) -> None:
    leader, lobby = person(hall, "leader"), screen(hall, TOKEN[::-1])
    tell(leader, "lobby", scene="performance", place=STREET, layer="overdue", pause="1")
    tell(leader, "lobby", freeze="1")
    assert not refused(tell(leader, "lobby", release="1"))
    now = told(lobby, "lobby")
    assert {key: now[key] for key in ("scene", "place", "layer", "pause", "freeze_ms")} == {
        "scene": None, "place": COUNTY, "layer": "", "pause": False, "freeze_ms": 0,
    }  # fmt: skip
    for changes in ({"release": ""}, {"release": "1", "pause": "1"}):
        assert refused(tell(leader, "lobby", **changes))
    assert told(lobby, "lobby")["rev"] == now["rev"]


def test_the_remote_control_is_linked_for_those_who_may_use_it(hall: Wall) -> None:
    for client in (person(hall, "leader"), person(hall, "official", areas=COUNTY)):
        page = hall.page(client, "/")
        assert '"href":"/control?lang=zh"' in page and '"data-people":"1"' in page
    assert '"href":"/control?lang=en"' in hall.page(person(hall, "leader"), "/?lang=en")
    on_the_wall = hall.page(screen(hall), "/")
    assert "/control" not in on_the_wall and '"data-people":"0"' in on_the_wall


def test_walls_with_tokens_turn_as_the_settings_say(open_wall: Opener) -> None:
    tokens = SecretStr(f"hall:{TOKEN}")
    wall = open_wall(auth="device", device_tokens=tokens, rotate=("overview",), dwell=30, drawer_seconds=20)
    client = screen(wall)
    page = wall.page(client, "/")
    for text in ('"data-rotate":"overview"', '"data-dwell-s":"30"', '"data-drawer-s":"20"', '"data-wall":"hall"'):
        assert text in page
    assert '"data-rotate":""' in wall.page(client, "/?rotate=0")
