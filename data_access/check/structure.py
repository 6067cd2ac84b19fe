"""Tables, columns, types and indexes: what there is against what the contract names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Integer,
    String,
    Table,
    func,
    inspect,
    text,
    type_coerce,
)
from sqlalchemy.engine.reflection import Inspector

from data_access import contract
from data_access.check.asking import Asker, Probe, key_of, tables_present
from data_access.check.findings import Finding, Severity, finding
from data_access.connecting import zone_is_known
from data_access.contract import LocalTime

FORM: Final = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
"""GLOB of the one form of a time on SQLite: comparing the texts must be comparing the times."""

_WHOLE: Final = frozenset({"smallint", "integer", "bigint", "tinyint", "mediumint", "int", "numeric", "decimal"})
_NUMBER: Final = _WHOLE | {"real", "double precision", "double", "float"}
_ACCEPTED: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "postgresql": {
        "text": frozenset({"text", "character varying"}),
        "time": frozenset({"timestamp without time zone", "timestamp with time zone"}),
        "number": _NUMBER,
        "whole number": _WHOLE,
    },
    "mysql": {
        "text": frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum"}),
        "time": frozenset({"datetime", "timestamp"}),
        "number": _NUMBER,
        "whole number": _WHOLE,
    },
}


_COLUMNS: Final = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema"


def kind_of(column: Column[Any]) -> str:
    """What the contract wants in a column: text, time, number or whole number."""
    if isinstance(column.type, LocalTime):
        return "time"
    if isinstance(column.type, Float):
        return "number"
    if isinstance(column.type, Integer | BigInteger):
        return "whole number"
    return "text"


def missing(asker: Asker) -> list[Finding]:
    """Required tables and columns that are not there, or that the account may not read."""
    found: list[Finding] = []
    for table in contract.metadata.sorted_tables:
        if not asker.has(table):
            if table.info["required"]:
                found.append(finding("missing-table", Severity.FAULT, table.name))
            continue
        found += [
            finding("missing-column", Severity.FAULT, f"{table.name}.{column.name}", params={"kind": kind_of(column)})
            for column in table.columns
            if column.info["required"] and not asker.has(table, column.name)
        ]
    return found


def types(asker: Asker) -> list[Finding]:
    """Columns whose type cannot be compared as the contract means it; on SQLite, where values have types, by value."""
    if asker.dialect == "sqlite":
        return [found for table in tables_present(asker) for found in _sqlite_values(asker, table)]
    accepted = _ACCEPTED["postgresql" if asker.dialect == "postgresql" else "mysql"]
    names = [table.name for table in tables_present(asker)]
    here = "= ANY (current_schemas(false))" if asker.dialect == "postgresql" else "= DATABASE()"
    stored = {
        (str(row[0]).lower(), str(row[1]).lower()): str(row[2]).lower()
        for row in asker.rows(text(f"{_COLUMNS} {here}"))
    }
    found: list[Finding] = []
    for name in names:
        for column in contract.metadata.tables[name].columns:
            have = stored.get((name, column.name))
            wanted = kind_of(column)
            if have is not None and have not in accepted[wanted]:
                place = f"{name}.{column.name}"
                found.append(finding("wrong-type", Severity.FAULT, place, params={"have": have, "wanted": wanted}))
    return found + _zone(asker, stored)


def _zone(asker: Asker, stored: Mapping[tuple[str, str], str]) -> list[Finding]:
    """MariaDB keeps TIMESTAMP as an instant and needs the city's zone to show it; a zone with clock changes by name."""
    if asker.dialect == "postgresql":
        return []
    instants = sorted(f"{t}.{c}" for (t, c), kind in stored.items() if kind == "timestamp" and asker.has(t, c))
    zone = asker.database.options.timezone
    with asker.connection() as connection:
        known = zone_is_known(connection, zone)
    if known or not instants:
        return []
    return [finding("zone-unknown", Severity.WARNING, instants[0], count=len(instants), params={"zone": zone})]


def _sqlite_values(asker: Asker, table: Table) -> list[Finding]:
    probes: list[Probe] = []
    for column in table.columns:
        if not asker.has(table, column.name):
            continue
        raw, wanted = type_coerce(column, String), kind_of(column)
        stored = func.typeof(raw)
        wrong: ColumnElement[bool]
        if wanted == "time":
            wrong = column.is_not(None) & ((stored != "text") | raw.op("NOT GLOB")(FORM))
        elif wanted == "text":
            wrong = stored.not_in(("text", "null"))
        else:
            wrong = stored.not_in(("integer", "real", "null"))
        params = {"have": "another form" if wanted == "time" else "another type", "wanted": wanted}
        probes.append(Probe("wrong-type", Severity.FAULT, column.name, wrong, raw, params))
    return asker.scan("types", table, key_of(table), probes)


def indexes(asker: Asker) -> list[Finding]:
    """Indexes of the contract that no index of the database begins with.

    Behind a view the database is asked for its plan: an index is missing when not even its first column is served.
    """
    found: list[Finding] = []
    for table in tables_present(asker):
        wanted = contract.INDEXES.get(table.name, ())
        with asker.connection() as connection:
            inspector = inspect(connection)
            is_view = table.name in inspector.get_view_names()
            have = [] if is_view else _present(inspector, table.name)
        for columns in wanted:
            if not asker.has(table, *columns):
                continue
            if is_view:
                there = _plan_uses_index(asker, table, columns[0])
            else:
                there = any(tuple(one[: len(columns)]) == columns for one in have)
            if not there:
                params = {"columns": ", ".join(columns), "view": "yes" if is_view else "no"}
                found.append(finding("missing-index", Severity.WARNING, table.name, params=params))
    return found


def _present(inspector: Inspector, table: str) -> list[list[str]]:
    """Column lists of all indexes and of the keys."""
    lists = [[str(c).lower() for c in index["column_names"]] for index in inspector.get_indexes(table)]
    lists.append([str(c).lower() for c in inspector.get_pk_constraint(table)["constrained_columns"]])
    lists += [[str(c).lower() for c in one["column_names"]] for one in inspector.get_unique_constraints(table)]
    return lists


def _plan_uses_index(asker: Asker, table: Table, column: str) -> bool:
    """Whether looking up one value of this column of a view is served by an index of the tables behind it."""
    value = f"'{datetime(2000, 1, 1):%Y-%m-%d %H:%M:%S}'" if kind_of(table.c[column]) == "time" else "'x'"
    with asker.connection() as connection:
        quote = connection.dialect.identifier_preparer.quote
        lookup = f"SELECT {quote(column)} FROM {quote(table.name)} WHERE {quote(column)} = {value}"  # noqa: S608
        if asker.dialect == "sqlite":
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {lookup}")).all()
            return any("USING" in row[-1] and "INDEX" in row[-1] and row[-1].startswith("SEARCH") for row in plan)
        if asker.dialect == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            plan = connection.execute(text(f"EXPLAIN {lookup}")).all()
            return any("Index" in row[0] for row in plan) and not any("Seq Scan" in row[0] for row in plan)
        # EXPLAIN of a view needs rights on the tables behind it; counting the rows looked through needs none.
        counters = "SHOW SESSION STATUS LIKE 'Handler_read_rnd_next'"
        before = int(connection.exec_driver_sql(counters).all()[0][1])
        connection.execute(text(f"{lookup} LIMIT 1")).all()
        after = int(connection.exec_driver_sql(counters).all()[0][1])
        baseline = int(connection.exec_driver_sql(counters).all()[0][1]) - after
        return after - before <= baseline + 1
