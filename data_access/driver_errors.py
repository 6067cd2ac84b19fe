"""Errors of SQLAlchemy and the three drivers as ours. What the driver said stays as the detail, for the log."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data_access.errors import ContractBroken, SourceError, SourceRefused, SourceTooSlow, SourceUnreachable

_POSTGRESQL = {
    "57014": SourceTooSlow,  # statement_timeout
    "55P03": SourceTooSlow,  # lock_timeout
    "40001": SourceTooSlow,  # a standby cancelled the statement to go on replaying
    "42501": SourceRefused,
    "25006": SourceRefused,
    "28": SourceRefused,  # login
    "42": ContractBroken,  # names and types
    "22": ContractBroken,  # a value that is not of the expected type
}
"""SQLSTATE, or its class where the whole class means one thing."""
_MYSQL = {
    1969: SourceTooSlow,
    3024: SourceTooSlow,
    1205: SourceTooSlow,
    1044: SourceRefused,
    1045: SourceRefused,
    1142: SourceRefused,
    1143: SourceRefused,
    1290: SourceRefused,
    1792: SourceRefused,
    1146: ContractBroken,
    1054: ContractBroken,
    1356: ContractBroken,
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
    arguments = getattr(original, "args", ())
    if arguments and isinstance(arguments[0], int):
        return _MYSQL.get(arguments[0])
    state = getattr(original, "sqlstate", None)
    if isinstance(state, str):
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    said = str(original).lower()
    return next((kind for words, kind in _SQLITE if words in said), None)
