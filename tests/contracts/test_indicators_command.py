"""``gridwall indicators``: the numbers without a browser, in three forms; mistakes are one sentence and exit code 2."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from dashboard import cli
from dashboard.indicators_formats import COLUMNS
from data_access.scope import Audience, Scope
from indicators.readings.figures import figures
from indicators.readings.patrols import patrols
from indicators.registry import REGISTRY
from indicators.values import Count, NotRecorded, Rate
from tests.fixtures.edges import Edges, when
from tests.fixtures.small import NOW, area


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_reckoned: Edges) -> Edges:
    """The command in an empty folder, on the small city, at its moment."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("GRIDWALL_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("dashboard.logs.set_up", lambda *args: None)
    monkeypatch.setenv("GRIDWALL_DATABASE_URL", sqlite_reckoned.made.url)
    monkeypatch.setenv("GRIDWALL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GRIDWALL_CLOCK", NOW.isoformat())
    return sqlite_reckoned


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Standard output of the command, which must succeed."""
    code = cli.main(["indicators", *arguments])
    said = capsys.readouterr()
    assert (code, said.err) == (0, ""), said.err
    return said.out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(capsys, *arguments, "--format", "json"))
    return found


def as_csv(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told(capsys, *arguments, "--format", "csv"))))


def test_all_numbers_of_now(capsys: pytest.CaptureFixture[str], asked: Edges) -> None:
    found = as_json(capsys)
    assert found["as_of"].startswith("2026-03-11T10:30")
    assert (found["timezone"], found["area"]["code"], found["by"]) == ("Asia/Shanghai", "3299", None)
    with asked.database.reader(Scope.of(Audience.WALL)) as db:
        wanted = figures(db, when(), [entry["id"] for entry in found["indicators"]])
    assert {entry["id"] for entry in found["indicators"]} == {
        entry.id for entry in REGISTRY.values() if entry.counted and not entry.derived
    }
    for entry in found["indicators"]:
        (value,) = entry["values"]
        figure = wanted[entry["id"]]
        assert not isinstance(figure, NotRecorded)
        assert entry["definition"].startswith(entry["name"])
        assert entry["window"] in entry["definition"]
        number = figure[None]
        if isinstance(number, Count):
            assert value == {"value": number.n}
        else:
            assert value["denominator"] == number.of
            assert value["numerator"] == pytest.approx(number.good)
            assert (value["value"] is None) == (number.of == 0)


def test_numbers_of_patrols_are_given_by_name(capsys: pytest.CaptureFixture[str], asked: Edges) -> None:
    ids = ("online", "cover", "offpost")
    with asked.database.reader(Scope.of(Audience.WALL)) as db:
        online, cover, away = patrols(db, when(), ids).values()
        there = patrols(db, when(place=area(2)), ["cover"])["cover"]
    assert isinstance(online, Rate)
    assert isinstance(cover, Rate)
    assert isinstance(away, Count)
    assert isinstance(there, Rate)
    assert (cover, there) == (Rate(1, 24), Rate(0, 8)), "w01 walked about in one grid"
    assert 0 < online.good < online.of
    found = as_json(capsys, *ids)["indicators"]
    assert [(entry["values"][0].get("numerator"), entry["values"][0].get("denominator")) for entry in found] == [
        (online.good, online.of), (1, 24), (None, None),
    ]  # fmt: skip
    assert found[2]["values"] == [{"value": away.n}]
    assert "值勤" in found[0]["definition"]
    (entry,) = as_json(capsys, "cover", "--area", area(2))["indicators"]
    assert entry["values"][0]["denominator"] == 8
    (entry,) = as_json(capsys, "online", "--from", "2026-03-10", "--to", "2026-03-10")["indicators"]
    assert "2026-03-10 00:00" in entry["window"]
    assert entry["values"][0]["numerator"] == 0


def test_departments_over_days(capsys: pytest.CaptureFixture[str], asked: Edges) -> None:
    """Counted by hand for 9 and 10 March."""
    (entry,) = as_json(capsys, "closed", "--by", "department", "--from", "2026-03-09", "--to", "2026-03-10")[
        "indicators"
    ]
    hand = dict(
        asked.hand.rows(
            "SELECT coalesce(o.department_code, ''), count(*) FROM work_orders o WHERE o.stage = 'closed'"
            " AND o.closed_at >= '2026-03-09 00:00:00' AND o.closed_at < '2026-03-11 00:00:00' GROUP BY 1"
        )
    )
    assert {line["key"]: line["value"] for line in entry["values"]} == hand
    assert "2026-03-09 00:00" in entry["window"]
    assert [line["value"] for line in entry["values"]] == sorted(hand.values(), reverse=True)
    assert {line["key"]: line["name"] for line in entry["values"]}["D1"] == "城管局"


def test_days_without_cases_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    report = as_json(capsys, "forced", "forced_rate", "--by", "day", "--from", "2026-03-01", "--to", "2026-03-11")
    counts, rates = (entry["values"] for entry in report["indicators"])
    assert [line["key"] for line in counts] == [f"2026-03-{day:02d}" for day in range(1, 12)]
    assert counts[0] == {"key": "2026-03-01", "name": "2026-03-01", "value": 0}
    assert rates[1]["denominator"] == 0, "nothing was closed on 2 March"
    assert rates[1]["value"] is None, "no cases is no rate"
    assert "暂估" in report["indicators"][0]["window"]


def test_areas_by_level_and_one_area(capsys: pytest.CaptureFixture[str], asked: Edges) -> None:
    (counties,) = as_json(capsys, "reported", "--by", "area")["indicators"]
    by_code = {line["key"]: line["value"] for line in counties["values"]}
    assert set(by_code) == {area(1), area(2), area(3), ""}
    assert counties["values"][-1]["name"] == "未定位"
    (here,) = as_json(capsys, "reported", "--area", area(2))["indicators"]
    assert here["values"] == [{"value": by_code[area(2)]}]
    (streets,) = as_json(capsys, "reported", "--area", area(2), "--by", "area")["indicators"]
    assert {line["key"] for line in streets["values"]} <= {area(2, 1), area(2, 2), ""}
    assert sum(line["value"] for line in streets["values"]) == by_code[area(2)]
    (grids,) = as_json(capsys, "reported", "--by", "area", "--level", "grid")["indicators"]
    assert sum(line["value"] for line in grids["values"]) == sum(by_code.values())
    (tops,) = as_json(capsys, "reported", "--by", "category", "--level", "major")["indicators"]
    assert {line["key"] for line in tops["values"]} == {"E01", "E05", "C01", "S01", "X01", ""}


def test_a_month_of_the_citys_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: Edges
) -> None:
    from indicators.policy import BUILT_IN

    own = tmp_path / "policy.toml"
    text = BUILT_IN.read_text(encoding="utf-8")
    own.write_text(
        text.replace("month_start = 1 ", "month_start = 26 ").replace('"00:00"', '"12:00"'), encoding="utf-8"
    )
    monkeypatch.setenv("GRIDWALL_POLICY", str(own))
    (entry,) = as_json(capsys, "reported", "--period", "2026-03", "--lang", "en")["indicators"]
    hand = asked.hand.one(
        "SELECT count(*) FROM work_orders o"
        " WHERE o.reported_at >= '2026-02-25 12:00:00' AND o.reported_at <= '2026-03-11 10:30:00'"
    )
    assert entry["values"] == [{"value": hand}]
    assert "2026-02-25 12:00 to 2026-03-25 12:00" in entry["window"]


def test_the_table_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "ontime_close", "overdue", "--lang", "en")
    assert "as of 2026-03-11 10:30" in text
    assert "Show City" in text
    assert "On-time closing rate: Of the cases due in the window" in text
    rate, _ = (line for line in text.splitlines() if line.startswith("  o"))
    assert " / " in rate
    assert "[" in rate
    by_department = told(capsys, "ontime_close", "--by", "department", "--lang", "en")
    assert "  D2  Water Bureau" in by_department
    assert "no department" in by_department


def test_no_cell_of_the_csv_is_a_formula(
    capsys: pytest.CaptureFixture[str], own_reckoned: Edges, monkeypatch: Any
) -> None:
    own_reckoned.made.write("UPDATE departments SET short_name = '=HYPERLINK(\"http://x\")' WHERE code = 'D1'")
    own_reckoned.made.write("UPDATE departments SET short_name = '@SUM(A1)' WHERE code = 'D2'")
    own_reckoned.made.write("UPDATE work_orders SET department_code = '+1+1' WHERE id = 'y01'")
    monkeypatch.setenv("GRIDWALL_DATABASE_URL", own_reckoned.made.url)
    rows = as_csv(capsys, "reported", "close_rate", "--by", "department")
    names = {row["key_name"] for row in rows}
    assert {'\'=HYPERLINK("http://x")', "'@SUM(A1)", "'+1+1"} <= names
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row.values())
    assert tuple(rows[0]) == COLUMNS
    assert all(row["definition"] and row["window"] and row["as_of"] == "2026-03-11 10:30:00" for row in rows)


def test_scores_say_their_scheme_and_state(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "scores_departments", "overdue", "--lang", "en", "--period", "2026-03")
    scores, overdue = found["indicators"]
    assert "default 1 (provisional)" in scores["scheme"]
    assert scores["values"][0]["grade"]
    assert scores["values"][0]["rank"] == 1
    assert "scheme" not in overdue


def test_what_is_not_recorded_is_said(
    capsys: pytest.CaptureFixture[str], own_reckoned: Edges, monkeypatch: Any
) -> None:
    own_reckoned.drop("work_orders", "extensions", "followup_at")
    monkeypatch.setenv("GRIDWALL_DATABASE_URL", own_reckoned.made.url)
    found = {entry["id"]: entry for entry in as_json(capsys)["indicators"]}
    assert found["ext_rate"]["not_recorded"] == ["work_orders.extensions"]
    assert found["sat"]["not_recorded"] == ["work_orders.followup_at"]
    assert "values" not in found["sat"]
    assert found["ontime_close"]["values"][0]["denominator"] > 0
    assert "来源未记录：work_orders.extensions" in told(capsys, "ext_rate")
    (row,) = as_csv(capsys, "ext_rate")
    assert (row["value"], row["not_recorded"]) == ("", "work_orders.extensions")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["overdu"], "there is no indicator overdu; overdue meant?"),
        (["happiness"], "there is no indicator happiness"),
        (["on_duty"], "on_duty is not counted over work orders"),
        (["online", "--by", "area"], "online is not counted over work orders, so not by area"),
        (["workload"], "workload is not counted over work orders"),
        (["closed", "--from", "2026-02-30"], "--from is a day like"),
        (["closed", "--from", "2026-03-05", "--to", "2026-03-01"], "--to 2026-03-01 lies before --from 2026-03-05"),
        (["closed", "--to", "2026-03-01"], "--to needs --from"),
        (["closed", "--from", "2026-04-01"], "2026-04-01 has not come yet"),
        (["closed", "--period", "March"], "--period"),
        (["closed", "--period", "2026-03", "--from", "2026-03-01"], "--period says the days already"),
        (["closed", "--area", "9999"], "there is no area 9999"),
        (["closed", "--level", "street"], "--level goes with --by"),
        (["closed", "--by", "area", "--level", "planet"], "not planet"),
        (["closed", "--by", "area", "--level", "micro_grid"], "no areas of the level micro_grid"),
        (["closed", "--by", "category", "--level", "street"], "is one of major"),
        (["overdue", "--by", "day"], "overdue is the state of now"),
        (["scores_streets", "--by", "day"], "scores_streets has its own units"),
        (["scores_streets", "--period", "2026-03-01"], "scores_streets is made for months"),
    ],
)
def test_mistakes_are_one_sentence(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["indicators", *arguments]) == 2
    text = capsys.readouterr()
    assert text.out == ""
    assert text.err.startswith("gridwall: ")
    assert text.err.count("\n") == 1
    assert said in text.err


def test_an_unknown_choice_is_refused_by_the_parser(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        cli.main(["indicators", "--by", "moon"])
    assert refused.value.code == 2
    assert "moon" in capsys.readouterr().err


def test_it_only_reads(capsys: pytest.CaptureFixture[str], asked: Edges, tmp_path: Path) -> None:
    """No ledger is made, and the database is as it was."""
    before = asked.hand.one("SELECT count(*) FROM work_orders")
    told(capsys, "overdue")
    assert asked.hand.one("SELECT count(*) FROM work_orders") == before
    assert list(tmp_path.iterdir()) == []


def test_rates_are_pooled_over_the_groups(capsys: pytest.CaptureFixture[str]) -> None:
    (whole,) = as_json(capsys, "ontime_department")["indicators"]
    (parts,) = as_json(capsys, "ontime_department", "--by", "department")["indicators"]
    total = sum((Rate(line["numerator"], line["denominator"]) for line in parts["values"]), Rate(0, 0))
    assert [total.good, total.of] == [whole["values"][0][name] for name in ("numerator", "denominator")]
