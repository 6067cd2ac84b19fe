"""Which tables and columns of the contract a database really has; what is absent is "not recorded"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, String, bindparam, cast, null, text, type_coerce
from sqlalchemy.exc import OperationalError

from data_access import contract
from data_access.errors import ContractBroken


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns by table name, of the contract's tables that exist."""

    columns: Mapping[str, frozenset[str]]

    def has(self, table: str, *columns: str) -> bool:
        """Whether the table and all these columns exist."""
        return set(columns) <= self.columns[table] if table in self.columns else False

    def missing(self, needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """Of needed columns by table, those that are not there, as ``table.column`` or ``table``."""
        lost: list[str] = []
        for table, columns in needs.items():
            if table not in self.columns:
                lost.append(table)
            else:
                lost.extend(f"{table}.{column}" for column in columns if column not in self.columns[table])
        return tuple(lost)

    def require(self) -> "Shape":
        """Itself, when all required tables and columns are there. Raises ContractBroken naming those that are not."""
        needs = {
            table.name: tuple(column.name for column in table.columns if column.info["required"])
            for table in contract.metadata.sorted_tables
            if table.info["required"]
        }
        if lost := self.missing(needs):
            raise ContractBroken(f"required but missing: {', '.join(lost)}", missing=", ".join(lost))
        return self


def read_shape(connection: Connection) -> Shape:
    """The shape of the database behind this connection; tables and views count alike.

    A column that the account may not read counts as absent. Raises SQLAlchemyError.
    """
    tables = [table.name for table in contract.metadata.sorted_tables]
    if connection.dialect.name == "sqlite":
        pairs = [(table, name) for table in tables for name in _sqlite_columns(connection, table)]
    else:
        statement = _POSTGRESQL if connection.dialect.name == "postgresql" else _MYSQL
        names = bindparam("names", tables, expanding=True, type_=String)
        pairs = [(row[0], row[1]) for row in connection.execute(statement.bindparams(names))]
    found: dict[str, set[str]] = {}
    for table, name in pairs:
        if name.lower() in contract.metadata.tables[table.lower()].columns:
            found.setdefault(table.lower(), set()).add(name.lower())
    return Shape({table: frozenset(names) for table, names in found.items()})


_POSTGRESQL: Final = text(
    "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relname IN :names AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_table_is_visible(c.oid)"
    " AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT')"
)
_MYSQL: Final = text(
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name IN :names AND privileges LIKE '%select%'"
)


def _sqlite_columns(connection: Connection, table: str) -> list[str]:
    """Column names; none without the table and for a view whose own table is gone."""
    try:
        return [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_xinfo('{table}')")]
    except OperationalError as error:
        if "no such" in str(error.orig):
            return []
        raise


def absent(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    """A null in the place of a column that is not recorded. PostgreSQL takes a null of no type for text: it is told."""
    typed = cast if dialect == "postgresql" else type_coerce
    return typed(null(), column.type).label(column.name)
