"""The small city itself, as gridwall reads it on each engine: every row arrives as it was written."""

from datetime import datetime

import pytest
from sqlalchemy import Table, select

from data_access import contract
from data_access.scope import Audience, Scope
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase


@pytest.mark.parametrize("table", contract.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_row_is_read_as_it_was_written(contract_database: ContractDatabase, table: Table) -> None:
    database = contract_database.database()
    keys = [column.name for column in table.primary_key]
    with database.reader(Scope.of(Audience.LEADER)) as db:
        rows = [dict(row._mapping) for row in db.rows(select(db.scoped(table)))]
    database.close()
    found = {tuple(row[key] for key in keys): row for row in rows}
    expected = {
        tuple(row[key] for key in keys): {column.name: row.get(column.name) for column in table.columns}
        for row in small.ROWS[table.name]
    }
    assert found == expected


def test_the_city_is_as_described() -> None:
    assert len(small.ORDERS) == len({order["id"] for order in small.ORDERS}) >= 60
    assert {order["stage"] for order in small.ORDERS} == set(contract.Stage)
    times = [v for row in small.ORDERS for k, v in row.items() if isinstance(v, datetime) and not k.endswith("due_at")]
    assert max(times) <= small.NOW
