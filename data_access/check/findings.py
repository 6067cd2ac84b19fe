"""A finding: one difference between the database and the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad: a fault makes numbers wrong or writing possible, a warning costs something, a note is only said."""

    FAULT = "fault"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. ``kind`` names the class and its texts; ``example`` is a key of one row concerned."""

    kind: str
    severity: Severity
    table: str = ""
    column: str = ""
    count: int | None = None
    example: str | None = None
    params: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """``table.column``, ``table`` or nothing."""
        return f"{self.table}.{self.column}" if self.column else self.table

    def fields(self) -> dict[str, str]:
        """What the texts may name."""
        return {
            "place": self.place,
            "table": self.table,
            "column": self.column,
            "count": "" if self.count is None else f"{self.count:,}",
            "example": self.example or "",
            **dict(self.params),
        }


def finding(
    kind: str,
    severity: Severity,
    place: str = "",
    *,
    count: int | None = None,
    example: object = None,
    params: Mapping[str, object] | None = None,
) -> Finding:
    """A finding at ``table.column`` or ``table``; parameters become texts."""
    table, _, column = place.partition(".")
    said = None if example is None else str(example)
    return Finding(
        kind, severity, table, column, count, said, tuple((k, str(v)) for k, v in sorted((params or {}).items()))
    )
