"""The commands: what they print, what they refuse, and that a refused import leaves everything as it was."""

import re
import sqlite3
from pathlib import Path

import pytest

from importers.cli import main
from tests.data.import_city import City, ask, geojson, ring, row


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def arguments(city: City, *more: str) -> list[str]:
    return [
        "import-311", str(city.file), "--layout", "boston", "--areas", f"street={city.wards}:WARD",
        "--areas", f"grid={city.precincts}:WARD_PRECINCT", "--snapshot", "2015-04-01",
        "--out", str(city.folder / "out.sqlite"), *more,
    ]  # fmt: skip


def test_the_report_adds_up(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(city, "--as-of", "2015-03-10T12:00")) == 0
    printed = capsys.readouterr().out.splitlines()
    numbers = re.fullmatch(
        r"(\d+) rows read, (\d+) written as of 2015-03-10 12:00:00 \((\d+) open\), (\d+) kept out and listed",
        printed[0],
    )
    assert numbers is not None
    read, written, open_, kept_out = map(int, numbers.groups())
    assert [(open_,)] == ask(city.folder / "out.sqlite", "SELECT count(*) FROM work_orders WHERE stage <> 'closed'")
    assert read == written + kept_out
    assert kept_out == sum(int(line.split()[2]) for line in printed if line.startswith("  kept out"))
    assert written == ask(city.folder / "out.sqlite", "SELECT count(*) FROM work_orders")[0][0]
    assert "  40 rows lie on 42.32, -71.06: a default point, kept out of the map" in printed
    assert "  columns not used: SubmittedPhoto" in printed
    assert printed[-1].startswith(f"wrote {city.folder / 'out.sqlite'}, ")


def test_the_list_goes_where_it_is_wanted(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(city, "--kept-out", str(city.folder / "mine.csv"))) == 0
    capsys.readouterr()
    assert (city.folder / "mine.csv").is_file()
    assert (city.folder / "mine.remarks.csv").is_file()
    assert not (city.folder / "out.sqlite.kept-out.csv").exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--as-of", "tomorrow"], "refused: 'tomorrow' is not a moment: write it like 2015-06-15T14:00."),
        (["--as-of", "2015-05-01"], "does not know how things stood at 2015-05-01 00:00:00"),
        (["--layout", "atlantis"], "No layout is called 'atlantis'"),
        (["--areas", "grid=x"], "must read LEVEL=FILE"),
        (["--out", "sqlite://"], "A database in memory would be lost at once"),
        (["--out", "nowhere/x.sqlite"], "does not exist"),
        (["--out", "oracle+nothing://x/y"], "refused: "),
    ],
)
def test_a_refusal_is_one_sentence_and_writes_nothing(
    city: City, capsys: pytest.CaptureFixture[str], more: list[str], sentence: str
) -> None:
    before = set(city.folder.iterdir())
    assert main(arguments(city, *more)) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert sentence in shown.err
    assert shown.err.startswith("refused: ")
    assert shown.err.count("\n") == 1
    assert set(city.folder.iterdir()) == before


def test_a_refused_import_leaves_the_earlier_one(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(city)) == 0
    out = city.folder / "out.sqlite"
    before = out.read_bytes()
    geojson(city.wards, [({"WARD": 5}, ring(770000, 2950000, 775000, 2955000))], "EPSG:4326")
    assert main(arguments(city)) == 2
    assert "wards.geojson holds the point (770000.00, 2950000.00)" in capsys.readouterr().err
    assert out.read_bytes() == before
    assert not [path for path in city.folder.iterdir() if path.name.endswith(".part")]


def test_an_earlier_import_is_replaced_by_another_file(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    """A reader that has the old file open sees another inode at the path, not a file that changes under it."""
    out = city.folder / "out.sqlite"
    assert main(arguments(city, "--as-of", "2015-02-02")) == 0
    old, reader = out.stat().st_ino, sqlite3.connect(f"file:{out}?mode=ro", uri=True)
    count = reader.execute("SELECT count(*) FROM work_orders").fetchall()
    assert main(arguments(city)) == 0
    capsys.readouterr()
    assert out.stat().st_ino != old
    assert reader.execute("SELECT count(*) FROM work_orders").fetchall() == count
    reader.close()
    assert ask(out, "SELECT count(*) FROM work_orders") != count


def test_a_database_that_no_import_wrote_is_not_touched(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    out = city.folder / "out.sqlite"
    connection = sqlite3.connect(out)
    connection.execute("CREATE TABLE work_orders (id TEXT)")
    connection.close()
    before = out.read_bytes()
    assert main(arguments(city)) == 2
    assert "holds a database that no import wrote" in capsys.readouterr().err
    out.write_bytes(b"notes of somebody " * 100)
    assert main(arguments(city)) == 2
    assert "is not a database" in capsys.readouterr().err
    assert out.read_bytes() != before
    assert out.read_bytes().startswith(b"notes")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "has no column for id (CASE_ENQUIRY_ID or case_enquiry_id), opened_at"),
        (b"CASE_ENQUIRY_ID,OPEN_DT,CLOSED_DT\n", "No row of the 0"),
        (
            b"CASE_ENQUIRY_ID,OPEN_DT,CLOSED_DT\n1,never,\n",
            "No row of the 1 in cases.csv can be used, the first because",
        ),
        (b'CASE_ENQUIRY_ID,OPEN_DT,CLOSED_DT\n1,"2015-01-01,\n', "cannot be read as CSV from line 2 on"),
        (b"CASE_ENQUIRY_ID,OPEN_DT,CLOSED_DT\n1,2015-01-01,\n2,\xff\xfe,\n", "is not utf-8"),
        (b"\x1f\x8b\x08 damaged", "is a damaged gzip file"),
    ],
)
def test_files_that_cannot_be_read_are_refused(
    city: City, capsys: pytest.CaptureFixture[str], content: bytes, sentence: str
) -> None:
    city.file.write_bytes(content)
    assert main(arguments(city)) == 2
    assert sentence in capsys.readouterr().err
    assert not (city.folder / "out.sqlite").exists()


def test_a_missing_file_is_refused(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    city.file.unlink()
    assert main(arguments(city)) == 2
    assert "cases.csv cannot be read: No such file" in capsys.readouterr().err


def test_a_byte_order_mark_and_blank_lines_do_no_harm(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    data = city.write("plain.csv", [row(1, "2015-02-01 08:00:00"), row(2, "2015-02-01 09:00:00")]).read_bytes()
    city.file.write_bytes(b"\xef\xbb\xbf" + data.replace(b"\r\n2,", b"\r\n\r\n2,") + b"\r\n")
    assert main(arguments(city)) == 0
    assert capsys.readouterr().out.startswith("2 rows read, 2 written")


@pytest.mark.parametrize("speed", ["0", "-1", "inf", "nan", "fast"])
def test_a_speed_is_a_number_above_zero(city: City, capsys: pytest.CaptureFixture[str], speed: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["replay", str(city.folder / "out.sqlite"), "--speed", speed])
    assert ended.value.code == 2
    assert "--speed" in capsys.readouterr().err


def test_a_replay_of_nothing_is_refused(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(city.folder / "none.sqlite")]) == 2
    assert "none.sqlite does not exist: run gridwall import-311 first." in capsys.readouterr().err


def test_a_replay_to_a_moment(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(city, "--as-of", "2015-03-31T23:59:50")) == 0
    assert main(["replay", str(city.folder / "out.sqlite"), "--speed", "1e9", "--until", "2015-03-31T23:59:55"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "stopped at 2015-03-31 23:59:55"
