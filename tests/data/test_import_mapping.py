"""Mapping files, and the layouts of Baltimore and New York on a few made-up rows."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.errors import ImportRefused
from importers.areas import AreaSpec
from importers.book import REASONS
from importers.layouts import LAYOUTS, Columns
from importers.mapping import layout_of
from importers.run import Source, run
from tests.data.import_city import ask, geojson, ring

TOML = """
closed = ["done"]
delimiter = ";"
encoding = "latin-1"
no_department = ["?"]

[city]
code = "SPR"
name = "Springfield"
zone = "America/Chicago"

[columns]
id = "Ticket"
opened_at = ["Opened", "Start"]
closed_at = "Closed"
target_at = "Due"
status = "State"
department = "Team"
source = "Channel"
categories = ["Group", ["Kind", "Type"]]

[areas.community]
columns = ["Quarter"]
prefix = "Q"

[synonyms]
"Old Town" = "Altstadt"

[sources]
Phone = "hotline"
Unknown = ""

[departments]
W = "Waterworks"

[verdicts]
yes = "ontime"
"""

ROWS = """Ticket;Start;Closed;Due;State;Team;Channel;Group;Type;Quarter
a;2020-05-01T12:00:00Z;;2020-05-03;new;W;Phone;Water;Leck;Old Town
b;2020-05-01T12:00:00Z;2020-05-02T12:00:00Z;;Done;?;Unknown;Water;;Süd
"""


def test_a_file_by_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "cases.csv").write_bytes(ROWS.encode("latin-1"))
    quarters = geojson(
        tmp_path / "q.geojson", [({"N": "Altstadt"}, ring(0, 0, 1, 1)), ({"N": "Süd"}, ring(1, 0, 2, 1))]
    )
    source = Source(
        tmp_path / "cases.csv",
        str(tmp_path / "map.toml"),
        (AreaSpec.parse(f"community={quarters}:N"),),
        datetime(2020, 6, 1),
    )
    run(source, str(tmp_path / "o.sqlite"))
    assert ask(
        tmp_path / "o.sqlite",
        "SELECT id, area_code, stage, reported_at, closed_at, close_due_at, source, department_code FROM work_orders",
    ) == [
        ("a", "SPR-QALTSTADT", "handling", "2020-05-01 07:00:00", None, "2020-05-03 23:59:59", "hotline", "W"),
        ("b", "SPR-QSUD", "closed", "2020-05-01 07:00:00", "2020-05-02 07:00:00", None, None, None),
    ]
    assert ask(tmp_path / "o.sqlite", "SELECT name FROM areas ORDER BY code") == [
        ("Springfield",), ("Altstadt",), ("Süd",),
    ]  # fmt: skip
    columns = {name for (name,) in ask(tmp_path / "o.sqlite", "SELECT name FROM pragma_table_info('work_orders')")}
    assert not columns & {"lon", "lat", "title", "address", "result", "filed_at"}


def test_json_says_the_same_as_toml(tmp_path: Path) -> None:
    import tomllib

    (tmp_path / "map.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "map.json").write_text(json.dumps(tomllib.loads(TOML)), encoding="utf-8")
    assert layout_of(str(tmp_path / "map.json")) == layout_of(str(tmp_path / "map.toml"))


def broken(change: dict[str, Any]) -> dict[str, Any]:
    import tomllib

    data = tomllib.loads(TOML)
    for place, value in change.items():
        *path, last = place.split("/")
        inner = data
        for part in path:
            inner = inner[part]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return data


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"city/zone": "Mars/Olympus"}, "city.zone: value error, no time zone is called 'Mars/Olympus'"),
        ({"city/code": "S P"}, "city.code: string should match pattern"),
        ({"city": None}, "city is missing"),
        ({"columns/id": None}, "columns.id is missing"),
        ({"columns/opend_at": "X"}, "columns.opend_at is not a setting of a mapping file"),
        ({"columns/id": 5}, "columns.id: input should be a valid"),
        ({"areas/village": {}}, "areas.village: input should be 'county', 'street'"),
        ({"sources/Fax": "fax"}, "sources.Fax: input should be 'patrol', 'hotline'"),
        ({"verdicts/late": "late"}, "verdicts.late: input should be 'ontime' or 'overdue'"),
        ({"delimiter": "||"}, "delimiter: string should have at most 1 character"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    path = tmp_path / "map.json"
    path.write_text(json.dumps(broken(change)), encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        layout_of(str(path))
    assert str(refused.value).startswith("The mapping file map.json cannot be used: ")
    assert fault in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("map.toml", "[city", "map.toml is not valid TOML"),
        ("map.json", "{", "map.json is not valid JSON"),
        ("map.json", "[]", "must hold a table of settings, not a list"),
        ("none.toml", None, "none.toml cannot be read: No such file"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, name: str, content: str | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ImportRefused, match=sentence):
        layout_of(str(tmp_path / name))


def test_each_layout_has_a_zone_and_no_unknown_level() -> None:
    for name, layout in LAYOUTS.items():
        assert str(layout.zone) == "America/New_York", name
        assert layout.city.code == layout.city.code.upper()


def test_baltimore(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(
        "SRRecordID,ServiceRequestNum,SRType,MethodReceived,CreatedDate,SRStatus,StatusDate,DueDate,CloseDate,Agency,"
        "LastActivity,LastActivityDate,Outcome,Address,ZipCode,Neighborhood,CouncilDistrict,PoliceDistrict,PolicePost,"
        "Latitude,Longitude\n"
        "x1,19-0001,SW-Dirty Alley,API,2019/07/01 16:00:00+00,Closed,2019/07/02 16:00:00+00,2019/07/09 16:00:00+00,"
        "2019/07/02 16:00:00+00,Solid Waste,,,Completed,1 A St,21201,Canton,1,Southeastern,211,39.28,-76.58\n"
        "x2,19-0002,TRM-Potholes,Phone,07/01/2019 04:05:06 PM,New,,,,Transportation,,,,,,,,,,,\n"
        "x3,19-0003,TRM-Potholes,Phone,07/01/2019 04:05:06 PM,Closed (Duplicate),07/02/2019,,,DOT,,,,,,,,,,,\n",
        encoding="utf-8",
    )
    report = run(Source(tmp_path / "b.csv", "baltimore"), str(tmp_path / "b.sqlite"))
    assert ask(
        tmp_path / "b.sqlite",
        "SELECT o.id, reported_at, closed_at, close_due_at, stage, source, d.name, c.name FROM work_orders o "
        "JOIN departments d ON d.code = department_code JOIN categories c ON c.code = category_code ORDER BY o.id",
    ) == [
        (
            "19-0001", "2019-07-01 12:00:00", "2019-07-02 12:00:00", "2019-07-09 12:00:00", "closed", "scan",
            "Solid Waste", "SW-Dirty Alley",
        ),
        ("19-0002", "2019-07-01 16:05:06", None, None, "handling", "hotline", "Transportation", "TRM-Potholes"),
    ]  # fmt: skip
    assert report.reasons() == {"closed-without-time": 1}


@pytest.mark.parametrize("kind", ["Complaint Type", "Problem (formerly Complaint Type)"])
def test_new_york(tmp_path: Path, kind: str) -> None:
    (tmp_path / "n.csv").write_text(
        f"Unique Key,Created Date,Closed Date,Agency,Agency Name,{kind},Descriptor,Status,Due Date,Community Board,"
        "Borough,Open Data Channel Type,Latitude,Longitude\n"
        "1,01/02/2020 12:00:00 AM,01/02/2020 12:00:00 PM,NYPD,Police,Noise,Loud Music,Closed,,12 BROOKLYN,BROOKLYN,"
        "PHONE,,\n"
        "2,01/02/2020 01:00:00 PM,,DSNY,Sanitation,Litter,,In Progress,01/09/2020 01:00:00 PM,01 QUEENS,QUEENS,"
        "OTHER,,\n"
        "3,01/02/2020 01:00:00 PM,01/01/1900 12:00:00 AM,DSNY,Sanitation,Litter,,Closed,,0 Unspecified,,ONLINE,,\n",
        encoding="utf-8",
    )
    districts = geojson(
        tmp_path / "d.geojson",
        [({"boro_cd": "312"}, ring(-74.1, 40.5, -74, 40.6)), ({"boro_cd": "401"}, ring(-74, 40.5, -73.9, 40.6))],
    )
    source = Source(tmp_path / "n.csv", "nyc", (AreaSpec.parse(f"street={districts}:boro_cd"),))
    report = run(source, str(tmp_path / "n.sqlite"))
    assert ask(
        tmp_path / "n.sqlite", "SELECT id, area_code, reported_at, closed_at, source FROM work_orders ORDER BY id"
    ) == [
        ("1", "NYC-312", "2020-01-02 00:00:00", "2020-01-02 12:00:00", "hotline"),
        ("2", "NYC-401", "2020-01-02 13:00:00", None, None),
    ]
    assert report.reasons() == {"closed-long-before-opened": 1}
    assert not report.kinds()
    assert ask(tmp_path / "n.sqlite", "SELECT name FROM categories WHERE parent_code IS NULL ORDER BY 1") == [
        ("Litter",),
        ("Noise",),
    ]


def test_the_page_about_importing_shows_a_mapping_that_works(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
    shown = page.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "shown.toml").write_text(shown, encoding="utf-8")
    layout = layout_of(str(tmp_path / "shown.toml"))
    assert set(Columns.model_fields) == {field for field in Columns.model_fields if getattr(layout.columns, field)}
    for reason in REASONS:
        assert f"`{reason}`" in page
