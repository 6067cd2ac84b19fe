"""Bringing the ledger's tables to the present state: once, under a lock, however many processes open it at once."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, column, inspect, select, table

from data_access.errors import LedgerError

HEAD: Final = "0002"
"""The last step; a test compares it with the modules."""

FOLDER: Final = Path(__file__).with_name("migrations")
_VERSION: Final = table("alembic_version", column("version_num"))
_LOCK: Final = 73657101
"""The advisory lock of PostgreSQL under which the steps run: any number, the same in every release."""


def bring_up(engine: Engine) -> None:
    """Make or change the tables as far as needed. Ledgers that an earlier release made are taken over.

    Raises LedgerError for a ledger of a newer release, and SQLAlchemy's errors.
    """
    with engine.connect() as connection:
        if _step_of(connection) == HEAD:
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if _step_of(connection) != HEAD:  # another process may have done it while we waited for the lock
            _run_steps(connection)


def _step_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar()
    return found


def _run_steps(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise LedgerError(f"the ledger was made by a newer release: {error}", cause="newer") from error
