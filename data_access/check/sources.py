"""Sources that have been silent for longer than they should."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from data_access import contract
from data_access.check.asking import Asker
from data_access.check.findings import Finding, Severity, finding

GAPS: Final = 4
"""A source is silent after so many times its expected gap."""
WHOLE_SOURCE: Final = timedelta(days=1)
"""No order written for so long is silence, whatever the sources are."""


def silent(asker: Asker) -> list[Finding]:
    """Feeds whose last message is too old or never came, and orders that nobody writes any more."""
    found: list[Finding] = []
    if asker.has("source_feeds", "code", "last_received_at", "expected_every_s"):
        f = contract.source_feeds.c
        for code, last, every in asker.rows(select(f.code, f.last_received_at, f.expected_every_s).order_by(f.code)):
            if every and (last is None or asker.now - last > timedelta(seconds=GAPS * every)):
                params = {"last": last or "-", "every": every}
                found.append(
                    finding(
                        "silent-source", Severity.WARNING, "source_feeds.last_received_at", example=code, params=params
                    )
                )
    if asker.has("work_orders", "updated_at"):
        last = asker.rows(select(func.max(contract.work_orders.c.updated_at)))[0][0]
        if last is None:
            found.append(finding("no-orders", Severity.WARNING, "work_orders"))
        elif asker.now - last > WHOLE_SOURCE:
            params = {"last": last, "every": int(WHOLE_SOURCE.total_seconds())}
            found.append(finding("silent-source", Severity.WARNING, "work_orders.updated_at", params=params))
    return found
