"""What stands where right now: the headline counts and the flow through the stages."""

from collections.abc import Mapping
from dataclasses import dataclass

from data_access.contract import Stage, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import total
from indicators.readings import standing
from indicators.registry import REGISTRY
from indicators.rules import orders
from indicators.values import At


@dataclass(frozen=True, slots=True)
class Pulse:
    """Headline counts. ``filed_today`` and ``overdue`` are None where the source records no filing or no deadline."""

    filed_today: int | None
    reported_today: int
    open: int
    closed_today: int
    overdue: int | None


def pulse(db: ScopedReader, at: At) -> Pulse:
    """Three small index ranges (today's reports, filings and closings), and what is open."""
    rows = db.scoped(work_orders)

    def counted(indicator: str) -> int | None:
        entry = REGISTRY[indicator]
        if entry.missing(db.shape):
            return None
        return total(db, rows, {"n": entry.good(rows.c, at)}, where=[entry.window.rows(rows.c, at)])["n"]

    now = standing.everything(db, at)
    return Pulse(
        filed_today=counted("filed_today"),
        reported_today=counted("reported_today") or 0,
        open=now.open,
        closed_today=standing.closed_today(db, at),
        overdue=now.overdue if standing.judged(db) else None,
    )


@dataclass(frozen=True, slots=True)
class StageFlow:
    """One stage: waiting now, of them overdue, and entered since midnight; None is not recorded."""

    stage: Stage
    waiting: int
    overdue: int | None
    entered: int | None


@dataclass(frozen=True, slots=True)
class Flow:
    """The stages in the order of the flow, from reported to checking, and how many were closed today."""

    stages: tuple[StageFlow, ...]
    closed_today: int


def flow(db: ScopedReader, at: At) -> Flow:
    """Waiting and overdue by stage from the open orders; entered today from the rows changed since midnight.

    ``entered`` counts an order in the stage it last entered today by each stage's own time; it relies on ``updated_at``
    being no earlier than any of an order's times, which ``gridwall check`` tests.
    """
    waiting, judged = standing.by_stage(db, at), standing.judged(db)
    entered = _entered(db, at)
    return Flow(
        tuple(
            StageFlow(
                stage,
                waiting.get(stage.value, standing.Standing()).open,
                waiting.get(stage.value, standing.Standing()).overdue if judged else None,
                entered.get(stage.value),
            )
            for stage in orders.OPEN_STAGES
        ),
        standing.closed_today(db, at),
    )


def _entered(db: ScopedReader, at: At) -> Mapping[str, int]:
    """Entered since midnight by stage, of the stages whose time the source records."""
    rows = db.scoped(work_orders)
    stages = [stage for stage in orders.OPEN_STAGES if db.shape.has("work_orders", *orders.entry_columns(stage))]
    named = {stage.value: orders.entered(rows.c, stage, at.midnight, at.now) for stage in stages}
    return total(db, rows, named, where=[rows.c.updated_at >= at.midnight])
