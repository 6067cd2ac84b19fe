"""What entered each stage today: one number a stage, each a cohort of its own time."""

from typing import Final

from data_access.contract import Stage
from indicators.registry.entry import CASES, Indicator, Predicate, Text
from indicators.rules import orders
from indicators.windows import AcceptedIn, Cohort, DispatchedIn, FiledIn, HandledIn, Span, TakenIn

ENTERED: Final = {
    Stage.REPORTED: "reported_today",
    Stage.VERIFYING: "entered_verifying",
    Stage.FILED: "entered_filed",
    Stage.DISPATCHED: "entered_dispatched",
    Stage.HANDLING: "entered_handling",
    Stage.CHECKING: "entered_checking",
}
"""The indicator of what entered an open stage today, by stage."""


def _entered(stage: Stage) -> Predicate:
    return lambda o, at: orders.entered(o, stage)


def _entry(stage: Stage, window: Cohort, zh: str, en: str, *needs: str) -> Indicator:
    return Indicator(
        id=ENTERED[stage],
        name=Text(f"今日进入{zh}", f"Entered {en} today"),
        formula=Text(
            f"今日零时至此刻（最近一次）进入{zh}环节的件数，不论此刻在哪一环节",
            f"Cases that (last) entered {en} between midnight and now, wherever they are by now",
        ),
        unit=CASES,
        better="none",
        window=window,
        predicate=_entered(stage),
        needs=needs,
    )


ENTRIES: Final = (
    _entry(Stage.VERIFYING, AcceptedIn(Span()), "立案前核实", "verification before filing", "work_orders.verified_at"),
    _entry(Stage.FILED, FiledIn(Span()), "立案", "filing"),
    _entry(Stage.DISPATCHED, DispatchedIn(Span()), "派遣", "dispatch"),
    _entry(Stage.HANDLING, TakenIn(Span()), "处置", "handling"),
    _entry(Stage.CHECKING, HandledIn(Span()), "结案前核查", "the check before closing"),
)
