"""Reading the reference data: areas without their boundaries, departments, categories."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from data_access import contract
from data_access.crs import Crs, point_to_wgs84
from data_access.reference import Area, AreaTree, Category, Department, Reference
from data_access.shape import Shape, absent


def read_reference(connection: Connection, shape: Shape, crs: Crs) -> Reference:
    """The reference data as they stand in this snapshot; label points in WGS-84. Raises SQLAlchemyError."""

    def rows(table: Table, names: str) -> list[Any]:
        return list(connection.execute(_columns(table, shape, connection, names.split())).all())

    areas = rows(contract.areas, "code parent_code level name name_en kind lon lat households population")
    departments = rows(contract.departments, "code name parent_code area_code group short_name name_en")
    categories = rows(
        contract.categories,
        "code parent_code name kind edition name_en limit_value limit_unit limit_clock sensitive",
    )
    return Reference(
        tree=AreaTree.build(
            Area(code, parent, level, name, name_en, kind, *point_to_wgs84(lon, lat, crs), households, population)
            for code, parent, level, name, name_en, kind, lon, lat, households, population in areas
        ),
        departments={row[0]: Department(*row) for row in departments},
        categories={row[0]: replace(Category(*row), sensitive=bool(row[-1])) for row in categories},
    )


def _columns(table: Table, shape: Shape, connection: Connection, names: list[str]) -> Select[Any]:
    have = shape.columns[table.name]
    return select(
        *(table.c[name] if name in have else absent(table.c[name], connection.dialect.name) for name in names)
    )
