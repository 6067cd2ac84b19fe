"""Errors of SQLAlchemy and the three drivers, turned into ours. What the driver said stays as the detail, for the log."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data_access.errors import ContractBroken, SourceError, SourceRefused, SourceTooSlow, SourceUnreachable

_POSTGRESQL = {
    "57014": SourceTooSlow,
    "55P03": SourceTooSlow,
    "42501": SourceRefused,
    "25006": SourceRefused,
    "42P01": ContractBroken,
    "42703": ContractBroken,
    "42883": ContractBroken,
}
_MYSQL = {
    1969: SourceTooSlow,
    3024: SourceTooSlow,
    1205: SourceTooSlow,
    1044: SourceRefused,
    1142: SourceRefused,
    1143: SourceRefused,
    1290: SourceRefused,
    1792: SourceRefused,
    1146: ContractBroken,
    1054: ContractBroken,
}
_SQLITE = (
    ("interrupted", SourceTooSlow),
    ("locked", SourceTooSlow),
    ("readonly", SourceRefused),
    ("not authorized", SourceRefused),
    ("no such table", ContractBroken),
    ("no such column", ContractBroken),
)


def translate(error: SQLAlchemyError) -> SourceError:
    """The error of ours that says what happened; anything not recognised counts as unreachable."""
    detail = " ".join(str(getattr(error, "orig", error)).split())
    if isinstance(error, PoolTimeout):
        return SourceUnreachable("all connections are busy", cause="pool")
    if not isinstance(error, DBAPIError):
        return ContractBroken(detail, missing=detail)
    kind = _kind_of(error)
    if kind is ContractBroken:
        return ContractBroken(detail, missing=detail)
    return (kind or SourceUnreachable)(detail, cause="driver")


def _kind_of(error: DBAPIError) -> type[SourceError] | None:
    original = error.orig
    state = getattr(original, "sqlstate", None)
    if isinstance(state, str):
        return _POSTGRESQL.get(state)
    arguments = getattr(original, "args", ())
    if arguments and isinstance(arguments[0], int):
        return _MYSQL.get(arguments[0])
    said = str(original).lower()
    return next((kind for words, kind in _SQLITE if words in said), None)
