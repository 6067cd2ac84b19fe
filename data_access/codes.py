"""Long lists of codes in a statement: one parameter whatever their number, so that no engine's limit is met."""

import json
import re
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Function,
    String,
    Text,
    any_,
    bindparam,
    column,
    false,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator

FEW: Final = 40
"""Up to so many codes are parameters of their own: the planner knows them, and the statement stays small."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]+")


class _JsonList(TypeDecorator[list[str]]):
    """A list of texts as one JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str:
        """The list as JSON."""
        return json.dumps(value, ensure_ascii=False)


def among(code: ColumnElement[str], codes: Collection[str], dialect: str) -> ColumnElement[bool]:
    """Whether the code is one of these, on the engine ``dialect``; never true without codes.

    PostgreSQL gets one array, SQLite one JSON list. MariaDB and MySQL know neither without a detour: they get the codes
    written out, which is safe for plain codes (letters, digits, ``_ . -``); other codes stay parameters.
    """
    ordered = sorted(codes)
    if not ordered:
        return false()
    if len(ordered) <= FEW:
        return code.in_(ordered)
    if dialect == "postgresql":
        return code == any_(bindparam(None, ordered, type_=postgresql.ARRAY(Text)))
    if dialect == "sqlite":
        listed: Function[Any] = func.json_each(bindparam(None, ordered, type_=_JsonList))
        return code.in_(select(column("value", String)).select_from(listed.table_valued("value")))
    if all(_PLAIN.fullmatch(one) for one in ordered):
        return code.bool_op("IN")(literal_column("('" + "','".join(ordered) + "')"))
    return code.in_(ordered)
