"""Boston's first half of 2015: every case judged as the city judged it, and every moment as the file has it.

The recounts read the file by themselves (pandas and the standard library), with nothing of the importers.
"""

import json
import sqlite3
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import and_, false, func, not_, or_, select

from data_access import contract
from data_access.contract import Level
from data_access.engine import Database, ReadOptions
from data_access.errors import ImportRefused
from data_access.scope import Audience, Scope
from importers.areas import AreaSpec, read_areas
from importers.layouts import LAYOUTS
from importers.replay import Replay
from importers.run import Loaded, write
from indicators.policy import load_policy
from indicators.readings.counts import Pulse, pulse
from indicators.rules import orders as rules
from indicators.values import At
from indicators.workcalendar import WorkCalendar
from tests.data.boston import MOMENTS, SNAPSHOT, WARDS, AsOf, needs_file, read_file
from tests.data.import_city import ask, content

pytestmark = needs_file


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    """The file as it is."""
    table = read_file()
    assert table["CASE_ENQUIRY_ID"].is_unique
    return table.set_index("CASE_ENQUIRY_ID")


@pytest.fixture(scope="module")
def loaded(boston_loaded: Loaded) -> Loaded:
    return boston_loaded


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("boston")


@pytest.fixture(scope="module")
def whole(loaded: Loaded, folder: Path) -> Path:
    """The database as of the moment the file was taken."""
    report = write(loaded, str(folder / "whole.sqlite"))
    assert (report.rows, report.written, len(report.kept_out)) == (58_119, 58_119, 0)
    return folder / "whole.sqlite"


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def moment(request: pytest.FixtureRequest) -> datetime:
    found = request.param
    assert isinstance(found, datetime)
    return found


@pytest.fixture(scope="module")
def then(boston_as_of: AsOf, moment: datetime) -> Path:
    """The database as of one of the moments."""
    return boston_as_of(moment)


def midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0)


def pulse_of(path: Path, moment: datetime) -> Pulse:
    """The headline counts of the wall."""
    database = Database(f"sqlite:///{path}", ReadOptions(timezone="America/New_York"))
    with database.reader(Scope(Audience.WALL)) as db:
        found = pulse(db, At(moment, WorkCalendar.named("weekdays", "America/New_York"), load_policy()))
    database.close()
    return found


def judged(path: Path, moment: datetime) -> dict[str, tuple[bool, bool]]:
    """(late, on time) of each order at the moment, by the predicates that every number of the product is made of.

    An order that is open and not yet due is on time so far, as the city says it.
    """
    database = Database(f"sqlite:///{path}", ReadOptions(timezone="America/New_York"))
    with database.reader(Scope(Audience.LEADER)) as db:
        o = db.scoped(contract.work_orders).c
        met = func.coalesce(rules.on_time(o), false())
        overdue = func.coalesce(rules.is_overdue(o, moment), false())
        has_deadline = rules.due(o).is_not(None)
        late = or_(overdue, and_(rules.is_closed(o), has_deadline, not_(met)))
        fine = and_(has_deadline, not_(late))
        assert db.rows(select(o.id).where(not_(rules.is_judged(o)))) == []
        rows: list[Any] = list(db.rows(select(o.id, late, fine)))
        found = {name: (bool(is_late), bool(is_fine)) for name, is_late, is_fine in rows}
    database.close()
    return found


def test_every_case_is_judged_as_the_city_judged_it(whole: Path, truth: pd.DataFrame) -> None:
    ours = judged(whole, SNAPSHOT)
    city = truth[truth["TARGET_DT"].notna() & (truth["OnTime_Status"] != "")]["OnTime_Status"]
    assert Counter(city) == {"ONTIME": 27_866, "OVERDUE": 15_624}
    wrong = [name for name, verdict in city.items() if ours[str(name)] != (verdict == "OVERDUE", verdict == "ONTIME")]
    assert wrong == []


def test_a_case_without_a_deadline_is_in_neither_part(whole: Path, truth: pd.DataFrame) -> None:
    ours = judged(whole, SNAPSHOT)
    without = truth.index[truth["TARGET_DT"].isna()]
    assert len(without) == 14_527
    assert {ours[str(name)] for name in without} == {(False, False)}
    assert sum(late or fine for late, fine in ours.values()) == 58_119 - 14_527


def test_the_citys_verdicts_are_kept_for_comparison(whole: Path, truth: pd.DataFrame) -> None:
    names = {"ONTIME": "ontime", "OVERDUE": "overdue"}
    expected = {str(name): names[verdict] for name, verdict in truth["OnTime_Status"].items() if verdict}
    assert dict(ask(whole, "SELECT order_id, verdict FROM import_verdicts")) == expected


def test_open_overdue_and_closed_today_are_the_files_own(then: Path, moment: datetime, truth: pd.DataFrame) -> None:
    opened = truth["OPEN_DT"] <= moment
    closed = opened & (truth["CLOSED_DT"] <= moment)
    still = opened & ~closed
    today = closed & (truth["CLOSED_DT"] >= midnight(moment))
    overdue = still & (truth["TARGET_DT"] < moment)
    assert min(still.sum(), overdue.sum(), today.sum()) > 40
    sql = (
        "SELECT count(*), sum(closed_at IS NULL), sum(closed_at IS NULL AND close_due_at < :now), "
        "sum(closed_at >= :midnight) FROM work_orders"
    )
    connection = sqlite3.connect(then)
    found = connection.execute(sql, {"now": str(moment), "midnight": str(midnight(moment))}).fetchone()
    states = dict(
        connection.execute("SELECT closed_at IS NULL, group_concat(DISTINCT stage) FROM work_orders GROUP BY 1")
    )
    connection.close()
    assert found == (opened.sum(), still.sum(), overdue.sum(), today.sum())
    assert states[0] == "closed"
    assert set(states[1].split(",")) <= {"handling", "reported"}
    wall = pulse_of(then, moment)
    assert (wall.open, wall.overdue, wall.closed_today) == (still.sum(), overdue.sum(), today.sum())
    assert wall.reported_today == (opened & (truth["OPEN_DT"] >= midnight(moment))).sum()
    assert wall.filed_today is None  # the city records no filing


def test_each_row_is_as_it_stood(then: Path, moment: datetime, truth: pd.DataFrame) -> None:
    """Row by row: who is there, since when, closed when, due when, in whose hands, and changed when."""
    expected = {}
    for name, opened, due, closed, department in truth[["OPEN_DT", "TARGET_DT", "CLOSED_DT", "Department"]].itertuples(
        name=None
    ):
        if opened <= moment:
            end = closed if closed <= moment else None
            expected[name] = (
                str(opened),
                None if end is None else str(end),
                None if due is pd.NaT else str(due),
                str(opened if end is None else max(opened, end)),
                None if department == "No Q" else department,
            )
    rows = ask(then, "SELECT id, reported_at, closed_at, close_due_at, updated_at, department_code FROM work_orders")
    assert {row[0]: row[1:] for row in rows} == expected


def test_a_replay_leaves_what_an_import_writes(loaded: Loaded, folder: Path) -> None:
    first, between, last = datetime(2015, 6, 15, 14), datetime(2015, 6, 16, 9, 30), datetime(2015, 6, 20)
    write(loaded, str(folder / "replayed.sqlite"), first)
    write(loaded, str(folder / "imported.sqlite"), last)
    replay = Replay(str(folder / "replayed.sqlite"), loaded)
    steps = [replay.advance(moment) for moment in (between, last)]
    assert all(step.opened and step.closed for step in steps)
    assert content(folder / "replayed.sqlite") == content(folder / "imported.sqlite")


def test_city_hall_is_no_hot_spot(whole: Path, loaded: Loaded, truth: pd.DataFrame) -> None:
    """The default point carries 15 % of the rows; their place is their own precinct or ward, or none."""
    at_default = (truth["LATITUDE"] == "42.3594") & (truth["LONGITUDE"] == "-71.0587")
    assert loaded.book.default_points == {(-71.0587, 42.3594): at_default.sum()}
    marked = {row[0] for row in ask(whole, "SELECT id FROM work_orders WHERE location_quality = 'default'")}
    assert marked == set(truth.index[at_default])
    assert ask(whole, "SELECT count(*) FROM work_orders WHERE lon = -71.0587 AND lat = 42.3594") == [(0,)]
    nameless = truth.index[at_default & (truth["ward"] == "") & (truth["precinct"] == "")]
    marks = ",".join(f"'{name}'" for name in nameless)
    assert ask(whole, f"SELECT DISTINCT area_code FROM work_orders WHERE id IN ({marks})") == [("BOS",)]
    wards = truth["ward"].str.removeprefix("Ward ").where(at_default & (truth["ward"] != "")).dropna()
    above = dict(ask(whole, "SELECT code, parent_code FROM areas"))
    areas = dict(ask(whole, "SELECT id, area_code FROM work_orders WHERE location_quality = 'default'"))
    for name, ward in wards.items():
        area = areas[str(name)]
        assert f"BOS-W{int(ward):02d}" in (area, above[area])


def test_points_lie_where_the_rows_say(loaded: Loaded) -> None:
    """Point in polygon against the row's own ward and precinct."""
    shares = {
        level: loaded.book.agreement[level, True]
        / (loaded.book.agreement[level, True] + loaded.book.agreement[level, False])
        for level in (Level.STREET, Level.GRID)
    }
    assert shares[Level.STREET] > 0.985
    assert shares[Level.GRID] > 0.94


def test_precincts_hang_under_the_ward_their_number_names(whole: Path) -> None:
    """Parents are found by overlap alone; the numbers agree. No ward covers the harbour islands (0115)."""
    rows = dict(ask(whole, "SELECT code, parent_code FROM areas WHERE level = 'grid'"))
    assert len(rows) == 255
    assert rows.pop("BOS-0115") == "BOS"
    assert {code: parent for code, parent in rows.items() if parent != f"BOS-W{code[4:6]}"} == {}
    assert len(ask(whole, "SELECT 1 FROM areas WHERE level = 'street' AND parent_code = 'BOS'")) == 22


def test_sources_departments_and_categories_are_all_mapped(loaded: Loaded, truth: pd.DataFrame) -> None:
    kinds = Counter(noted.code for noted in loaded.book.remarks)
    assert not kinds.keys() & {"source-unmapped", "no-category", "own-area-unknown"}
    assert kinds["closed-before-opened"] == (truth["CLOSED_DT"] < truth["OPEN_DT"]).sum() == 84
    assert len(loaded.book.departments) == truth["Department"].nunique() - 1  # "No Q" is none
    assert set(loaded.book.departments) == set(truth["Department"]) - {"No Q"}
    leaves = loaded.book.categories.keys() - {c.parent_code for c in loaded.book.categories.values()}
    assert len(leaves) == len(truth[["SUBJECT", "REASON", "TYPE"]].drop_duplicates())


def test_wards_in_feet_under_a_label_of_degrees_are_refused(folder: Path) -> None:
    """The same wards in the feet of the Massachusetts state plane (roughly), labelled as degrees."""
    data = json.loads(WARDS.read_text(encoding="utf-8"))
    for feature in data["features"]:
        feature["geometry"]["coordinates"] = _feet(feature["geometry"]["coordinates"])
    path = folder / "feet.geojson"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"feet\.geojson holds the point \(\d{6}\.\d\d, \d{7}\.\d\d\)"):
        read_areas([AreaSpec.parse(f"street={path}:WARD")], LAYOUTS["boston"])


def _feet(coordinates: list[Any]) -> list[Any]:
    if isinstance(coordinates[0], int | float):
        return [774_000 + (coordinates[0] + 71.06) * 270_000, 2_956_000 + (coordinates[1] - 42.36) * 364_000]
    return [_feet(part) for part in coordinates]
