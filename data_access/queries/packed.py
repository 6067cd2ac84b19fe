"""Many small groups handed over as few rows: groups with the same numbers travel as one row with all of their keys.

A database finds thousands of groups in less time than a driver takes to hand over as many rows.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select

from data_access.engine import ScopedReader

_BETWEEN: Final = "\x1f"
"""The unit separator of ASCII, which no code has; where one has it after all, the groups are asked for one by one."""

Packed = tuple[str | None, tuple[int, ...]]
"""The key of a group and its numbers."""


def packed(db: ScopedReader, grouped: Select[*tuple[Any, ...]], key: str, *numbers: str) -> list[Packed]:
    """The groups of a statement, in no order: its text column ``key``, which is different in each, and its numbers.

    Keys and letters that come back are counted: where a server cuts long texts short (MySQL does so, by
    ``group_concat_max_len``) the groups are asked for one by one. Raises the errors of ``ScopedReader.rows``.
    """
    groups = grouped.subquery("groups")
    name = groups.c[key]
    alike: list[ColumnElement[Any]] = [groups.c[number] for number in numbers]
    keys = func.aggregate_strings(name, _BETWEEN)
    length = func.length if db.dialect == "sqlite" else func.char_length
    letters = func.coalesce(func.sum(length(name)), 0)
    rows = db.rows(select(func.count(), func.count(name), letters, keys, *alike).group_by(*alike))
    found: list[Packed] = []
    for n, named, long, text, *values in rows:
        codes: list[str | None] = [] if text is None else text.split(_BETWEEN)
        if len(codes) != named or sum(map(len, filter(None, codes))) != long:
            return _one_by_one(db, grouped, key, *numbers)
        codes += [None] * (n - named)
        found += [(code, tuple(map(int, values))) for code in codes]
    return found


def _one_by_one(db: ScopedReader, grouped: Select[*tuple[Any, ...]], key: str, *numbers: str) -> list[Packed]:
    rows = [row._mapping for row in db.rows(grouped)]
    return [(row[key], tuple(int(row[number]) for number in numbers)) for row in rows]
