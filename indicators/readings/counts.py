"""What stands where right now: the headline counts and the flow through the stages."""

from dataclasses import dataclass

from data_access.contract import Stage
from data_access.engine import ScopedReader
from indicators.readings import standing
from indicators.registry import ENTERED
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
    """What happened today and what is open: small index ranges, shared with ``flow``."""
    today, now = standing.today(db, at), standing.everything(db, at)
    return Pulse(
        filed_today=today.get("filed_today"),
        reported_today=today["reported_today"],
        open=now.open,
        closed_today=today["closed_today"],
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
    """Waiting and overdue by stage; ``entered`` counts an order in the stages it (last) entered today."""
    today, waiting, judged = standing.today(db, at), standing.by_stage(db, at), standing.judged(db)
    return Flow(
        tuple(
            StageFlow(
                stage,
                waiting.get(stage.value, standing.Standing()).open,
                waiting.get(stage.value, standing.Standing()).overdue if judged else None,
                today.get(ENTERED[stage]),
            )
            for stage in orders.OPEN_STAGES
        ),
        today["closed_today"],
    )
