"""Rights of viewers, device tokens, and how long an answer about a viewer is remembered."""

import hashlib
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from dashboard.auth import Remembering, chosen_viewer, devices_of, phones_of
from dashboard.keys import Focus, LiveKey
from dashboard.remote import covers
from dashboard.viewer import Viewer
from data_access.errors import SettingError
from data_access.scope import Audience
from tests.fixtures.beats import HandClock, small_reference

CITY = small_reference()
LEADER = Viewer(Audience.LEADER)
STREET = Viewer.official(("011001",), ())
BUREAU = Viewer.official((), ("D1",))
BOTH = Viewer.official(("011",), ("D1",))
NOBODY = Viewer.official((), ())
WALL = Viewer(Audience.WALL)


@pytest.mark.parametrize(
    ("viewer", "audience", "place", "allowed"),
    [
        (LEADER, "leader", "01", True),
        (LEADER, "wall", "011@D2", True),
        (LEADER, "official", "01", False),
        (LEADER, "public", "01", False),
        (LEADER, "wall", "99", False),
        (LEADER, "wall", "01@D9", False),
        (STREET, "official", "011001", True),
        (STREET, "wall", "011001", True),
        (STREET, "wall", "011001@D1", True),
        (STREET, "leader", "011001", False),
        (STREET, "wall", "011002", False),
        (STREET, "wall", "011", False),
        (STREET, "wall", "01", False),
        (BUREAU, "wall", "01@D1", True),
        (BUREAU, "official", "012@D1", True),
        (BUREAU, "wall", "01", False),
        (BUREAU, "wall", "01@D2", False),
        (BOTH, "wall", "011299", True),
        (BOTH, "wall", "012@D1", True),
        (BOTH, "wall", "012", False),
        (NOBODY, "wall", "01", False),
        (NOBODY, "official", "011", False),
        (WALL, "wall", "01", True),
        (WALL, "official", "01", False),
    ],
)
def test_who_may_see_what(viewer: Viewer, audience: str, place: str, allowed: bool) -> None:
    focus = Focus.parse(place)
    assert focus is not None
    assert viewer.may(Audience(audience), focus, CITY) is allowed


@pytest.mark.parametrize(
    ("viewer", "home"),
    [(LEADER, "01"), (WALL, "01"), (STREET, "011001"), (BUREAU, "01@D1"), (BOTH, "011"), (NOBODY, None)],
)
def test_homes(viewer: Viewer, home: str | None) -> None:
    found = viewer.home(CITY, None)
    assert (None if found is None else str(found)) == home
    assert found is None or viewer.may(viewer.audience, found, CITY)


def test_rights_to_nothing_are_not_rights_to_everything() -> None:
    assert NOBODY.scope.grants, "a scope without grants would see all rows"
    assert not NOBODY.scope.grants[0].everything
    assert LEADER.scope.grants == ()
    assert STREET.scope.grants[0].areas == frozenset({"011001"}) and STREET.scope.grants[0].departments is None
    assert BUREAU.scope.grants[0].areas is None and BUREAU.scope.grants[0].departments == frozenset({"D1"})


@pytest.mark.parametrize("choice", [None, 7, "", "leader:x", "area:", "department:", "emperor", "area", ["leader"]])
def test_choices_that_are_none(choice: Any) -> None:
    assert chosen_viewer(choice) is None


@pytest.mark.parametrize(
    "text", ["", "@D1", "01@", "01@D1@D2", "0 1", "01/02", "..", "x" * 41, "01@" + "x" * 41, "é", "01\n", "<b>"]
)
def test_places_that_are_none(text: str) -> None:
    focus = Focus.parse(text)
    assert focus is None or text == "..", text
    assert LiveKey.parse(f"wall/overview/{text}/zh") is None or text == ".."


def test_keys_come_back_as_they_went() -> None:
    for text in ("wall/overview/3203/zh", "official/overview/BOS-W05@D1/en", "leader/x/a.b:c_d/zh"):
        key = LiveKey.parse(text)
        assert key is not None
        assert (str(key), key.path) == (text, f"/live/{text}")
    for text in ("", "wall", "wall/overview/3203", "wall/overview/3203/zh/", "walls/overview/3203/zh", "wall//3203/zh"):
        assert LiveKey.parse(text) is None, text


def test_tokens_are_kept_as_digests_only() -> None:
    token = "t" * 24
    (hall, lobby) = devices_of(f"hall:{token}, lobby:{token}2:011+012,")
    assert (hall.name, hall.areas, lobby.areas) == ("hall", None, frozenset({"011", "012"}))
    assert hall.digest == hashlib.sha256(token.encode()).digest()
    assert token not in repr(hall)
    assert lobby.viewer.may(Audience.WALL, Focus("012001"), CITY)
    assert not lobby.viewer.may(Audience.WALL, Focus("01"), CITY)


@pytest.mark.parametrize("spec", ["hall", "hall:short", ":" + "t" * 30, f"a:{'t' * 24},a:{'u' * 24}", "t" * 40])
def test_tokens_that_are_none_are_refused_and_not_repeated(spec: str) -> None:
    with pytest.raises(SettingError) as refused:
        devices_of(spec)
    assert "t" * 24 not in str(refused.value) or not spec.rpartition(":")[0]


def test_a_phone_steers_the_walls_it_names_and_sees_what_they_see() -> None:
    walls = devices_of(f"hall:{'t' * 24}, lobby:{'u' * 24}:011+012, yard:{'v' * 24}:013")
    desk, east, both = phones_of(f"desk:{'a' * 24}, east:{'b' * 24}:lobby, both:{'c' * 24}:lobby+yard,", walls)
    assert (desk.steers, desk.areas) == (frozenset({"hall", "lobby", "yard"}), None)
    assert (east.steers, east.areas) == (frozenset({"lobby"}), frozenset({"011", "012"}))
    assert (both.steers, both.areas) == (frozenset({"lobby", "yard"}), frozenset({"011", "012", "013"}))
    assert "a" * 24 not in repr(desk)
    assert all(wall.viewer.steers == frozenset() for wall in walls)
    assert covers(east.viewer, walls[1].viewer, CITY) and not covers(east.viewer, walls[0].viewer, CITY)
    assert not covers(walls[0].viewer, walls[0].viewer, CITY), "a wall steers nothing, not even itself"
    assert not covers(desk.viewer, east.viewer, CITY), "a phone is no wall"
    assert not covers(desk.viewer, Viewer.official(("011",), (), name="hall"), CITY), "nor is a person of its name"
    assert phones_of("", walls) == () == phones_of(" , ", ())


@pytest.mark.parametrize(
    "spec",
    [
        "desk",
        "desk:short",
        ":" + "w" * 30,
        f"hall:{'w' * 24}",
        f"a:{'w' * 24},a:{'x' * 24}",
        f"a:{'w' * 24},b:{'w' * 24}",
        f"desk:{'t' * 24}",
        f"desk:{'w' * 24}:nowhere",
        f"desk:{'w' * 24}:hall+nowhere",
    ],
)
def test_control_tokens_that_are_none_are_refused_and_not_repeated(spec: str) -> None:
    walls = devices_of(f"hall:{'t' * 24}")
    with pytest.raises(SettingError) as refused:
        phones_of(spec, walls)
    assert refused.value.params["name"] == "GRIDWALL_CONTROL_TOKENS"
    assert "w" * 24 not in str(refused.value) and "t" * 24 not in str(refused.value)
    with pytest.raises(SettingError):
        phones_of(f"desk:{'w' * 24}", ())


class Changing:
    """Says somebody else each time."""

    def __init__(self) -> None:
        self.asked = 0

    def viewer(self, request: Request) -> Viewer | None:
        """The next one."""
        self.asked += 1
        return Viewer(
            Audience.LEADER, name=f"{self.asked} {request.cookies.get('c', '')}{request.headers.get('X-A', '')}"
        )


def request(cookie: str = "", header: str = "", peer: str = "10.0.0.1") -> Request:
    """A request with what tells viewers apart."""
    builder = EnvironBuilder(headers=[("Cookie", f"c={cookie}"), ("X-A", header)], environ_base={"REMOTE_ADDR": peer})
    return Request(builder.get_environ())


def test_an_answer_is_remembered_for_seconds_and_for_the_very_same_marks() -> None:
    clock, way = HandClock(), Changing()
    remembering = Remembering(way, ("X-A",), clock.real)
    first = remembering.viewer(request("a"))
    assert remembering.viewer(request("a")) is first
    assert way.asked == 1
    others = [request("b"), request("a", "h"), request("a", peer="10.0.0.2")]
    assert all(remembering.viewer(other) is not first for other in others)
    clock.turn(6)
    assert remembering.viewer(request("a")) is not first
    clock.turn(-3600)
    before = way.asked
    remembering.viewer(request("a"))
    assert way.asked == before + 1, "a clock that was set back makes nobody immortal"


def test_what_is_remembered_is_bounded() -> None:
    remembering = Remembering(Changing(), (), HandClock().real)
    for n in range(5000):
        remembering.viewer(request(str(n)))
    assert len(remembering._known) < 1000
