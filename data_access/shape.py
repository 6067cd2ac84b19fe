"""Which tables and columns of the contract a database really has; what is absent is "not recorded"."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import NoSuchTableError

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
        """Itself, when all required tables and columns are there. Raises ContractBroken naming the first that is not."""
        needs = {
            table.name: tuple(column.name for column in table.columns if column.info["required"])
            for table in contract.metadata.sorted_tables
            if table.info["required"]
        }
        if lost := self.missing(needs):
            raise ContractBroken(f"required but missing: {', '.join(lost)}", missing=", ".join(lost))
        return self


def read_shape(connection: Connection) -> Shape:
    """The shape of the database behind this connection; tables and views count alike."""
    inspector = inspect(connection)
    found: dict[str, frozenset[str]] = {}
    for table in contract.metadata.sorted_tables:
        try:
            names = frozenset(column["name"] for column in inspector.get_columns(table.name))
        except NoSuchTableError:
            continue
        if names:
            found[table.name] = names & frozenset(table.columns.keys())
    return Shape(found)
