"""What stands where right now: the headline counts and the flow through the stages."""

from dataclasses import dataclass

from data_access.contract import Stage, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import all_rows, count, total
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
    """Four small index ranges: today's reports, filings and closings, and what is open."""
    rows = db.scoped(work_orders)
    found: dict[str, int | None] = {}
    for names in (("reported_today",), ("filed_today",), ("closed_today",), ("open", "overdue")):
        entries = [REGISTRY[name] for name in names if not REGISTRY[name].missing(db.shape)]
        if entries:
            named = {entry.id: entry.rows(rows.c, at) for entry in entries}
            found.update(total(db, rows, named, where=[entries[0].window.rows(rows.c, at)]))
    return Pulse(
        filed_today=found.get("filed_today"),
        reported_today=found["reported_today"] or 0,
        open=found["open"] or 0,
        closed_today=found["closed_today"] or 0,
        overdue=found.get("overdue"),
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
    rows = db.scoped(work_orders)
    overdue = REGISTRY["overdue"]
    judged = not overdue.missing(db.shape)
    named = {"waiting": all_rows(), **({"overdue": orders.is_overdue(rows.c, at.now)} if judged else {})}
    waiting = {
        group.key[0]: group.n for group in count(db, rows, named, where=[orders.is_open(rows.c)], by=[rows.c.stage])
    }
    times = {
        stage: rows.c[column]
        for stage, column in orders.ENTERED_BY.items()
        if db.shape.has("work_orders", column) and column != "closed_at"
    }
    entered = total(
        db,
        rows,
        {stage.value: (time >= at.midnight) & (time <= at.now) for stage, time in times.items()},
        where=[rows.c.updated_at >= at.midnight],
    )
    closed = REGISTRY["closed_today"]
    closed_today = total(db, rows, {"n": closed.rows(rows.c, at)}, where=[closed.window.rows(rows.c, at)])["n"]
    stages = tuple(
        StageFlow(
            stage,
            waiting.get(stage.value, {}).get("waiting", 0),
            waiting.get(stage.value, {}).get("overdue", 0) if judged else None,
            entered[stage.value] if stage in times else None,
        )
        for stage in orders.OPEN_STAGES
    )
    return Flow(stages, closed_today)
