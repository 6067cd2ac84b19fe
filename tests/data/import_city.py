"""A made-up city in Boston's columns, with every trap of such files, and its polygons: for the tests of the importers.

Two wards, 5 and 50 (a prefix of codes would take one for the other), west and east of -71.05; precincts 0501 and 0502
in ward 5, 5001 in ward 50, which reaches a little into ward 5. No row of it is real.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, column, create_engine, inspect, select, table, text
from sqlalchemy.pool import NullPool

from importers.areas import AreaSpec
from importers.run import Source

COLUMNS = (
    "CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "CASE_STATUS", "CLOSURE_REASON",
    "CASE_TITLE", "SUBJECT", "REASON", "TYPE", "QUEUE", "Department", "SubmittedPhoto", "Location", "neighborhood",
    "ward", "precinct", "LATITUDE", "LONGITUDE", "Source",
)  # fmt: skip
SNAPSHOT = datetime(2015, 4, 1)
DEFAULT = ("42.3200", "-71.0600")
"""The default point; it lies in precinct 0502."""
BUSY = ("42.3100", "-71.0900")
"""A point that many rows share without being a default."""

Ring = list[list[float]]


def ring(west: float, south: float, east: float, north: float) -> Ring:
    """A closed rectangle."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


BOW_TIE: Ring = [[-71.05, 42.30], [-71.00, 42.35], [-71.00, 42.30], [-71.05, 42.35], [-71.05, 42.30]]
"""A ring that crosses itself, in the frame of ward 50."""

WARD_5 = ring(-71.10, 42.30, -71.05, 42.35)
WARD_50 = ring(-71.05, 42.30, -71.00, 42.35)
PRECINCTS = {
    "0501": ring(-71.10, 42.30, -71.075, 42.35),
    "0502": ring(-71.075, 42.30, -71.05, 42.35),
    "5001": ring(-71.052, 42.30, -71.00, 42.35),
}


def geojson(path: Path, features: Iterable[tuple[Mapping[str, Any], Ring]], crs: str | None = None) -> Path:
    """Writes a file of polygons, labelled with ``crs`` if it is given."""
    data: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": dict(p), "geometry": {"type": "Polygon", "coordinates": [r]}}
            for p, r in features
        ],
    }
    if crs:
        data["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def row(number: object, opened: str, **fields: str) -> list[str]:
    """A row of the file; what is not given is that of an ordinary case in precinct 0501 that is still open."""
    plain = {
        "CASE_ENQUIRY_ID": str(number),
        "OPEN_DT": opened,
        "CASE_STATUS": "Closed" if fields.get("CLOSED_DT") else "Open",
        "CASE_TITLE": "Pothole",
        "SUBJECT": "Public Works Department",
        "REASON": "Highway Maintenance",
        "TYPE": "Request for Pothole Repair",
        "QUEUE": "PWDx_District 1",
        "Department": "PWDx",
        "ward": "Ward 5",
        "precinct": "501.0",
        "LATITUDE": "42.3300",
        "LONGITUDE": "-71.0800",
        "Source": "Constituent Call",
    }
    given = plain | fields
    assert set(given) <= set(COLUMNS), sorted(set(given) - set(COLUMNS))
    return [given.get(column, "") for column in COLUMNS]


def traps() -> list[list[str]]:
    """Every trap once or more; what becomes of each stands in the tests."""
    at = {"LATITUDE": DEFAULT[0], "LONGITUDE": DEFAULT[1]}
    closed = "2015-02-03 10:00:00"
    rows = [
        row(1, "2015-02-01 08:00:00", CLOSED_DT=closed, TARGET_DT="2015-02-04 08:30:00", OnTime_Status="ONTIME"),
        row(2, "2015-02-01 09:00:00", CLOSED_DT=closed, TARGET_DT="2015-02-02 08:30:00", OnTime_Status="OVERDUE"),
        row(3, "02/01/2015 12:30:00 AM", TARGET_DT="02/10/2015 08:30:00 AM", OnTime_Status="OVERDUE"),
        row(4, "2015-02-01 11:00:00", TARGET_DT="2015-08-01 08:30:00", OnTime_Status="ONTIME"),
        row(5, "2015-02-01 11:30:00", OnTime_Status="ONTIME"),
        row(6, "2015-02-01 11:40:00", CLOSED_DT=closed, OnTime_Status="ONTIME", ward="Ward 50", precinct=""),
        row(7, "2015-02-01 11:50:00", CLOSED_DT=closed, TARGET_DT="2015-02-03 10:00:00", OnTime_Status="ONTIME"),
        row(8, "2015-02-02 10:00:20", CLOSED_DT="2015-02-02 10:00:00", TARGET_DT="2015-02-09 08:30:00"),
        row(9, "2015-02-02 10:00:00", CLOSED_DT="1900-01-01 00:00:00"),
        row(10, "2015-02-02 10:00:00", CASE_STATUS="Closed"),
        row(11, "2015-02-02 11:00:00", CLOSED_DT=closed, CASE_STATUS="Open"),
        row("", "2015-02-02 12:00:00"),
        row(1, "2015-02-02 12:00:00", CASE_TITLE="the same number again"),
        row("9" * 41, "2015-02-02 12:00:00"),
        row(12, ""),
        row(13, "2015-02-30 12:00:00"),
        row(14, "2015-02-02 12:00:00", CLOSED_DT="soon"),
        row(15, "2015-02-02 12:00:00", TARGET_DT="13:00:00 PM"),
        row(16, "2015-02-02 12:00:00")[:-1],
        row(17, "2015-02-02 13:00:00", TARGET_DT="2015-02-01 08:00:00"),
        row(18, "2015-02-02 13:00:00", TARGET_DT="2015-02-05"),
        row(19, "2015-02-02 13:00:00", ward="50", precinct="5001.0", LATITUDE="", LONGITUDE=""),
        row(20, "2015-02-02 13:00:00", ward="", precinct="", LATITUDE="", LONGITUDE=""),
        row(21, "2015-02-02 13:00:00", ward="Ward 05", precinct="", LATITUDE="north", LONGITUDE="west"),
        row(22, "2015-02-02 13:00:00", ward="Ward 50", precinct="", LATITUDE="0", LONGITUDE="0"),
        row(23, "2015-02-02 13:00:00", ward="Ward 50", precinct="501.0", LATITUDE="", LONGITUDE=""),
        row(24, "2015-02-02 13:00:00", ward="Ward 99", precinct="", LATITUDE="42.36", LONGITUDE="-71.08"),
        row(25, "2015-02-02 13:00:00", Source="Carrier Pigeon"),
        row(26, "2015-02-02 13:00:00", Department="", QUEUE="ISD_Housing (INTERNAL)", Source="Citizens Connect App"),
        row(27, "2015-02-02 13:00:00", Department="No Q", QUEUE="No Queue Assigned To User", Source="City Worker App"),
        row(28, "2015-02-02 13:00:00", SUBJECT="", REASON="", TYPE=""),
        row(29, "2015-02-02 13:00:00", SUBJECT="Mayor's 24 Hour Hotline", CASE_TITLE='Two\nlines, "quoted"'),
        row(30, "2015-03-20 13:00:00", CLOSED_DT="2015-03-25 16:00:00", TARGET_DT="2015-03-24 08:30:00"),
        row(31, "2016-01-01 00:00:00"),
        row(32, "2015-03-08 01:59:59", CLOSED_DT="2015-03-08 03:00:00", CLOSURE_REASON="Case Resolved"),
        row("=33", "2015-03-09 10:00:00", LATITUDE="42.3400", LONGITUDE="-71.0510", ward="Ward 5"),
    ]
    rows += [row(100 + n, f"2015-03-{n % 28 + 1:02d} 10:00:00", ward="50", precinct="", **at) for n in range(40)]
    rows += [
        row(
            200 + n,
            "2015-02-15 10:00:00",
            LATITUDE=BUSY[0],
            LONGITUDE=BUSY[1],
            CLOSED_DT=f"2015-03-{n + 1:02d} 09:00:00",
        )
        for n in range(25)
    ]
    return rows


@dataclass
class City:
    """The files of the made-up city in a folder."""

    folder: Path
    file: Path = field(init=False)
    wards: Path = field(init=False)
    precincts: Path = field(init=False)

    def __post_init__(self) -> None:
        self.wards = geojson(
            self.folder / "wards.geojson",
            [({"WARD": 5}, WARD_5), ({"WARD": 50.0}, WARD_50)],
            "urn:ogc:def:crs:OGC:1.3:CRS84",
        )
        self.precincts = geojson(
            self.folder / "precincts.geojson", [({"WARD_PRECINCT": key}, shape) for key, shape in PRECINCTS.items()]
        )
        self.file = self.write("cases.csv", traps())

    def write(self, name: str, rows: Iterable[list[str]]) -> Path:
        """A file of these rows under the header; packed when the name says so."""
        path = self.folder / name
        text = io.StringIO(newline="")
        csv.writer(text).writerows([list(COLUMNS), *rows])
        data = text.getvalue().encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    @property
    def specs(self) -> tuple[AreaSpec, ...]:
        """Both levels."""
        return (
            AreaSpec.parse(f"grid={self.precincts}:WARD_PRECINCT"),
            AreaSpec.parse(f"street={self.wards}:WARD"),
        )

    def source(self, file: Path | None = None) -> Source:
        """What to import."""
        return Source(file or self.file, "boston", self.specs, SNAPSHOT)


def _connect(db: Path | str) -> Connection:
    url = f"sqlite:///{db}" if isinstance(db, Path) else db
    return create_engine(url, poolclass=NullPool).connect()


def ask(db: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with _connect(db) as connection:
        return [tuple(found) for found in connection.execute(text(sql))]


def content(db: Path | str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in a database, sorted by the first column, which is the key of all tables of an import.

    Times are text as SQLite has them, on every engine.
    """
    with _connect(db) as connection:
        found: dict[str, list[tuple[Any, ...]]] = {}
        for name in sorted(set(inspect(connection).get_table_names()) - {"sqlite_stat1"}):
            columns: list[ColumnElement[Any]] = [
                column(entry["name"]) for entry in inspect(connection).get_columns(name)
            ]
            rows = connection.execute(select(*columns).select_from(table(name)))
            plain = (tuple(str(v) if isinstance(v, datetime) else v for v in item) for item in rows)
            found[name] = sorted(plain, key=lambda item: str(item[0]))
        return found
