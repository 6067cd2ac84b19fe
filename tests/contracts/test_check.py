"""``gridwall check`` on each engine: silent on a good database, and exactly the planted faults, one of each class."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fast_geocn import wgs84_to_gcj02

from data_access import contract
from data_access.check import Finding, Severity, as_json, as_text, run_check
from data_access.check.findings import finding
from data_access.check.texts import TEXTS
from data_access.errors import SourceUnreachable
from indicators.workcalendar import WorkCalendar
from tests.fixtures import small
from tests.fixtures.contract import READER, ContractDatabase, ContractServers
from tests.fixtures.servers import MariaDB, PostgreSQL

CALENDAR = WorkCalendar.named("cn", "Asia/Shanghai")


def check(made: ContractDatabase, *, timezone: str = "Asia/Shanghai", **named: Any) -> list[Finding]:
    database = made.database(timezone=timezone)
    try:
        found = run_check(database, **{"now": small.NOW, "calendar": CALENDAR, **named})
    finally:
        database.close()
    # Whether the file may be written depends on who runs the tests; it has a test of its own.
    return [one for one in found if one.kind != "file-writable"]


def said(found: list[Finding]) -> list[tuple[str, str, int | None, str | None]]:
    return sorted((one.kind, one.place, one.count, one.example) for one in found)


def test_a_good_database_is_good(contract_database: ContractDatabase) -> None:
    assert check(contract_database) == []


Plant = Callable[[ContractDatabase], None]


def run(*statements: str) -> Plant:
    return lambda made: made.write(*statements)


def by_engine(**statements: str | tuple[str, ...]) -> Plant:
    def plant(made: ContractDatabase) -> None:
        chosen = statements[made.engine]
        made.write(*((chosen,) if isinstance(chosen, str) else chosen))

    return plant


def _drop_index(made: ContractDatabase) -> None:
    number = next(n for n, columns in enumerate(contract.INDEXES["work_orders"]) if columns[0] == "updated_at")
    made.write(f"DROP INDEX ix_work_orders_{number}" + (" ON work_orders" if made.engine == "mariadb" else ""))


def _shift_datum(made: ContractDatabase) -> None:
    """Closed orders just inside the western and the eastern edge of the city, in GCJ-02 as a map of AMap gives them."""
    columns = (
        "id, case_no, category_code, area_code, stage, reported_at, closed_at, updated_at, location_quality, lon, lat"
    )
    done = "'closed', '2026-03-11 10:00:00', '2026-03-11 10:10:00', '2026-03-11 10:10:00', 'point'"
    rows: list[str] = []
    edges = (
        (small.WEST + 1e-4, small.area(1, 1, 1, 1)),
        (small.WEST + 12 * small.CELL_WIDTH - 1e-4, small.area(3, 2, 1, 2)),
    )
    for number in range(30):
        for east, code in edges:
            lon, lat = wgs84_to_gcj02(east, small.SOUTH + 0.001 + number * 6e-4)
            rows.append(f"('g{len(rows)}', 'g{len(rows)}', 'E0112', '{code}', {done}, {lon}, {lat})")
    made.write(f"INSERT INTO work_orders ({columns}) VALUES {', '.join(rows)}")


ORDER = "UPDATE work_orders SET"
PLANTED: dict[str, tuple[Plant, list[tuple[str, str, int | None, str | None]]]] = {
    "missing table": (
        run("ALTER TABLE categories RENAME TO elsewhere"),
        [("missing-table", "categories", None, None)],
    ),
    "missing column": (
        run("ALTER TABLE areas RENAME COLUMN lon TO longitude"),
        [("missing-column", "areas.lon", None, None)],
    ),
    "wrong type": (
        by_engine(
            sqlite=f"{ORDER} taken_at = '2026/03/10 16:20' WHERE id = 't04'",
            postgresql="ALTER TABLE work_orders ALTER COLUMN title TYPE json USING to_json(title)",
            mariadb="ALTER TABLE work_orders MODIFY taken_at varchar(40)",
        ),
        [],  # differs by engine: see the test
    ),
    "missing index": (_drop_index, [("missing-index", "work_orders", None, None)]),
    "empty value": (
        run("UPDATE departments SET name = '' WHERE code = 'D6'"),
        [("empty-value", "departments.name", 1, "D6")],
    ),
    "stage": (run(f"{ORDER} stage = 'done' WHERE id = 'o03'"), [("unmapped-code", "work_orders.stage", 1, "o03")]),
    "category": (
        run(f"{ORDER} category_code = 'e0110' WHERE id = 'o03'"),
        [("unmapped-code", "work_orders.category_code", 1, "o03")],
    ),
    "department": (
        run(f"{ORDER} department_code = 'D9' WHERE id = 'p14'"),
        [("unmapped-code", "work_orders.department_code", 1, "p14")],
    ),
    "area": (
        run(f"{ORDER} area_code = '329901001099' WHERE id = 'p14'"),
        [("unmapped-code", "work_orders.area_code", 1, "p14")],
    ),
    "level": (
        run(f"UPDATE areas SET level = 'block' WHERE code = '{small.area(2, 1, 1, 1)}'"),
        [("unmapped-code", "areas.level", 1, small.area(2, 1, 1, 1))],
    ),
    "future time": (
        run(f"{ORDER} checked_at = '2026-03-11 10:36:00' WHERE id = 'o10'"),
        [("future-time", "work_orders.checked_at", 1, "o10")],
    ),
    "source from the future": (
        run(f"{ORDER} updated_at = '2027-01-01 00:00:00' WHERE id IN ('t01', 't02')"),
        [("source-ahead", "work_orders.updated_at", 2, "t01")],
    ),
    "wrong order": (
        run(f"{ORDER} handled_at = '2026-03-11 09:40:00' WHERE id = 't02'"),
        [("wrong-order", "work_orders.handled_at", 1, "t02")],
    ),
    "closed without a time": (
        run(f"{ORDER} closed_at = NULL WHERE id = 't01'"),
        [("closed-without-time", "work_orders.closed_at", 1, "t01")],
    ),
    "open with a closing time": (
        run(f"{ORDER} closed_at = '2026-03-11 10:00:00' WHERE id = 'o08'"),
        [("open-with-closing-time", "work_orders.closed_at", 1, "o08")],
    ),
    "broken boundary": (
        run(f"UPDATE areas SET boundary = 'POLYGON((1 2))' WHERE code = '{small.area(1, 1, 1, 1)}'"),
        [("broken-boundary", "areas.boundary", 1, small.area(1, 1, 1, 1))],
    ),
    "outside the city": (
        run("UPDATE worker_positions SET lon = 0, lat = 0 WHERE worker_id = 'w02'"),
        [("outside-city", "worker_positions.lon", 1, "w02")],
    ),
    "swapped coordinates": (
        run("UPDATE worker_positions SET lon = 34.01, lat = 117.01 WHERE worker_id = 'w01'"),
        [("swapped-coordinates", "worker_positions.lon", 1, "w01")],
    ),
    "datum": (_shift_datum, [("datum", "work_orders.lon", 0, None)]),
    "codes that do not nest": (
        run(
            f"UPDATE area_links SET code = 'G1' WHERE code = '{small.area(1, 1, 1, 1)}'",
            f"UPDATE areas SET code = 'G1' WHERE code = '{small.area(1, 1, 1, 1)}'",
            *(
                f"UPDATE {table} SET area_code = 'G1' WHERE area_code = '{small.area(1, 1, 1, 1)}'"
                for table in ("work_orders", "worker_areas", "shifts")
            ),
        ),
        [("codes-do-not-nest", "areas.code", 1, "G1")],
    ),
    "circle of areas": (
        run(f"UPDATE areas SET parent_code = code WHERE code = '{small.area(1, 1, 1, 1)}'"),
        [
            ("circle-of-areas", "areas.parent_code", 1, small.area(1, 1, 1, 1)),
            ("codes-do-not-nest", "areas.code", 0, None),
        ],
    ),
    "silent source": (
        run("UPDATE source_feeds SET last_received_at = '2026-03-11 09:00:00' WHERE code = 'hotline'"),
        [("silent-source", "source_feeds.last_received_at", None, "hotline")],
    ),
    "deadline that differs": (
        run(f"{ORDER} close_due_at = '2026-03-11 15:10:00' WHERE id = 't01'"),
        [("deadline-differs", "work_orders.close_due_at", 1, "t01")],
    ),
}  # fmt: skip


def expected(engine: str, *names: str) -> list[tuple[str, str, int | None, str | None]]:
    wrong_type = {
        "sqlite": ("wrong-type", "work_orders.taken_at", 1, "t04"),
        "postgresql": ("wrong-type", "work_orders.title", None, None),
        "mariadb": ("wrong-type", "work_orders.taken_at", None, None),
    }[engine]
    return sorted(one for name in names for one in ([wrong_type] if name == "wrong type" else PLANTED[name][1]))


def planted(made: ContractDatabase, *names: str) -> list[tuple[str, str, int | None, str | None]]:
    for name in names:
        PLANTED[name][0](made)
    return [(kind, place, 0 if kind == "datum" else count, key) for kind, place, count, key in said(check(made))]


@pytest.mark.parametrize("name", PLANTED)
def test_exactly_the_planted_fault_is_named(own_sqlite: ContractDatabase, name: str) -> None:
    assert planted(own_sqlite, name) == expected("sqlite", name)


ALONE = {"missing table", "missing column", "codes that do not nest", "circle of areas", "datum"}
"""Faults that would hide or cause others."""
GROUPS = [
    ["missing table", "missing index"],
    ["missing column", "wrong type"],
    ["codes that do not nest"],
    ["circle of areas"],
    ["datum"],
    [name for name in PLANTED if name not in ALONE and name != "wrong type"],
]


@pytest.mark.parametrize("names", GROUPS, ids=lambda names: f"{names[0]} and {len(names) - 1} more")
def test_exactly_the_planted_faults_are_named_on_every_engine(own_database: ContractDatabase, names: list[str]) -> None:
    assert planted(own_database, *names) == expected(own_database.engine, *names)


def test_the_groups_hold_every_class() -> None:
    assert {name for names in GROUPS for name in names} == set(PLANTED)


def test_indicators_that_cannot_be_fed_are_listed(own_database: ContractDatabase) -> None:
    own_database.write("DROP TABLE shifts")
    needs = [
        ("on_duty", ("worker_positions.at", "shifts.start_at")),
        ("rate", ("work_orders.nothing|close_due_at",)),
        ("other", ("work_orders.nothing|never",)),
    ]
    found = check(own_database, indicators=needs)
    assert [(one.kind, dict(one.params)) for one in found] == [
        ("indicator-lost", {"indicator": "on_duty", "missing": "shifts.start_at"}),
        ("indicator-lost", {"indicator": "other", "missing": "work_orders.nothing|never"}),
    ]


def test_without_a_calendar_the_deadlines_are_said_to_be_unchecked(contract_database: ContractDatabase) -> None:
    assert said(check(contract_database, calendar=None)) == [("not-checked", "work_orders.close_due_at", None, None)]


def test_a_server_without_the_tables_of_time_zones_is_named_where_it_matters(own_database: ContractDatabase) -> None:
    """MariaDB shows a TIMESTAMP in the session's zone; one with clock changes must be known to it by name."""
    zone = "America/New_York"
    calendar = WorkCalendar.named("cn", zone)
    assert check(own_database, timezone=zone, calendar=calendar) == []
    if own_database.engine == "mariadb":
        own_database.write(
            "SET time_zone = '+08:00'",
            "ALTER TABLE work_orders MODIFY taken_at TIMESTAMP NULL, MODIFY checked_at TIMESTAMP NULL",
        )
        assert check(own_database) == [], "a zone with one offset needs no tables"
        found = [one for one in check(own_database, timezone=zone, calendar=calendar) if one.kind == "zone-unknown"]
        assert said(found) == [("zone-unknown", "work_orders.checked_at", 2, None)]


def test_history_looked_back_at_is_said_to_be_ahead_and_a_stopped_platform_silent(
    contract_database: ContractDatabase,
) -> None:
    before = check(contract_database, now=small.NOW - timedelta(days=400))
    assert {"source-ahead", "future-time"} <= {one.kind for one in before}
    after = check(contract_database, now=small.NOW + timedelta(days=400))
    assert {one.place for one in after if one.kind == "silent-source"} == {
        "source_feeds.last_received_at",
        "work_orders.updated_at",
    }


class TestGrants:
    """Every way in which the account could write is named."""

    def grants(self, made: ContractDatabase) -> set[tuple[str, str, str]]:
        every = check(made)
        found = [one for one in every if one.kind == "write-grant"]
        assert [one for one in every if one.kind == "not-checked"] == []
        assert all(one.severity is Severity.FAULT for one in found)
        return {(p["grant"], p["object"], p["via"]) for p in (dict(one.params) for one in found)}

    def test_postgresql(self, contract_servers: ContractServers, postgresql_server: PostgreSQL) -> None:
        made = contract_servers.make("postgresql")
        name = made.url.rpartition("/")[2]
        made.write(
            f"CREATE ROLE clerk_of_{name}",
            f"CREATE ROLE chief_of_{name} ROLE {READER}",
            f"GRANT clerk_of_{name} TO chief_of_{name}",
            f"GRANT INSERT ON departments TO {READER}",
            f"GRANT UPDATE (title) ON work_orders TO {READER}",
            f"GRANT DELETE, TRUNCATE ON shifts TO clerk_of_{name}",
            "GRANT UPDATE ON categories TO PUBLIC",
            f"GRANT CREATE ON SCHEMA public TO {READER}",
            f"GRANT CREATE ON DATABASE {name} TO PUBLIC",
            "CREATE TABLE elsewhere (a int)",
            f"ALTER TABLE elsewhere OWNER TO clerk_of_{name}",
            "CREATE SEQUENCE counter",
            f"GRANT USAGE ON SEQUENCE counter TO {READER}",
        )
        try:
            found = self.grants(made)
            owned = {g for g in found if g[1] == "public.elsewhere"}
            assert {g[0] for g in owned} >= {"INSERT", "UPDATE", "DELETE", "TRUNCATE"}
            assert {g[2] for g in owned} == {f"role clerk_of_{name}"}
            assert found - owned == {
                ("INSERT", "public.departments", "itself"),
                ("UPDATE", "public.work_orders.title", "itself"),
                ("DELETE", "public.shifts", f"role clerk_of_{name}"),
                ("TRUNCATE", "public.shifts", f"role clerk_of_{name}"),
                ("UPDATE", "public.categories", "PUBLIC"),
                ("CREATE", "schema public", "itself"),
                ("CREATE", f"database {name}", "PUBLIC"),
                ("USAGE", "public.counter", "itself"),
            }
            made.write(f"GRANT pg_write_all_data TO chief_of_{name}")
            assert ("MEMBER", "pg_write_all_data", "role membership") in self.grants(made)
        finally:
            contract_servers.drop(made)
            with postgresql_server.connect() as connection:
                connection.execute(f"DROP ROLE chief_of_{name}")
                connection.execute(f"DROP ROLE clerk_of_{name}")

    def test_the_superuser_of_postgresql(self, contract_servers: ContractServers) -> None:
        made = contract_servers.make("postgresql")
        as_admin = ContractDatabase("postgresql", made.admin_url, made.admin_url)
        assert self.grants(as_admin) == {("SUPERUSER", "everything", "itself")}
        contract_servers.drop(made)

    def test_mariadb(self, contract_servers: ContractServers, mariadb_server: MariaDB) -> None:
        made = contract_servers.make("mariadb")
        name = made.url.rpartition("/")[2]
        account, clerk, chief = "'probe'@'127.0.0.1'", f"clerk_of_{name}", f"chief_of_{name}"
        mariadb_server.execute(
            f"CREATE USER {account}",
            f"GRANT SELECT ON {name}.* TO {account}",
            f"CREATE ROLE {clerk}",
            f"CREATE ROLE {chief}",
            f"GRANT {clerk} TO {chief}",
            f"GRANT {chief} TO {account}",
            f"GRANT INSERT ON {name}.departments TO {account}",
            f"GRANT UPDATE (title, result), SELECT (id) ON {name}.work_orders TO {account}",
            f"GRANT DELETE, DROP ON {name}.shifts TO {clerk}",
            f"GRANT UPDATE ON {name}.categories TO PUBLIC",
            f"GRANT CREATE TEMPORARY TABLES ON {name}.* TO {account} WITH GRANT OPTION",
            f"GRANT FILE ON *.* TO {account}",
        )
        try:
            url = mariadb_server.url(name, "probe")
            assert self.grants(ContractDatabase("mariadb", url, made.admin_url)) == {
                ("INSERT", f"{name}.departments", "itself"),
                ("UPDATE (title, result)", f"{name}.work_orders", "itself"),
                ("DELETE", f"{name}.shifts", f"role {clerk}"),
                ("DROP", f"{name}.shifts", f"role {clerk}"),
                ("UPDATE", f"{name}.categories", "PUBLIC"),
                ("CREATE TEMPORARY TABLES", f"{name}.*", "itself"),
                ("GRANT OPTION", f"{name}.*", "itself"),
                ("FILE", "*.*", "itself"),
            }
        finally:
            mariadb_server.execute(
                f"REVOKE UPDATE ON {name}.categories FROM PUBLIC", f"DROP ROLE {chief}, {clerk}", f"DROP USER {account}"
            )
            contract_servers.drop(made)

    def test_the_owner_of_a_mariadb(self, contract_servers: ContractServers) -> None:
        made = contract_servers.make("mariadb")
        as_admin = ContractDatabase("mariadb", made.admin_url, made.admin_url)
        assert ("ALL PRIVILEGES", "*.*", "itself") in self.grants(as_admin)
        contract_servers.drop(made)

    @pytest.mark.parametrize("writable", [True, False])
    def test_a_sqlite_file_that_may_be_written_is_a_note(
        self, own_sqlite: ContractDatabase, monkeypatch: pytest.MonkeyPatch, writable: bool
    ) -> None:
        monkeypatch.setattr("os.access", lambda *_: writable)
        database = own_sqlite.database()
        found = run_check(database, now=small.NOW, calendar=CALENDAR)
        database.close()
        assert [(one.kind, one.severity) for one in found] == ([("file-writable", Severity.NOTE)] if writable else [])


def test_a_large_table_is_looked_at_in_part_and_that_is_said(
    own_database: ContractDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question over the whole table that runs out of time is asked again of recent rows."""
    from data_access.check.asking import Asker
    from data_access.errors import SourceTooSlow

    original = Asker.rows

    def slow(self: Asker, statement: Any, parameters: Any = None) -> Any:
        words = str(statement)
        if "sum(" in words and "FROM work_orders" in words and "reported_at >=" not in words:
            raise SourceTooSlow("cancelled")
        return original(self, statement, parameters)

    monkeypatch.setattr(Asker, "rows", slow)
    own_database.write(f"{ORDER} handled_at = '2026-03-11 09:40:00' WHERE id = 't01'")
    found = check(own_database)
    assert {one.kind for one in found} == {"only-recent", "wrong-order"}
    assert {one.table for one in found} == {"work_orders"}

    monkeypatch.setattr(Asker, "recent", lambda *_: None)
    assert {one.kind for one in check(own_database)} == {"not-checked"}


def test_a_database_that_is_away_is_an_error_and_not_a_finding(own_sqlite: ContractDatabase) -> None:
    database = ContractDatabase("sqlite", own_sqlite.url + ".gone", "").database()
    with pytest.raises(SourceUnreachable):
        run_check(database, now=small.NOW)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_class_has_its_sentences_and_leaves_no_brace(lang: str) -> None:
    fields = (
        "kind have wanted zone columns value codes second datum inside better last every of theirs ours grant object"
        " via path indicator missing what days seconds why"
    )
    params = dict.fromkeys(fields.split(), "P")
    every = [
        finding(kind, Severity.WARNING, "work_orders.stage", count=1234, example="k", params=params) for kind in TEXTS
    ]
    text = as_text(every, lang)
    assert "{" not in text and "}" not in text
    assert all(f"{kind}: " in text for kind in TEXTS)
    assert as_text([], lang) in {"数据库符合契约。", "The database keeps the contract."}


def test_the_json_form_carries_all_of_it() -> None:
    one = finding(
        "unmapped-code", Severity.FAULT, "work_orders.stage", count=3, example="o1", params={"value": "做", "codes": 1}
    )
    (read,) = json.loads(as_json([one]))
    assert read["kind"] == "unmapped-code" and read["severity"] == "fault"
    assert (read["table"], read["column"], read["count"], read["example"]) == ("work_orders", "stage", 3, "o1")
    assert read["params"] == {"value": "做", "codes": "1"}
    assert "做" in read["text"]["en"] and read["mend"]["zh"]
