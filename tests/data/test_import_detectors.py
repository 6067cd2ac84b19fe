"""The detectors on three weeks of Boston: what the file cannot feed is said, what it can is recounted from the file."""

import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import pandas as pd
import pytest

from data_access.engine import Database, ReadOptions
from data_access.scope import Audience, Scope
from importers.areas import AreaSpec
from importers.run import Source, load, write
from indicators.detectors.found import EVERYBODY, DetectedRule
from indicators.policy import load_policy
from indicators.readings.detectors import detectors
from indicators.values import At
from indicators.workcalendar import WorkCalendar
from tests.data.boston import FILE, PRECINCTS, SNAPSHOT, WARDS, needs_file
from tests.fixtures.city import read_only

NOW = datetime(2015, 6, 19, 15)
DEFAULT = (-71.0587, 42.3594)
"""Where the file puts what nobody located."""

pytestmark = needs_file


@pytest.fixture(scope="module")
def part() -> pd.DataFrame:
    """The cases opened in the three weeks before ``NOW``, as they are in the file."""
    table = pd.read_csv(FILE, dtype=str, keep_default_na=False)
    return table[(table["OPEN_DT"] >= "2015-05-30") & (table["OPEN_DT"] < "2015-06-20")]


@dataclass(frozen=True)
class Found:
    """What the detectors find, and where the import has put each case."""

    rules: dict[str, DetectedRule]
    area_of: dict[str, str]


@pytest.fixture(scope="module")
def found(part: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    path = tmp_path_factory.mktemp("boston-detectors") / "then.sqlite"
    part.to_csv(path.with_name("part.csv.gz"), index=False)
    areas = (AreaSpec.parse(f"street={WARDS}:WARD"), AreaSpec.parse(f"grid={PRECINCTS}:WARD_PRECINCT"))
    write(load(Source(path.with_name("part.csv.gz"), "boston", areas, SNAPSHOT)), str(path), NOW)
    database = Database(f"sqlite:///{path}", ReadOptions(timezone="America/New_York", timeout_s=60))
    at = At(NOW, WorkCalendar.named("weekdays", "America/New_York"), load_policy())
    with database.reader(Scope.of(Audience.WALL)) as db, closing(read_only(path)) as by_hand:
        rules = {str(rule.rule): rule for rule in detectors(db, at).rules}
        yield Found(rules, dict(by_hand.execute("SELECT id, area_code FROM work_orders")))
    database.close()


def test_what_boston_does_not_record_is_said(found: Found) -> None:
    assert found.rules["unexplained_extension"].judged == ()
    assert found.rules["unexplained_extension"].missing == ("work_orders.accepted_at", "work_order_measures")
    assert found.rules["perfunctory"].judged == ()
    assert set(found.rules["perfunctory"].missing) >= {"work_orders.reworks", "work_orders.photos_after"}
    assert found.rules["stalling"].missing == ("work_order_events",)
    assert found.rules["repeated"].missing == ()


class Case(NamedTuple):
    """A case of the file; what is at the city's default point has no point."""

    id: str
    opened: datetime
    closed: datetime | None
    point: tuple[float, float] | None
    address: str


def test_repeated_cases_equal_a_recount_of_the_file(found: Found, part: pd.DataFrame) -> None:
    """Each case with each of its type and precinct, by the formula of the sphere."""
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for row in part.to_dict("records"):
        opened = datetime.fromisoformat(row["OPEN_DT"])
        if opened <= NOW:
            point = float(row["LONGITUDE"]), float(row["LATITUDE"])
            closed = datetime.fromisoformat(row["CLOSED_DT"]) if row["CLOSED_DT"] else None
            case = Case(
                row["CASE_ENQUIRY_ID"], opened, closed, point if point != DEFAULT else None, row["Location"].strip()
            )
            groups[row["TYPE"], found.area_of[case.id]].append(case)
    expected = {
        later.id
        for cases in groups.values()
        for later in cases
        if later.opened > NOW - timedelta(days=7) and sum(_again(later, one) for one in cases) >= 2
    }
    assert len(expected) > 30
    rule = found.rules["repeated"]
    assert rule.total == len(expected)
    assert {case.order_id for case in rule.cases} == expected, "no department has more than a list holds"
    assert not rule.truncated
    assert len(rule.listed(EVERYBODY)) == min(len(expected), 50)


def _again(later: Case, one: Case) -> bool:
    if one.closed is None or one.closed > later.opened or later.opened - one.opened > timedelta(days=7) or one is later:
        return False
    if later.point and one.point:
        return _apart(*later.point, *one.point) <= 50
    return bool(later.address) and later.address == one.address


def _apart(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))
