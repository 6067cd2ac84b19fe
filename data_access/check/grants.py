"""What our account may write: every grant by name, on each engine. The grant is the proof that we only read."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, text

from data_access.check.asking import Asker
from data_access.check.findings import Finding, Severity, finding
from data_access.connecting import sqlite_path
from data_access.errors import SourceError

_POSTGRESQL: Final = text(
    """
WITH mine AS (SELECT oid, rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')),
relations AS (
    SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind, c.relowner,
           COALESCE(c.relacl, acldefault(CASE WHEN c.relkind = 'S' THEN 'S' ELSE 'r' END::"char", c.relowner)) AS acl
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'
),
grants AS (
    SELECT r.name AS object, g.privilege_type AS privilege, g.grantee
    FROM relations r CROSS JOIN LATERAL aclexplode(r.acl) g
    WHERE NOT (r.relkind = 'S' AND g.privilege_type = 'SELECT')
    UNION ALL
    SELECT r.name || '.' || a.attname, g.privilege_type, g.grantee
    FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid CROSS JOIN LATERAL aclexplode(a.attacl) g
    WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'schema ' || n.nspname, g.privilege_type, g.grantee
    FROM pg_namespace n CROSS JOIN LATERAL aclexplode(COALESCE(n.nspacl, acldefault('n', n.nspowner))) g
    WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND g.privilege_type = 'CREATE'
    UNION ALL
    SELECT 'database ' || d.datname, g.privilege_type, g.grantee
    FROM pg_database d CROSS JOIN LATERAL aclexplode(COALESCE(d.datacl, acldefault('d', d.datdba))) g
    WHERE d.datname = current_database() AND g.privilege_type = 'CREATE'
)
SELECT g.object, g.privilege, CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE m.rolname END AS via
FROM grants g LEFT JOIN mine m ON m.oid = g.grantee
WHERE g.privilege <> 'SELECT' AND (g.grantee = 0 OR m.oid IS NOT NULL)
  AND NOT (g.object LIKE 'schema %' AND g.privilege = 'USAGE')
ORDER BY 1, 2, 3
"""
)
_POSTGRESQL_ROLES: Final = text(
    """
SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolname = current_user AS self
FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER') ORDER BY rolname
"""
)
_STRONG_ROLES: Final = frozenset(
    {
        "pg_write_all_data",
        "pg_write_server_files",
        "pg_execute_server_program",
        "pg_database_owner",
        "pg_maintain",
        "pg_create_subscription",
    }
)
_HARMLESS: Final = frozenset(
    {
        "USAGE",
        "SELECT",
        "SHOW VIEW",
        "SHOW DATABASES",
        "PROCESS",
        "REPLICATION CLIENT",
        "BINLOG MONITOR",
        "SLAVE MONITOR",
        "REPLICA MONITOR",
    }
)
"""What a reading account of MariaDB or MySQL may have without being able to change anything."""


def writing(asker: Asker) -> list[Finding]:
    """Each grant with which our account could change something."""
    if asker.dialect == "sqlite":
        return list(_file(asker))
    try:
        with asker.connection() as connection:
            held = list(_postgresql(connection) if asker.dialect == "postgresql" else _mysql(connection))
    except SourceError as error:
        asker.not_checked("write grants", "", error)
        return []
    return [
        finding("write-grant", Severity.FAULT, params={"grant": grant, "object": name, "via": via})
        for grant, name, via in dict.fromkeys(held)
    ]


def _file(asker: Asker) -> Iterator[Finding]:
    path = sqlite_path(asker.database._url)
    if os.access(path, os.W_OK):
        yield finding("file-writable", Severity.NOTE, params={"path": path})


def _postgresql(connection: Connection) -> Iterator[tuple[str, str, str]]:
    roles = connection.execute(_POSTGRESQL_ROLES).all()
    strong = [row for row in roles if row.rolsuper]
    for row in strong:
        yield "SUPERUSER", "everything", "itself" if row.self else f"role {row.rolname}"
    if any(row.self for row in strong):
        return
    for row in roles:
        via = "itself" if row.self else f"role {row.rolname}"
        for granted, name in (
            (row.rolcreaterole, "CREATEROLE"),
            (row.rolcreatedb, "CREATEDB"),
            (row.rolreplication, "REPLICATION"),
        ):
            if granted:
                yield name, "the server", via
        if row.rolname in _STRONG_ROLES and not row.self:
            yield "MEMBER", row.rolname, "role membership"
    who = connection.execute(text("SELECT current_user")).scalar()
    for row in connection.execute(_POSTGRESQL):
        via = "itself" if row.via == who else row.via if row.via == "PUBLIC" else f"role {row.via}"
        yield row.privilege, row.object, via


def _mysql(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Grants of the account, of PUBLIC and of every role it may take on (which only who has taken it on may see)."""
    mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
    lines = list(_lines(connection, "SHOW GRANTS"))
    told = [(line, "itself") for line in lines]
    for role in dict.fromkeys(role for line in lines if _parsed(line) is None for role in _roles(line)):
        if mariadb:
            connection.exec_driver_sql(f"SET ROLE `{role}`")
            told += [(line, f"role {role}") for line in _lines(connection, "SHOW GRANTS")]
            connection.exec_driver_sql("SET ROLE NONE")
        else:
            using = f"SHOW GRANTS FOR CURRENT_USER() USING `{role}`"
            told += [(line, f"role {role}") for line in _lines(connection, using) if line not in lines]
    for line, via in told:
        if (granted := _parsed(line)) is None:
            continue
        privileges, target, grantee, options = granted
        by = via
        if mariadb:
            by = "PUBLIC" if grantee == "PUBLIC" else "itself" if "@" in grantee else f"role {grantee.strip('`')}"
        for privilege in (*privileges, *(("GRANT OPTION",) if "GRANT OPTION" in options else ())):
            if privilege.split("(")[0].strip() not in _HARMLESS:
                yield privilege, target, by


def _roles(line: str) -> Sequence[str]:
    """The roles in ``GRANT `a`, `b`@`%` TO ...``."""
    return re.findall(r"`([^`]+)`(?:@`[^`]*`)?", line.partition(" TO ")[0])


def _lines(connection: Connection, statement: str) -> Sequence[str]:
    return [str(row[0]) for row in connection.exec_driver_sql(statement)]


def _parsed(line: str) -> tuple[list[str], str, str, str] | None:
    """Privileges, object, grantee and options of a line of SHOW GRANTS; None where roles are granted."""
    found = re.match(r"GRANT (.+?) ON (.+?) TO (\S+)(.*)$", line)
    if found is None:
        return None
    return list(_split(found.group(1))), found.group(2).replace("`", ""), found.group(3), found.group(4)


def _split(privileges: str) -> Iterable[str]:
    """The privileges of a list; commas within a list of columns do not separate them."""
    return (one.strip().replace("`", "") for one in re.split(r",(?![^(]*\))", privileges))
