"""Ten minutes of the city's clock without its database: a real file moved away, real lanes, a clock turned by hand."""

from pathlib import Path
from typing import Any, Final

import orjson

from dashboard import wire
from dashboard.lanes import Reading, ThreadLane
from dashboard.publisher import BODY, told
from tests.fixtures import small
from tests.fixtures.beats import BEAT, HandClock
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.wall import Wall, wall_on

KEY: Final = f"{BODY}wall/overview/{small.CITY}/zh"
MARKED: Final = ("stale", "broken")


class Panels:
    """The panels of the wall from beat to beat, as the browser would hold them."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall

    def beat(self) -> dict[str, dict[str, Any]]:
        """One beat whose readings are done before the next, however busy the machine is."""
        publisher = self._wall.publisher
        publisher.step()
        assert publisher.fast.wait(60) and publisher.slow.wait(60)
        self._wall.clock.turn(BEAT)
        raw = self._wall.broadcast.fetch(KEY)
        assert raw is not None
        entry = wire.unpack(raw)
        found: dict[str, dict[str, Any]] = orjson.loads(wire.plain(entry.pick(entry.epoch, wire.FULL)))["panels"]
        return found

    def beats(self, seconds: float) -> dict[str, dict[str, Any]]:
        """The panels after so many seconds of the clock."""
        for _ in range(round(seconds / BEAT)):
            found = self.beat()
        return found


def threads(name: str, reading: Reading, clock: HandClock) -> ThreadLane:
    """Lanes as the product has them, with the clock of the test."""
    return ThreadLane(name, reading, clock.monotonic)


def test_the_last_values_stay_marked_and_are_new_when_the_file_is_back(
    own_sqlite: ContractDatabase, tmp_path: Path
) -> None:
    path = Path(str(own_sqlite.admin.url.database))
    away = path.with_suffix(".away")
    with wall_on(own_sqlite.url, tmp_path, lane=threads) as wall:
        panels = Panels(wall)
        before = panels.beats(20)
        assert {panel["state"] for panel in before.values()}.isdisjoint({*MARKED, "waiting"})
        path.rename(away)
        for _ in range(3):  # with the very beats that the issue allows
            said = panels.beat()
        moment = wall.clock.now()
        while wall.clock.now() < moment + 600:
            assert {name: panel["state"] for name, panel in said.items() if panel["state"] not in MARKED} == {}
            said = panels.beat()
        word = told(wall.broadcast)
        assert word is not None and word.trouble == "source-unreachable"
        for name, panel in said.items():
            assert panel["why"]["key"] == "source-unreachable", name
            assert panel["as_of"] <= moment * 1000, name
            assert panel["props"], name
        assert number(said) == number(before), "the last value is still there"

        away.rename(path)
        own_sqlite.write(
            "UPDATE work_orders SET stage = 'closed', outcome = 'resolved', closed_at = '2026-03-11 10:40:00',"
            " ended_at = '2026-03-11 10:40:00', updated_at = '2026-03-11 10:40:00' WHERE id = 'o04'"
        )
        back = panels.beats(10)
        assert {name: panel["state"] for name, panel in back.items() if panel["state"] in MARKED} == {}
        assert {name for name, panel in back.items() if panel["as_of"] < (moment + 600) * 1000} == set()
        assert number(back) == number(before) - 1


def number(panels: dict[str, dict[str, Any]]) -> int:
    """The number of open cases."""
    said: Any = panels["open"]["props"]["value"]["children"]
    while not isinstance(said, str):  # the touchable part around it
        said = said["props"]["children"]
    return int(said)
