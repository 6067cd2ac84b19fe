"""Tables of the ledger, as the last of the ``migrations`` leaves them.

Times are seconds since 1970 (UTC): a lease must not stumble over a change of clocks.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata: Final = MetaData()

lease: Final = Table(
    "lease",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until", Float(53), nullable=False),
)
"""One row a role. A released or expired lease keeps its row, because the epoch must go on rising."""

access_log: Final = Table(
    "access_log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Float(53), nullable=False),
    Column("who", String(200), nullable=False),
    Column("audience", String(20), nullable=False),
    Column("action", String(60), nullable=False),
    Column("target", Text, nullable=False, default=""),
    Column("address", String(60), nullable=False, default=""),
    Index("access_log_at", "at"),
)

frozen_period: Final = Table(
    "frozen_period",
    metadata,
    Column("subject", String(20), primary_key=True),
    Column("period", String(40), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("scheme", String(40), nullable=False),
    Column("version", String(40), nullable=False),
    Column("frozen_by", String(200), nullable=False),
    Column("frozen_at", Float(53), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("document", Text, nullable=False),
)
"""Periods as somebody froze them: rows are added, never changed."""
