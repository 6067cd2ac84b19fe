"""The read contract: the tables and columns gridwall reads from a grid-governance platform, as plain tables or views.

Few columns are required. A null, an absent optional column or an absent optional table means "not recorded", never 0.
Codes are text (leading zeros matter). Times are stored as the database has them; ``LocalTime`` hands them to Python as
naive city time, whatever the engine stored. Coordinates are WGS-84 degrees unless ``GRIDWALL_SOURCE_CRS`` says other.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Float, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

CODE: Final = 40
"""Longest code or id, in characters."""


class LocalTime(TypeDecorator[datetime]):
    """A moment as naive city time in Python.

    SQLite: text ``YYYY-MM-DD HH:MM:SS``, so that comparing texts is comparing times. PostgreSQL: ``timestamp`` or
    ``timestamptz`` (each transaction sets the session's time zone to the city's). MariaDB and MySQL: ``datetime``.
    A stored text that is no time is read as None; ``gridwall check`` counts such rows.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, a plain date-time elsewhere."""
        stored: TypeEngine[Any] = String(19) if dialect.name == "sqlite" else DateTime()
        return dialect.type_descriptor(stored)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """City time as the engine stores it; an aware value is refused, its zone would be dropped in silence."""
        if value is None:
            return None
        if value.tzinfo is not None:
            raise ValueError("city time is naive; convert aware times at the edge")
        return value.strftime("%Y-%m-%d %H:%M:%S") if dialect.name == "sqlite" else value.replace(microsecond=0)

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """Naive city time, or None for a null or for a text that is no time."""
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                return None
        return value.replace(tzinfo=None) if isinstance(value, datetime) else None


class Stage(StrEnum):
    """Where an order stands (domain: 上报, 立案前核实, 立案, 派遣, 处置, 结案前核查, 结案, 作废, 撤销)."""

    REPORTED = "reported"
    VERIFYING = "verifying"
    FILED = "filed"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    CHECKING = "checking"
    CLOSED = "closed"
    VOID = "void"
    CANCELLED = "cancelled"


class Level(StrEnum):
    """Levels of areas, from the city down."""

    CITY = "city"
    COUNTY = "county"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    MICRO_GRID = "micro_grid"
    ZONE = "zone"


def _code(name: str, *, required: bool = False, key: bool = False) -> Column[str]:
    return Column(name, String(CODE), primary_key=key, nullable=not key, info={"required": required or key})


def _text(name: str, *, required: bool = False) -> Column[str]:
    return Column(name, Text, info={"required": required})


def _time(name: str, *, required: bool = False) -> Column[datetime]:
    """Required means the column must be there; a null is still "not yet"."""
    return Column(name, LocalTime, info={"required": required})


def _real(name: str, *, required: bool = False) -> Column[float]:
    return Column(name, Float(53), info={"required": required})


def _int(name: str) -> Column[int]:
    return Column(name, Integer, info={"required": False})


def _big(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False, info={"required": True})


def _table(name: str, *columns: Column[Any], required: bool = False) -> Table:
    return Table(name, metadata, *columns, info={"required": required})


metadata: Final = MetaData()

areas: Final = _table(
    "areas",
    _code("code", key=True),
    _code("parent_code", required=True),
    _code("level", required=True),
    _text("name", required=True),
    _text("boundary", required=True),
    _real("lon", required=True),
    _real("lat", required=True),
    _code("kind"),
    _text("name_en"),
    _int("households"),
    _int("population"),
    _time("valid_from"),
    _time("valid_to"),
    required=True,
)

departments: Final = _table(
    "departments",
    _code("code", key=True),
    _text("name", required=True),
    _code("parent_code"),
    _code("area_code"),
    _code("group"),
    _text("short_name"),
    _text("name_en"),
    required=True,
)

categories: Final = _table(
    "categories",
    _code("code", key=True),
    _code("parent_code", required=True),
    _text("name", required=True),
    _code("kind"),
    _code("edition"),
    _text("name_en"),
    _real("limit_value"),
    _code("limit_unit"),
    _code("limit_clock"),
    _int("sensitive"),
    _int("public"),
    required=True,
)

work_orders: Final = _table(
    "work_orders",
    _code("id", key=True),
    _code("case_no", required=True),
    _code("category_code", required=True),
    _code("area_code", required=True),
    _code("stage", required=True),
    _time("reported_at", required=True),
    _time("closed_at", required=True),
    _time("updated_at", required=True),
    _text("title"),
    _text("description"),
    _text("result"),
    _code("source"),
    _text("filing_condition"),
    _real("lon"),
    _real("lat"),
    _code("location_quality"),
    _text("address"),
    _code("reporter_worker_id"),
    _code("handler_worker_id"),
    _code("department_code"),
    _code("first_department_code"),
    _code("outcome"),
    _code("urgency"),
    _real("limit_value"),
    _code("limit_unit"),
    _code("limit_clock"),
    _time("clock_started_at"),
    _time("verified_at"),
    _time("accepted_at"),
    _time("filed_at"),
    _time("dispatched_at"),
    _time("taken_at"),
    _time("handled_at"),
    _time("checked_at"),
    _time("ended_at"),
    _time("handle_due_at"),
    _time("close_due_at"),
    _int("dispatches"),
    _int("departments_dispatched"),
    _int("reworks"),
    _int("returns"),
    _int("extensions"),
    _int("exempt"),
    _int("handled_on_spot"),
    _code("resolved_level"),
    _code("duplicate_of"),
    _int("photos_before"),
    _int("photos_after"),
    _time("followup_at"),
    _int("followup_valid"),
    _int("contacted"),
    _int("solved"),
    _code("satisfaction"),
    _code("query_code"),
    required=True,
)

work_order_events: Final = _table(
    "work_order_events",
    _big("id"),
    _code("order_id", required=True),
    _time("at", required=True),
    _code("action", required=True),
    _code("from_stage"),
    _code("to_stage"),
    _code("from_department"),
    _code("to_department"),
    _code("level"),
    _code("actor_role"),
    _code("worker_id"),
    _text("note"),
)

work_order_measures: Final = _table(
    "work_order_measures",
    _big("id"),
    _code("order_id", required=True),
    _code("kind", required=True),
    _time("asked_at", required=True),
    _time("decided_at"),
    _code("result"),
    _time("from_at"),
    _time("until_at"),
    _time("old_due_at"),
    _time("new_due_at"),
    _code("grade"),
    _time("reply_due_at"),
    _time("replied_at"),
    _code("department_code"),
    _text("reason"),
)

workers: Final = _table("workers", _code("id", key=True), _text("name"), _text("phone"), _code("role"), _int("active"))

worker_areas: Final = _table(
    "worker_areas",
    _code("worker_id", key=True),
    _code("area_code", key=True),
    _code("role"),
    _time("valid_from"),
    _time("valid_to"),
)

worker_positions: Final = _table(
    "worker_positions",
    _code("worker_id", key=True),
    _time("at", required=True),
    _real("lon", required=True),
    _real("lat", required=True),
    _real("accuracy_m"),
)

patrol_pings: Final = _table(
    "patrol_pings",
    _big("id"),
    _code("worker_id", required=True),
    _time("at", required=True),
    _real("lon", required=True),
    _real("lat", required=True),
    _real("accuracy_m"),
    _time("received_at"),
)

shifts: Final = _table(
    "shifts",
    _big("id"),
    _code("worker_id", required=True),
    _time("start_at", required=True),
    _time("end_at", required=True),
    _code("kind", required=True),
    _code("area_code"),
)

source_feeds: Final = _table(
    "source_feeds",
    _code("code", key=True),
    _text("name", required=True),
    _time("last_received_at", required=True),
    _int("expected_every_s"),
)

duty_roster: Final = _table(
    "duty_roster",
    Column("day", String(10), primary_key=True, info={"required": True}),
    _code("area_code", key=True),
    _code("role", key=True),
    _text("name"),
    _text("phone"),
)

area_links: Final = _table("area_links", _code("code", key=True), _code("zone_code", key=True))

INDEXES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "areas": (("parent_code",),),
    "work_orders": (
        ("stage", "area_code", "close_due_at", "handle_due_at", "department_code", "category_code", "id", "taken_at"),
        (
            "reported_at", "area_code", "department_code", "category_code", "stage", "handled_on_spot", "source",
            "location_quality", "id",
        ),
        ("filed_at", "area_code", "department_code", "category_code", "stage", "handled_on_spot"),
        ("closed_at", "area_code", "stage", "department_code", "resolved_level", "outcome", "handled_on_spot"),
        (
            "ended_at", "closed_at", "stage", "area_code", "department_code", "reported_at", "close_due_at",
            "handle_due_at", "handled_on_spot", "id",
        ),
        (
            "close_due_at", "handle_due_at", "area_code", "department_code", "closed_at", "stage", "exempt",
            "handled_on_spot", "id",
        ),
        ("updated_at", "area_code", "department_code"),
        ("accepted_at", "area_code", "stage", "verified_at", "reported_at", "handled_on_spot"),
        (
            "dispatched_at", "area_code", "department_code", "stage", "handled_on_spot", "departments_dispatched",
            "returns",
        ),
        ("taken_at", "area_code"),
        ("handled_at", "area_code", "department_code", "stage", "handled_on_spot", "reworks"),
        (
            "handle_due_at", "area_code", "department_code", "handled_at", "closed_at", "stage", "exempt",
            "handled_on_spot", "extensions",
        ),
        ("followup_at", "area_code", "department_code", "followup_valid", "contacted", "solved", "satisfaction"),
    ),
    "work_order_events": (("order_id", "at"), ("at",)),
    "work_order_measures": (
        ("order_id", "kind", "result", "old_due_at"),
        ("kind", "asked_at"),
        ("kind", "replied_at", "reply_due_at", "result"),
        ("kind", "result", "until_at", "order_id"),
        ("kind", "result", "decided_at", "old_due_at", "order_id"),
    ),
    "worker_areas": (("area_code",),),
    "worker_positions": (("at", "worker_id"),),
    "patrol_pings": (("worker_id", "at"),),
    "shifts": (("kind", "end_at", "start_at", "worker_id", "area_code"), ("worker_id", "start_at")),
}  # fmt: skip
"""Indexes that keep live counts flat as history grows: table -> column lists. ``gridwall check`` names what is missing.

Columns that a database does not record are left out of its indexes. None begins with an area or a department: it would
lure an engine to read the whole history of a place for what happened there today.
"""
