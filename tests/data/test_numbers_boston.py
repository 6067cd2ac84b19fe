"""Boston's first half of 2015 through the readings, at three moments, against a recount of the file with pandas.

The headline and the verdicts of single cases are recounted in ``test_import_boston``; here are the rates, the
departments, the types, the past and the map. The recount knows the city's file and the definitions, nothing of ours.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd
import pytest

from data_access.engine import Database, ReadOptions, ScopedReader
from data_access.scope import Audience, Scope
from indicators.policy import load_policy
from indicators.readings.alarms import alarms
from indicators.readings.counts import flow, pulse
from indicators.readings.deadlines import Lights, Sla, lights, sla
from indicators.readings.events import sources, ticker
from indicators.readings.history import TypeCount, last_week, sparks, trend, types
from indicators.readings.holding import holding
from indicators.readings.map_cells import map_duty, map_overdue, map_workload
from indicators.readings.origins import Origins, ladder, origins
from indicators.readings.people import duty
from indicators.readings.process import ageing, longest
from indicators.readings.rates import CellRates, Departments, OnTime, departments, map_ontime, ontime
from indicators.readings.supervision import supervision
from indicators.values import NO_CASES, At, NotRecorded, Rate
from indicators.workcalendar import WorkCalendar
from tests.data.boston import MOMENTS, AsOf, needs_file, read_file

CALENDAR, POLICY = WorkCalendar.named("weekdays", "America/New_York"), load_policy()

pytestmark = needs_file


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    """The file as it is: opened, target, closed, department, type."""
    table = read_file().rename(columns={"OPEN_DT": "opened", "TARGET_DT": "due", "CLOSED_DT": "closed"})
    return table.set_index("CASE_ENQUIRY_ID")


class City:
    """Boston as it stood: ``db`` through gridwall, ``seen`` and ``past`` from the file."""

    def __init__(self, db: ScopedReader, now: datetime, truth: pd.DataFrame) -> None:
        self.db = db
        self.at = At(now, CALENDAR, POLICY)
        self.now = now
        self.seen = self.past(now)

    def past(self, moment: datetime) -> pd.DataFrame:
        """The cases opened by a moment; what was closed later is open."""
        table = self._truth[self._truth["opened"] <= moment].copy()
        table["closed"] = table["closed"].where(table["closed"] <= moment)
        return table

    _truth: pd.DataFrame

    @classmethod
    def of(cls, db: ScopedReader, now: datetime, truth: pd.DataFrame) -> "City":
        """With the file at hand."""
        cls._truth = truth
        return cls(db, now, truth)

    def rate(self, days: int) -> pd.DataFrame:
        """Cases due in the days before now, and whether each was closed in time."""
        due = self.seen[(self.seen["due"] >= self.now - timedelta(days=days)) & (self.seen["due"] < self.now)]
        return due.assign(good=due["closed"] <= due["due"])


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def city(request: pytest.FixtureRequest, boston_as_of: AsOf, truth: pd.DataFrame) -> Iterator[City]:
    database = Database(
        f"sqlite:///{boston_as_of(request.param)}", ReadOptions(timezone="America/New_York", timeout_s=60)
    )
    with database.reader(Scope.of(Audience.WALL)) as db:
        yield City.of(db, request.param, truth)
    database.close()


def test_the_rate_of_the_week(city: City) -> None:
    found = ontime(city.db, city.at)
    assert isinstance(found, OnTime)
    due = city.rate(7)
    assert found.rate == Rate(int(due["good"].sum()), len(due))
    assert found.rate.of > 500
    recent = city.seen[city.seen["opened"] > city.now - timedelta(days=7)]
    held = recent[(recent["Department"] != "No Q") | recent["closed"].notna()]
    assert found.no_deadline == held["due"].isna().sum()
    assert (found.extended, found.suspended, found.exempt, found.forced) == (None,) * 4
    assert found.by_original is None
    assert found.void == 0


def test_departments_to_the_case(city: City) -> None:
    found = departments(city.db, city.at)
    assert isinstance(found, Departments)
    due = city.rate(30)
    expected = {
        str(name): Rate(int(group["good"].sum()), len(group))
        for name, group in due[due["Department"] != "No Q"].groupby("Department")
    }
    shown = {row.department: row.rate for row in (*found.rows, *found.too_few)}
    assert {name: rate for name, rate in shown.items() if rate.of} == expected
    nobody = due[due["Department"] == "No Q"]
    assert found.nobody == Rate(int(nobody["good"].sum()), len(nobody))
    assert found.others == NO_CASES
    assert all(row.rate.of >= 5 for row in found.rows)
    assert all(row.rate.of < 5 for row in found.too_few)
    values = [row.rate.value or 0 for row in found.rows]
    assert values == sorted(values, reverse=True)


def test_the_map_of_rates_has_every_case_due(city: City) -> None:
    found = map_ontime(city.db, city.at)
    assert isinstance(found, CellRates)
    due = city.rate(30)
    assert found.total == len(due)
    assert sum((rate.of for rate in found.rates.values()), found.not_located) == found.total
    assert sum(rate.good for rate in found.rates.values()) <= int(due["good"].sum())
    assert found.level in {"grid", "street"}


def test_the_headline_and_its_stages(city: City) -> None:
    head, stages = pulse(city.db, city.at), flow(city.db, city.at)
    still = city.seen[city.seen["closed"].isna()]
    assert head.open == len(still) == sum(stage.waiting for stage in stages.stages)
    assert head.overdue == (still["due"] < city.now).sum() == sum(stage.overdue or 0 for stage in stages.stages)
    waiting = {stage.stage.value: stage.waiting for stage in stages.stages}
    assert waiting["reported"] == (still["Department"] == "No Q").sum()
    assert waiting["handling"] == (still["Department"] != "No Q").sum()
    assert [stage.entered for stage in stages.stages] == [head.reported_today, None, None, None, None, None]


def test_lights_and_the_list(city: City) -> None:
    lamps, pressing, head = lights(city.db, city.at), sla(city.db, city.at), pulse(city.db, city.at)
    assert isinstance(lamps, Lights)
    assert isinstance(pressing, Sla)
    still = city.seen[city.seen["closed"].isna()]
    assert lamps.none == still["due"].isna().sum()
    assert lamps.overdue + lamps.long == head.overdue == pressing.overdue
    assert lamps.calm + lamps.watch + lamps.near == (still["due"] >= city.now).sum()
    assert pressing.due_by_cut == ((still["due"] >= city.now) & (still["due"] < pressing.cut)).sum()
    late = still[still["due"] < city.now].sort_values("due")
    assert [row.due for row in pressing.rows][:14] == [moment.to_pydatetime() for moment in late["due"][:14]]


def test_types(city: City) -> None:
    found = types(city.db, city.at)
    week = city.seen[city.seen["opened"] > city.now - timedelta(days=7)]
    fortnight = city.seen[city.seen["opened"] > city.now - timedelta(days=14)]
    key = ["SUBJECT", "REASON", "TYPE"]
    now, before = week.groupby(key).size(), fortnight.groupby(key).size()
    assert found.total == len(week)
    names = city.db.reference.categories
    by_name = {names[row.category].name: row for row in found.rows}
    assert len(by_name) == len(found.rows) == 10
    counts = now.groupby("TYPE").sum().to_dict()
    both = before.groupby("TYPE").sum().to_dict()
    single = {name for name in by_name if sum(name == entry[2] for entry in now.index) == 1}
    assert len(single) >= 8
    for name in single:
        row = by_name[name]
        assert row == TypeCount(row.category, counts[name], both[name] - counts[name])
    assert [row.count for row in found.rows] == sorted(now, reverse=True)[:10]


def test_last_week_and_the_days(city: City) -> None:
    then = city.now - timedelta(days=7)
    week, days = last_week(city.db, city.at), sparks(city.db, city.at)
    assert week.comparable
    past = city.past(then)
    midnight = then.replace(hour=0, minute=0, second=0)
    assert week.reported == (past["opened"] >= midnight).sum()
    assert week.closed == (past["closed"] >= midnight).sum()
    assert week.open == past["closed"].isna().sum()
    assert week.overdue == (past["closed"].isna() & (past["due"] < then)).sum()
    due = past[(past["due"] >= then - timedelta(days=7)) & (past["due"] < then)]
    assert week.ontime == (due["closed"] <= due["due"]).sum() / len(due)
    for n, day in enumerate(days.days[:-1]):
        end = datetime.combine(day, datetime.min.time()) + timedelta(days=1)
        stood = city.past(end - timedelta(seconds=1))
        assert days.inflow[n] == (stood["opened"] >= end - timedelta(days=1)).sum()
        assert days.open[n] == stood["closed"].isna().sum()
        assert days.overdue[n] == (stood["closed"].isna() & (stood["due"] < end)).sum()
        of_day = city.seen[(city.seen["due"] >= end - timedelta(days=1)) & (city.seen["due"] < end)]
        good = (of_day["closed"] <= of_day["due"]).sum()
        assert days.ontime[n] == (good / len(of_day) if len(of_day) else None)


def test_the_hours_of_the_day(city: City) -> None:
    found = trend(city.db, city.at)
    assert found.kind == "reported_today"
    today = city.seen[city.seen["opened"].dt.date == city.now.date()]["opened"].dt.hour.value_counts()
    assert found.today == tuple(int(today.get(hour, 0)) if hour <= city.now.hour else None for hour in range(24))
    day = (city.now - timedelta(days=7)).date()
    before = city.seen[city.seen["opened"].dt.date == day]["opened"].dt.hour.value_counts()
    assert found.last_week == tuple(int(before.get(hour, 0)) for hour in range(24))


def test_the_map_and_what_it_cannot_locate(city: City) -> None:
    load, late, head = map_workload(city.db, city.at), map_overdue(city.db, city.at), pulse(city.db, city.at)
    assert not isinstance(late, NotRecorded)
    assert load.unit == "count", "the city records no households"
    assert (load.level, len(load.values)) == ("grid", 255)
    assert (load.total, late.total) == (head.open, head.overdue)
    for layer in (load, late):
        assert sum(layer.counts.values()) + layer.not_located == layer.total
        assert 0 < layer.not_located < layer.total / 2


def test_what_the_city_does_not_record_is_said(city: City) -> None:
    assert pulse(city.db, city.at).filed_today is None
    assert duty(city.db, city.at) == map_duty(city.db, city.at) == NotRecorded(("shifts", "worker_positions"))
    spoken = ticker(city.db, city.at).events
    assert {event.action for event in spoken} == {"report", "close"}
    newest = max(city.seen["opened"].max(), city.seen["closed"].max())
    assert spoken[0].at == newest.to_pydatetime()
    heard = sources(city.db, city.at)
    assert (heard.feeds, heard.positions_at, heard.future_rows) == ((), None, 0)
    assert heard.orders_at == newest.to_pydatetime()


def test_what_the_work_order_scene_cannot_know_of_the_city_is_said(city: City) -> None:
    assert holding(city.db, city.at) == NotRecorded(("work_order_events",))
    assert supervision(city.db, city.at) == NotRecorded(("work_order_measures",))
    assert ladder(city.db, city.at) == NotRecorded(("work_orders.resolved_level",))
    assert {alarm.kind for alarm in alarms(city.db, city.at).rows} <= {"source_silent"}


def test_the_sources_of_two_weeks(city: City) -> None:
    found = origins(city.db, city.at)
    assert isinstance(found, Origins)
    middle, start = city.now - timedelta(days=7), city.now - timedelta(days=14)
    recent = city.seen[city.seen["opened"] > middle]
    before = city.seen[(city.seen["opened"] > start) & (city.seen["opened"] <= middle)]
    kinds = {
        "hotline": ["Constituent Call"],
        "scan": ["Citizens Connect App", "Self Service"],
        "patrol": ["City Worker App", "Employee Generated"],
        "transfer": ["Maximo Integration"],
        "opinion": ["Twitter"],
    }
    assert found.total == len(recent)
    assert found.unknown == 0
    assert {row.source: (row.n, row.before) for row in found.rows} == {
        name: counts
        for name, said in kinds.items()
        if any(counts := tuple(int(part["Source"].isin(said).sum()) for part in (recent, before)))
    }


def test_ages_are_those_of_all_open_cases(city: City) -> None:
    found, still = ageing(city.db, city.at), city.seen[city.seen["closed"].isna()]
    assert sum(row.waiting for row in found.stages) == len(still)
    for row in found.stages:
        assert row.unknown == row.waiting if row.by_band is None else sum(row.by_band) == row.waiting - row.unknown
    listed = longest(city.db, city.at)
    assert listed.total == len(still)
    assert [row.since for row in listed.rows] == sorted(row.since for row in listed.rows)
    assert {row.order_id for row in listed.rows} <= set(still.index)
