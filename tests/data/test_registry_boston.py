"""Boston's first half-year through the whole registry and the command, against a recount of the city's own file.

On time and overdue by department, to the case; and what the city does not record is said, number by number.
"""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard import cli
from data_access.engine import Database, ReadOptions
from data_access.scope import Audience, Scope
from indicators.policy import load_policy
from indicators.readings.cases import MOST, Ask, Cases, cases
from indicators.readings.figures import Figures, figures
from indicators.registry import REGISTRY
from indicators.values import At, Count, NotRecorded, Rate
from indicators.windows import Between
from indicators.workcalendar import WorkCalendar
from tests.data.boston import MOMENTS, AsOf, needs_file, read_file

NOW = MOMENTS[-1]
HALF_YEAR = Between(datetime(2015, 1, 1), datetime(2015, 7, 1))
FED = {
    "reported_today", "open", "closed_today", "ontime_close", "ontime_department", "ontime_area", "overdue",
    "due_by_cut", "due_by_second_cut", "due_by_third_cut", "stage_waiting", "workload", "reported", "void",
    "void_rate", "cancelled", "no_deadline", "closed", "should_close", "close_rate", "closed_on_time", "closed_late",
    "late_rate", "not_closed", "by_origin", "in_hot_area", "backlog_od", "long_overdue", "ladder_closed",
    "default_located", "due_computed",
}  # fmt: skip
"""What a file of requests with a target date can feed; everything else that is counted over orders is not recorded."""

pytestmark = needs_file


@pytest.fixture(scope="module")
def path(boston_as_of: AsOf) -> Path:
    """The city as it stood when the half-year ended."""
    return boston_as_of(NOW)


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    """The file: cases opened by then, what was closed later is open; the department None for those of nobody."""
    table = read_file().rename(columns={"OPEN_DT": "opened", "TARGET_DT": "due", "CLOSED_DT": "closed"})
    table = table[table["opened"] <= NOW].copy()
    table["closed"] = table["closed"].where(table["closed"] <= NOW)
    table["unit"] = table["Department"].where(table["Department"] != "No Q", "")
    return table


@pytest.fixture(scope="module")
def asked(path: Path) -> Iterator[Any]:
    """The registry asked of the city, and its cases."""
    database = Database(f"sqlite:///{path}", ReadOptions(timezone="America/New_York", timeout_s=60))
    at = At(NOW, WorkCalendar.named("weekdays", "America/New_York"), load_policy())
    with database.reader(Scope.of(Audience.LEADER)) as db:
        yield lambda question, *ids, **how: question(db, at, *ids, **how)
    database.close()


def by_unit(table: pd.DataFrame) -> dict[str, int]:
    return {str(unit): len(group) for unit, group in table.groupby("unit")}


def counts(figure: Figures | NotRecorded) -> dict[str | None, int]:
    assert not isinstance(figure, NotRecorded)
    return {key: one.n for key, one in figure.items() if isinstance(one, Count)}


def test_on_time_and_overdue_by_department_to_the_case(asked: Any, truth: pd.DataFrame) -> None:
    ids = [
        "ontime_department",
        "closed_on_time",
        "closed_late",
        "not_closed",
        "close_rate",
        "overdue",
        "reported",
        "closed",
    ]
    found = asked(figures, ids, span=HALF_YEAR, by="department")
    due = truth[(truth["due"] >= HALF_YEAR.start) & (truth["due"] < NOW)]
    good, still = due[due["closed"] <= due["due"]], due[due["closed"].isna()]
    assert len(due) > 30_000
    assert len(set(due["unit"])) > 10
    of, on_time = by_unit(due), by_unit(good)
    assert found["ontime_department"] == {unit: Rate(on_time.get(unit, 0), n) for unit, n in of.items()}
    assert counts(found["closed_on_time"]) == on_time
    assert counts(found["closed_late"]) == by_unit(due[due["closed"] > due["due"]])
    assert counts(found["not_closed"]) == by_unit(still)
    closed = by_unit(due[due["closed"].notna()])
    assert found["close_rate"] == {unit: Rate(closed.get(unit, 0), n) for unit, n in of.items()}
    assert counts(found["overdue"]) == by_unit(truth[truth["closed"].isna() & (truth["due"] < NOW)])
    assert counts(found["reported"]) == by_unit(truth[truth["opened"] >= HALF_YEAR.start])
    assert counts(found["closed"]) == by_unit(truth[truth["closed"] >= HALF_YEAR.start])


def test_each_day_of_the_half_year(asked: Any, truth: pd.DataFrame) -> None:
    found = asked(figures, ["ontime_close", "reported"], span=HALF_YEAR, by="day")
    due = truth[(truth["due"] >= HALF_YEAR.start) & (truth["due"] < NOW)]
    by_day = due.assign(good=due["closed"] <= due["due"]).groupby(due["due"].dt.strftime("%Y-%m-%d"))["good"]
    assert found["ontime_close"] == {str(day): Rate(int(good.sum()), len(good)) for day, good in by_day}
    opened = truth["opened"].dt.strftime("%Y-%m-%d").value_counts()
    assert counts(found["reported"]) == {str(day): int(n) for day, n in opened.items() if str(day) >= "2015-01-01"}


def test_the_list_behind_a_department(asked: Any, truth: pd.DataFrame) -> None:
    """The oldest of a department's overdue cases, in the file's own words."""
    late = truth[truth["closed"].isna() & (truth["due"] < NOW)]
    unit = late["unit"].value_counts().index[0]
    mine = late[late["unit"] == unit].sort_values(["due", "CASE_ENQUIRY_ID"])
    listed = asked(cases, Ask("overdue", department=str(unit), limit=MOST))
    assert isinstance(listed, Cases)
    assert listed.total == len(mine)
    assert listed.truncated == (len(mine) > MOST)
    assert [row.due for row in listed.rows] == [moment.to_pydatetime() for moment in mine["due"][:MOST]]
    rest = asked(cases, Ask("ontime_department", "rest", department=str(unit), span=HALF_YEAR))
    due = truth[(truth["due"] >= HALF_YEAR.start) & (truth["due"] < NOW) & (truth["unit"] == unit)]
    assert isinstance(rest, Cases)
    assert rest.total == len(due) - int((due["closed"] <= due["due"]).sum())


def test_what_boston_cannot_feed_is_not_recorded(asked: Any) -> None:
    counted = [entry.id for entry in REGISTRY.values() if entry.counted]
    found = asked(figures, counted)
    lost = {name: figure.missing for name, figure in found.items() if isinstance(figure, NotRecorded)}
    assert set(counted) - set(lost) == FED
    assert all(lost.values())
    assert lost["reg_n"] == ("work_orders.filed_at",)
    assert lost["rework"] == ("work_orders.handled_at", "work_orders.reworks")
    assert "work_orders.followup_at" in lost["sat"]
    assert "work_orders.handle_due_at" in lost["ontime_handle"]
    assert "work_order_measures.kind" in lost["susp_rate"]


def test_the_command_says_the_same(
    path: Path, truth: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GRIDWALL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("dashboard.logs.set_up", lambda *args: None)
    settings = {"DATABASE_URL": f"sqlite:///{path}", "TIMEZONE": "America/New_York", "CALENDAR": "weekdays"}
    for name, value in {**settings, "CLOCK": "2015-07-01T00:00", "STATEMENT_TIMEOUT": "30"}.items():
        monkeypatch.setenv(f"GRIDWALL_{name}", value)
    question = ["ontime_department", "ext_rate", "--by", "department", "--from", "2015-01-01", "--to", "2015-06-30"]
    assert cli.main(["indicators", *question, "--format", "json"]) == 0
    rate, extended = json.loads(capsys.readouterr().out)["indicators"]
    due = truth[(truth["due"] >= HALF_YEAR.start) & (truth["due"] < HALF_YEAR.end)]
    good = by_unit(due[due["closed"] <= due["due"]])
    expected = {unit: (good.get(unit, 0), n) for unit, n in by_unit(due).items()}
    assert {line["key"]: (line["numerator"], line["denominator"]) for line in rate["values"]} == expected
    assert extended["not_recorded"] == ["work_orders.handle_due_at", "work_orders.extensions"]
