"""Our own small database beside the operational one: the lease of the publisher and the log of who looked at what.

SQLite by default, PostgreSQL where several machines share it. Never the operational database: that one is only read.
"""

from data_access.ledger.frozen import FrozenPeriod
from data_access.ledger.ledger import Access, Lease, Ledger

__all__ = ["Access", "FrozenPeriod", "Lease", "Ledger"]
