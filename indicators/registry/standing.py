"""States of now that stand beside the deadlines: the backlog, what is parked, what is under supervision.

With the last goes how supervisions were answered.
"""

from datetime import timedelta
from typing import Final

from indicators.registry.entry import CASES, DEADLINE, PERCENT, Indicator, Text
from indicators.rules import measures, orders
from indicators.windows import Now, RepliesIn, Span

_ASKED: Final = (
    "work_order_measures.kind", "work_order_measures.result", "work_order_measures.replied_at",
)  # fmt: skip

ENTRIES: Final = (
    Indicator(
        id="backlog_od",
        name=Text("超期未结数", "Overdue backlog"),
        formula=Text(
            "此刻在办、且有效期限已过的件数（与“超期”同一口径）",
            "Open cases past their effective deadline now (the same as Overdue)",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: orders.is_overdue(o, at.now, at.moved),
        needs=(DEADLINE,),
    ),
    Indicator(
        id="parked",
        name=Text("挂账无止期", "Parked"),
        formula=Text(
            "此刻在办、挂账而未定恢复日期的件数；挂账期间不进入任何按期率，也不算超期",
            "Open cases suspended without an end: neither overdue nor in any on-time rate while that lasts",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: orders.is_parked(o, at.moved),
        needs=(DEADLINE, "work_order_measures.kind", "work_order_measures.result", "work_order_measures.from_at"),
    ),
    Indicator(
        id="spared",
        name=Text("暂停未计超期数", "Held past the source's deadline"),
        formula=Text(
            "此刻在办、来源系统的期限已过，但因挂账扣时有效期限未到（或挂账未定止期）的件数；不算超期",
            "Open cases past the deadline of the source and not past the effective one, because suspensions are taken "
            "out of their time; not overdue",
        ),
        unit=CASES,
        better="none",
        window=Now(),
        predicate=lambda o, at: orders.is_spared(o, at.now, at.moved),
        needs=(DEADLINE, "work_order_measures.kind", "work_order_measures.result", "work_order_measures.from_at"),
    ),
    Indicator(
        id="supervised",
        name=Text("督办未复数", "Under supervision"),
        formula=Text("此刻在办、督办尚未回复的件数", "Open cases under supervision that is not answered yet"),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: measures.is_supervised(o),
        needs=_ASKED,
    ),
    Indicator(
        id="supervision_late",
        name=Text("督办逾期未复数", "Supervision unanswered in time"),
        formula=Text(
            "此刻在办、督办回复期限已过而未回复的件数",
            "Open cases under supervision whose answer was due and is not there",
        ),
        unit=CASES,
        better="down",
        window=Now(),
        predicate=lambda o, at: measures.answer_is_late(o, at.now),
        needs=(*_ASKED, "work_order_measures.reply_due_at"),
    ),
    Indicator(
        id="supervision_today",
        name=Text("督办今日应回数", "Supervision to be answered today"),
        formula=Text(
            "此刻在办、督办在今日余下时间内应回复而尚未逾期的件数",
            "Open cases under supervision whose answer is due in the rest of the day, and none is late",
        ),
        unit=CASES,
        better="none",
        window=Now(),
        predicate=lambda o, at: measures.answer_is_due(o, at.now, at.midnight + timedelta(days=1)),
        needs=(*_ASKED, "work_order_measures.reply_due_at"),
    ),
    Indicator(
        id="supervision_replied",
        name=Text("督办按时回复率", "Supervision answered in time"),
        formula=Text(
            "按件计：最近一次督办在期内回复、或期内到期未回复的件中，该次回复不晚于应回复时间且没有逾期未回督办的 ÷ "
            "全部；每件只计一次，结案不算回复；作废、撤销的件和未定应回复时间的督办不计",
            "Of the cases whose last supervision was answered in the window, or fell due in it without an answer: "
            "those for which that answer came by its date and none is missing past its date / all of them. Each case "
            "counts once, closing it is no answer; void and cancelled cases and supervisions without a date for the "
            "answer are left out",
        ),
        unit=PERCENT,
        better="up",
        window=RepliesIn(Span("supervision_days")),
        predicate=lambda o, at: measures.replied_in_time(o, at.now),
        denominator=lambda o, at: measures.owes_replies(o),
        needs=("work_order_measures.kind", "work_order_measures.replied_at", "work_order_measures.reply_due_at"),
        zero=Text("无应回复的督办：显示“—”", "No supervision was to be answered: a dash"),
    ),
    Indicator(
        id="due_computed",
        name=Text("推算期限数", "Deadlines computed"),
        formula=Text(
            "此刻在办、来源系统无期限而按时限推算出期限的件数",
            "Open cases for which the source has no deadline, and one is computed from the limit",
        ),
        unit=CASES,
        better="none",
        window=Now(),
        predicate=lambda o, at: at.moved.among(o.id, at.moved.computed()),
        needs=(DEADLINE,),
    ),
)
