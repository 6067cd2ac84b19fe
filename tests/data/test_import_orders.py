"""A made-up file with every trap: what becomes of each line, and that no line is lost."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.errors import ImportRefused
from importers.areas import AreaSpec, read_areas
from importers.history import as_of
from importers.layouts import LAYOUTS
from importers.orders import read_orders
from importers.run import Report, Source, run
from tests.data.import_city import COLUMNS, SNAPSHOT, City, ask, geojson, ring, row, traps


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "city.sqlite"


@pytest.fixture
def report(city: City, db: Path) -> Report:
    return run(city.source(), str(db))


def order(db: Path, number: object, *columns: str) -> Any:
    found = ask(db, f"SELECT {', '.join(columns)} FROM work_orders WHERE id = '{number}'")
    assert len(found) == 1
    return found[0] if len(columns) > 1 else found[0][0]


def listed(report: Report) -> list[list[str]]:
    with report.listing.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_rows_read_are_rows_written_and_rows_listed(report: Report, db: Path) -> None:
    assert report.rows == len(traps())
    assert report.written == ask(db, "SELECT count(*) FROM work_orders")[0][0]
    assert report.rows == report.written + len(listed(report)) - 1


def test_each_line_kept_out_is_listed_with_its_reason(report: Report) -> None:
    header, *lines = listed(report)
    assert header == ["line", "id", "reason", "detail"]
    assert [(name, reason) for _, name, reason, _ in lines] == [
        ("9", "closed-long-before-opened"),
        ("10", "closed-without-time"),
        ("", "no-id"),
        ("1", "duplicate-id"),
        ("", "id-too-long"),
        ("12", "no-opening-time"),
        ("13", "opening-time-unreadable"),
        ("14", "closing-time-unreadable"),
        ("15", "target-time-unreadable"),
        ("", "wrong-width"),
        ("31", "after-snapshot"),
    ]
    details = {reason: detail for _, _, reason, detail in lines}
    assert details["target-time-unreadable"] == "13:00:00 PM"
    assert details["duplicate-id"] == "line 2"
    assert details["wrong-width"] == f"{len(COLUMNS) - 1} instead of {len(COLUMNS)}"


def test_the_line_is_the_line_of_the_file(report: Report, city: City) -> None:
    """A quoted text spans two lines before row 31, so that counting rows would be one off."""
    lines = city.file.read_text(encoding="utf-8").splitlines()
    by_reason = {reason: int(line) for line, _, reason, _ in listed(report)[1:]}
    assert lines[by_reason["closing-time-unreadable"] - 1].startswith("14,")
    assert lines[by_reason["after-snapshot"] - 1].startswith("31,")


def test_what_was_odd_about_written_rows_is_listed_beside(report: Report, db: Path) -> None:
    with (db.parent / "city.sqlite.remarks.csv").open(encoding="utf-8", newline="") as file:
        found = [(name, kind) for _, name, kind, _ in list(csv.reader(file))[1:]]
    assert found == [
        ("8", "closed-before-opened"),
        ("11", "status-says-open"),
        ("17", "target-before-opened"),
        ("18", "target-without-time"),
        ("20", "no-area"),
        ("21", "point-unreadable"),
        ("22", "point-implausible"),
        ("23", "own-areas-disagree"),
        ("24", "no-area"),
        ("24", "own-area-unknown"),
        ("24", "point-in-no-area"),
        ("25", "source-unmapped"),
        ("28", "no-category"),
    ]
    assert len(found) == sum(report.kinds().values())


def test_a_case_closed_a_little_before_it_was_opened_stays_as_written(report: Report, db: Path) -> None:
    assert order(db, 8, "stage", "reported_at", "closed_at", "updated_at") == (
        "closed",
        "2015-02-02 10:00:20",
        "2015-02-02 10:00:00",
        "2015-02-02 10:00:20",
    )


def test_times_are_the_citys_and_in_the_contracts_form(report: Report, db: Path) -> None:
    assert order(db, 3, "reported_at", "close_due_at") == ("2015-02-01 00:30:00", "2015-02-10 08:30:00")
    assert order(db, 18, "close_due_at") == "2015-02-05 23:59:59"
    assert order(db, 5, "close_due_at") is None


def test_an_open_case_is_handled_where_a_department_holds_it(report: Report, db: Path) -> None:
    assert order(db, 4, "stage", "department_code") == ("handling", "PWDx")
    assert order(db, 27, "stage", "department_code") == ("reported", None)
    assert order(db, 26, "stage", "department_code") == ("handling", "ISD")
    assert dict(ask(db, "SELECT code, name FROM departments")) == {
        "PWDx": "Public Works",
        "ISD": "Inspectional Services",
    }


def test_sources_are_mapped_and_unknown_ones_left_unrecorded(report: Report, db: Path) -> None:
    assert [order(db, n, "source") for n in (1, 26, 27, 25)] == ["hotline", "scan", "patrol", None]


def test_categories_hang_under_their_reason_and_subject(report: Report, db: Path) -> None:
    chain = ask(
        db,
        "SELECT t.name, r.name, s.name, s.parent_code FROM work_orders o JOIN categories t ON t.code = o.category_code "
        "JOIN categories r ON r.code = t.parent_code JOIN categories s ON s.code = r.parent_code "
        "WHERE o.id IN ('1', '29')",
    )
    assert chain == [
        ("Request for Pothole Repair", "Highway Maintenance", "Public Works Department", None),
        ("Request for Pothole Repair", "Highway Maintenance", "Mayor's 24 Hour Hotline", None),
    ]
    assert order(db, 1, "category_code") != order(db, 29, "category_code")
    assert order(db, 28, "category_code") is None


@pytest.mark.parametrize(
    ("number", "area", "quality"),
    [
        (1, "BOS-0501", "point"),
        (200, "BOS-0501", "point"),  # 25 neighbours are no default point
        (100, "BOS-W50", "default"),  # the default point lies in 0502; the row's own ward counts
        (19, "BOS-5001", "area"),  # no point: its own precinct "5001.0" in its own ward "50"
        (20, "BOS", "none"),
        (21, "BOS-W05", "area"),
        (22, "BOS-W50", "area"),  # (0, 0) is no point
        (23, "BOS-W50", "area"),  # ward and precinct contradict each other: the wider one
        (24, "BOS", "point"),  # a point north of all areas keeps its place on the map
        ("=33", "BOS-0502", "point"),  # in 0502 and 5001: the lower code
    ],
)
def test_where_an_order_is(report: Report, db: Path, number: object, area: str, quality: str) -> None:
    assert order(db, number, "area_code", "location_quality") == (area, quality)


def test_only_real_points_are_points(report: Report, db: Path) -> None:
    assert ask(db, "SELECT DISTINCT location_quality FROM work_orders WHERE lon NOTNULL OR lat NOTNULL") == [("point",)]
    assert ask(db, "SELECT count(*), count(lon), count(lat) FROM work_orders WHERE location_quality = 'default'") == [
        (40, 0, 0)
    ]
    assert order(db, 1, "lon", "lat") == (-71.08, 42.33)
    assert sum(report.loaded.book.default_points.values()) == 40


def test_text_stays_as_it_is(report: Report, db: Path) -> None:
    assert order(db, 29, "title") == 'Two\nlines, "quoted"'


def test_a_list_holds_no_formula(city: City, db: Path) -> None:
    rows = [row("=1+1", "never"), row(1, "2015-02-02 10:00:00")]
    out = run(city.source(city.write("f.csv", rows)), str(db))
    assert listed(out)[1] == ["2", "'=1+1", "opening-time-unreadable", "never"]


def test_what_the_city_does_not_record_is_not_there(report: Report, db: Path) -> None:
    tables = {
        name for (name,) in ask(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    }
    assert tables == {"areas", "departments", "categories", "work_orders", "import_about", "import_verdicts"}
    columns = {name for (name,) in ask(db, "SELECT name FROM pragma_table_info('work_orders')")}
    assert columns == {
        "id", "case_no", "category_code", "area_code", "stage", "reported_at", "closed_at", "updated_at", "title",
        "result", "source", "lon", "lat", "location_quality", "address", "department_code", "close_due_at",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "opened", "open_", "closed_today"),
    [
        (datetime(2015, 2, 1, 8, 59, 59), {"1", "3"}, {"1", "3"}, set()),
        (datetime(2015, 2, 2, 10, 0, 10), {*"1234567"}, {*"1234567"}, set()),  # 8 was closed, but not yet opened
        (datetime(2015, 2, 2, 10, 0, 20), {*"12345678"}, {*"1234567"}, {"8"}),
    ],
)
def test_as_of_a_moment(
    city: City, db: Path, moment: datetime, opened: set[str], open_: set[str], closed_today: set[str]
) -> None:
    report = run(city.source(), str(db), moment)
    assert {name for (name,) in ask(db, "SELECT id FROM work_orders")} == opened
    assert {name for (name,) in ask(db, "SELECT id FROM work_orders WHERE stage <> 'closed'")} == open_
    midnight = moment.replace(hour=0, minute=0, second=0)
    assert {name for (name,) in ask(db, f"SELECT id FROM work_orders WHERE closed_at >= '{midnight}'")} == closed_today
    assert ask(db, f"SELECT count(*) FROM work_orders WHERE max(reported_at, updated_at, closed_at) > '{moment}'") == [
        (0,)
    ]
    assert report.rows == report.written + len(listed(report)) - 1
    assert report.reasons()["opened-later"] > 0


def test_a_later_closing_and_its_text_are_absent(city: City, db: Path) -> None:
    moment = datetime(2015, 3, 8, 2)
    run(city.source(), str(db), moment)
    assert order(db, 32, "stage", "closed_at", "result", "updated_at") == (
        "handling",
        None,
        None,
        "2015-03-08 01:59:59",
    )
    run(city.source(), str(db), datetime(2015, 3, 8, 3))
    assert order(db, 32, "stage", "closed_at", "result") == ("closed", "2015-03-08 03:00:00", "Case Resolved")


def test_a_default_point_does_not_depend_on_the_moment(city: City, db: Path) -> None:
    """As of early March few of its rows are there; they are marked all the same."""
    run(city.source(), str(db), datetime(2015, 3, 3))
    qualities = ask(
        db, "SELECT location_quality, count(*) FROM work_orders WHERE length(id) = 3 AND id < '140' GROUP BY 1"
    )
    assert qualities == [("default", 4)]


def test_verdicts_are_the_citys_and_known_when_it_gave_them(city: City, db: Path) -> None:
    run(city.source(), str(db))
    assert dict(ask(db, "SELECT order_id, verdict FROM import_verdicts")) == {
        "1": "ontime", "2": "overdue", "3": "overdue", "4": "ontime", "5": "ontime", "6": "ontime", "7": "ontime",
    }  # fmt: skip
    run(city.source(), str(db), datetime(2015, 3, 31))
    assert {name for (name,) in ask(db, "SELECT order_id FROM import_verdicts")} == {"1", "2", "6", "7"}


def test_a_moment_after_the_file_was_taken_is_refused(city: City, db: Path) -> None:
    with pytest.raises(ImportRefused, match="does not know how things stood at 2015-05-01"):
        run(city.source(), str(db), datetime(2015, 5, 1))
    assert not db.exists()


def test_without_a_snapshot_the_latest_time_is_it(city: City, db: Path) -> None:
    report = run(Source(city.file, "boston", city.specs), str(db))
    assert report.snapshot == report.moment == datetime(2016, 1, 1)
    assert report.snapshot > SNAPSHOT


def test_a_packed_file_is_the_same_file(city: City, db: Path) -> None:
    report = run(city.source(city.write("cases.csv.gz", traps())), str(db))
    assert report.rows == len(traps())


def test_areas_of_another_city_are_refused(city: City, db: Path, tmp_path: Path) -> None:
    """Longitude and latitude exchanged lie within the bounds of degrees, but none of the points lies there."""
    swapped = [[y, x] for x, y in ring(-71.10, 42.30, -71.0, 42.35)]
    path = geojson(tmp_path / "swapped.geojson", [({"WARD": 5}, swapped)])
    with pytest.raises(ImportRefused, match=r"None of the points of cases\.csv .* lies in any area"):
        run(Source(city.file, "boston", (AreaSpec.parse(f"street={path}:WARD"),)), str(db))
    assert not db.exists()


def test_without_areas_all_orders_are_the_citys(city: City, db: Path) -> None:
    run(Source(city.file, "boston", (), SNAPSHOT), str(db))
    assert ask(db, "SELECT code, level, boundary FROM areas") == [("BOS", "city", None)]
    assert ask(db, "SELECT DISTINCT area_code FROM work_orders") == [("BOS",)]


def test_a_neighborhood_spelled_two_ways_is_one_area(city: City, db: Path, tmp_path: Path) -> None:
    path = geojson(tmp_path / "n.geojson", [({"Name": "Allston / Brighton"}, ring(-71.10, 42.30, -71.0, 42.35))])
    source = Source(
        city.write("n.csv", [
            row(1, "2015-02-01 08:00:00"),
            *(row(2 + n, "2015-02-01 08:00:00", LATITUDE="", LONGITUDE="", ward="", neighborhood=text)
              for n, text in enumerate(["Allston", "Brighton", "Allston / Brighton", "ALLSTON/BRIGHTON", "Roxbury"])),
        ]),
        "boston",
        (AreaSpec.parse(f"street={path}:Name"),),
    )  # fmt: skip
    run(source, str(db))
    areas = [code for (code,) in ask(db, "SELECT area_code FROM work_orders ORDER BY id")]
    assert areas == ["BOS-WALLSTON-BRIGHTON"] * 5 + ["BOS"]


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "1", "2", "2015-02-01 08:00:00", "2015-02-03", "1900-01-01", "12/31/9999 11:59:59 PM", "Closed"]
    ),
    st.sampled_from(
        ["Ward 5", "501.0", "nan", "inf", "-1e308", "42.33", "-71.08", "PWDx", "0001-01-01T00:00:00+14:00"]
    ),
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=len(COLUMNS) - 1, max_size=len(COLUMNS) + 1), max_size=12))
def test_whatever_a_file_holds_no_row_is_lost(rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    city = City(tmp_path_factory.mktemp("any"))
    sound = row("sound", "2015-02-01 08:00:00")
    file = city.write("any.csv", [sound, *rows])
    book = read_orders(file, LAYOUTS["boston"], read_areas(city.specs, LAYOUTS["boston"]))
    assert book.rows == 1 + len(rows) == len(book.orders) + len(book.kept_out)
    lines = [order.line for order in book.orders] + [noted.line for noted in book.kept_out]
    assert len(set(lines)) == book.rows
    assert len({order.id for order in book.orders}) == len(book.orders)
    for order in book.orders:
        state = as_of(order, book.snapshot)
        assert state is not None
        assert (state["stage"] == "closed") == (order.closed_at is not None)
        assert as_of(order, order.reported_at - timedelta(seconds=1)) is None
        assert (order.lon is not None) == (order.location_quality == "point")
