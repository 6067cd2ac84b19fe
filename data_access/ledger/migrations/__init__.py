"""The steps by which the ledger's tables came to be; alembic runs them (``data_access.ledger.migrate``)."""
