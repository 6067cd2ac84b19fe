"""What is planted in the demo city: each detector finds all of the positives and none of the near-misses."""

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, or_, select

from data_access import contract
from data_access.engine import Database
from data_access.scope import Audience, Scope
from demo.build import build
from demo.labels import WINDOW, labels_path
from indicators.detectors.found import WHYS, DetectedRule
from indicators.policy import load_policy
from indicators.readings.detectors import detectors
from tests.fixtures.city import END, SEED, SHORT_END, one, rows
from tests.fixtures.contract import ContractDatabase, ContractServers
from tests.fixtures.edges import when

PLAUSIBLE = 40
"""So many cases a week, of a rule and beside the planted ones, are believable in a town of some 6,000 orders a week."""


@dataclass(frozen=True)
class Judged:
    """What the detectors find in a town, and what its labels say."""

    rules: dict[str, DetectedRule]
    labels: list[dict[str, Any]]
    now: datetime

    def wanted(self, rule: str) -> dict[str, str]:
        """Orders that must be found now, with what was planted."""
        return {
            label["order_id"]: label["what"]
            for label in self.labels
            if label["rule"] == rule and label["wanted"] and label["from"] <= str(self.now) < label["until"]
        }

    def unwanted(self, rule: str) -> dict[str, str]:
        """Near-misses."""
        return {
            label["order_id"]: label["what"] for label in self.labels if label["rule"] == rule and not label["wanted"]
        }

    def found(self, rule: str) -> set[str]:
        assert not self.rules[rule].truncated, "every case of a town is listed"
        return {case.order_id for case in self.rules[rule].cases}

    def check(self) -> dict[str, int]:
        """All that is wanted, nothing that is not; how many were found beside what is labelled, by rule."""
        beside: dict[str, int] = {}
        for rule in WHYS:
            found, mine = self.found(rule), {label["order_id"] for label in self.labels if label["rule"] == rule}
            missed = {order: what for order, what in self.wanted(rule).items() if order not in found}
            wrong = {order: what for order, what in self.unwanted(rule).items() if order in found}
            assert not missed, (rule, missed)
            assert not wrong, (rule, wrong)
            beside[rule] = len(found - mine)
        return beside


def judged(database: Database, labels: Path, now: datetime) -> Judged:
    content = json.loads(labels.read_text("utf-8"))
    with database.reader(Scope.of(Audience.LEADER)) as db:
        rules: dict[str, DetectedRule] = {rule.rule: rule for rule in detectors(db, when(now)).rules}
    return Judged(rules, content["labels"], now)


@pytest.fixture(scope="module")
def at_end(town_path: Path) -> Iterator[Judged]:
    database = Database(f"sqlite:///{town_path}")
    yield judged(database, labels_path(town_path), END)
    database.close()


def test_all_positives_and_no_near_miss_are_found(at_end: Judged, record_property: Any) -> None:
    beside = at_end.check()
    record_property("unlabelled", beside)
    assert max(beside.values()) <= PLAUSIBLE, beside


def test_every_kind_is_there_to_be_found_or_left(at_end: Judged) -> None:
    for rule in WHYS:
        assert set(at_end.wanted(rule).values()) == {
            label["what"] for label in at_end.labels if label["rule"] == rule and label["wanted"]
        }
        near = Counter(at_end.unwanted(rule).values())
        assert len(near) >= 2
        assert min(near.values()) >= 20, near
    kinds = {why for rule in at_end.rules.values() for case in rule.cases for why in [case.why]}
    assert kinds >= {
        "late_acceptance", "extension_without_reason", "extension_same_reason", "not_taken", "silent", "too_fast",
        "dissatisfied", "same_place",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("now", "seed", "days"), [(datetime(2026, 2, 24, 9, 10), 9, 16), (datetime(2026, 10, 10, 22), 7, 16)]
)
def test_so_it_is_in_other_towns_at_other_moments(tmp_path: Path, now: datetime, seed: int, days: int) -> None:
    """The first working days after the spring festival; a night after the October holidays."""
    path = tmp_path / "town.sqlite"
    build(path, "town", now, seed, days=days)
    database = Database(f"sqlite:///{path}")
    found = judged(database, labels_path(path), now)
    assert max(found.check().values()) <= PLAUSIBLE
    assert all(found.wanted(rule) for rule in WHYS)
    database.close()


@pytest.fixture(params=["postgresql", "mariadb"])
def copied(
    request: pytest.FixtureRequest, contract_servers: ContractServers, town_path: Path
) -> Iterator[ContractDatabase]:
    """The last weeks of the town on a server: open orders and those of 16 days, with their measures and late events."""
    made = contract_servers.make(request.param)
    orders, log, taken = contract.work_orders, contract.work_order_events, contract.work_order_measures
    source = create_engine(f"sqlite:///{town_path}", poolclass=NullPool)
    late = select(orders.c.id).where(
        or_(orders.c.stage.not_in(("closed", "void", "cancelled")), orders.c.reported_at > datetime(2026, 11, 4))
    )
    parts = (
        (contract.areas, select(contract.areas)),
        (contract.departments, select(contract.departments)),
        (contract.categories, select(contract.categories)),
        (orders, select(orders).where(orders.c.id.in_(late))),
        (taken, select(taken).where(taken.c.order_id.in_(late))),
        (log, select(log).where(log.c.order_id.in_(late), log.c.at > datetime(2026, 11, 11))),
    )
    with source.connect() as reading, made.admin.begin() as writing:
        for table, chosen in parts:
            writing.execute(table.delete())
            for part in reading.execution_options(yield_per=5000).execute(chosen).mappings().partitions():
                writing.execute(table.insert(), [dict(row) for row in part])
    yield made
    contract_servers.drop(made)


def test_so_it_is_on_a_server(copied: ContractDatabase, town_path: Path, at_end: Judged) -> None:
    database = copied.database()
    found = judged(database, labels_path(town_path), END)
    found.check()
    for rule in ("perfunctory", "repeated"):
        assert found.rules[rule] == at_end.rules[rule], "to the last fact"
    for rule in WHYS:
        assert found.found(rule) == at_end.found(rule)
    database.close()


def test_the_labels_follow_the_policy() -> None:
    """They are made from the built-in thresholds: whoever changes those must look at what is planted."""
    rules = load_policy().detectors
    assert rules.days * 86_400 == WINDOW
    assert rules.unexplained_extension.accept_minutes == 15
    assert rules.unexplained_extension.same_reason == 3
    assert (rules.stalling.not_taken, rules.stalling.silent) == (0.5, 1.5)
    assert (rules.repeated.days, rules.repeated.times, rules.repeated.metres) == (7, 3, 50)


def test_nothing_in_the_database_tells_what_was_planted(town: sqlite3.Connection, at_end: Judged) -> None:
    planted = {label["order_id"] for label in at_end.labels}
    ids = [int(id_) for (id_,) in rows(town, "SELECT id FROM work_orders ORDER BY CAST(id AS INTEGER)")]
    by_day: dict[int, list[int]] = defaultdict(list)
    for id_ in ids:
        by_day[id_ // 100_000].append(id_ % 100_000)
    for day, places in by_day.items():
        assert places == list(range(1, len(places) + 1)), day
    for column in ("title", "description", "result", "source", "filing_condition"):
        texts = defaultdict(set)
        for id_, text in rows(town, f"SELECT id, {column} FROM work_orders"):
            texts[id_ in planted].add(text)
        assert texts[True] <= texts[False], column
    notes = rows(
        town, "SELECT order_id, reason FROM work_order_measures WHERE kind = 'extension' AND reason IS NOT NULL"
    )
    shape = re.compile(r"（虚构）\w+：\w+，\w+，预计\d日内完成")
    assert all(shape.fullmatch(reason) for _, reason in notes)


def test_the_labels_stand_beside_the_database_and_are_the_same_again(twins: tuple[Path, Path]) -> None:
    texts = [labels_path(path).read_bytes() for path in twins]
    assert texts[0] == texts[1]
    content = json.loads(texts[0])
    assert (content["seed"], content["end"]) == (SEED, str(SHORT_END))
    assert len(content["labels"]) > 8
    names = {label["order_id"] for label in content["labels"]}
    assert len(names) == len(content["labels"])


def test_the_town_records_what_the_scenes_need(town: sqlite3.Connection) -> None:
    """Levels of solving, sources, supervision with grades and replies, urgency, holders in the log."""
    distinct = {
        "resolved_level": {"grid", "community", "street", "county", "city"},
        "urgency": {"normal", "urgent", "critical"},
        "outcome": {"resolved", "forced", "void", "cancelled", "merged"},
        "satisfaction": {"satisfied", "basic", "dissatisfied"},
    }
    for column, values in distinct.items():
        assert {
            v for (v,) in rows(town, f"SELECT DISTINCT {column} FROM work_orders WHERE {column} IS NOT NULL")
        } == values
    assert one(town, "SELECT count(DISTINCT source) FROM work_orders") == 9
    for column in ("exempt", "reworks", "returns", "extensions", "followup_valid", "contacted", "solved"):
        assert one(town, f"SELECT sum({column}) FROM work_orders") > 100, column
    asked = "SELECT count(*) FROM work_order_measures WHERE kind = 'supervision'"
    for grade in ("normal", "urgent", "leader"):
        assert one(town, f"{asked} AND grade = ?", grade) > 5, grade
    assert one(town, f"{asked} AND replied_at IS NULL AND reply_due_at > ?", str(END)) > 0
    assert one(town, f"{asked} AND replied_at > reply_due_at") > 5
    assert one(town, f"{asked} AND replied_at <= reply_due_at") > 50
    held = "SELECT count(*) FROM work_order_events WHERE action = ? AND to_department IS NULL"
    for action in ("dispatch", "take", "handle", "rework"):
        assert one(town, held, action) == 0, action
