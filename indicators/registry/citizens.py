"""What citizens said when they were asked afterwards (回访): response, resolution, satisfaction (接诉即办三率)."""

from typing import Final

from indicators.registry.entry import CASES, MONTH, PERCENT, Indicator, Text
from indicators.windows import FollowedUpIn

BASIC_WEIGHT: Final = 0.9
"""By how much a basically satisfied citizen counts in the satisfaction rate."""

_NO_CALLS: Final = Text("无有效回访：显示“—”", "No valid follow-ups: a dash")
_VALID: Final = ("work_orders.followup_valid",)

ENTRIES: Final = (
    Indicator(
        id="followups",
        name=Text("有效回访数", "Valid follow-ups"),
        formula=Text("期内完成的有效回访件数", "Cases with a valid follow-up in the period"),
        unit=CASES,
        better="none",
        window=FollowedUpIn(MONTH),
        predicate=lambda o, at: o.followup_valid == 1,
        needs=_VALID,
        zero=_NO_CALLS,
    ),
    Indicator(
        id="resp",
        name=Text("响应率", "Response rate"),
        formula=Text(
            "期内有效回访的件中：承办单位联系过诉求人的 ÷ 有效回访",
            "Of the valid follow-ups in the period: those whom the department had contacted / valid follow-ups",
        ),
        unit=PERCENT,
        better="up",
        window=FollowedUpIn(MONTH),
        predicate=lambda o, at: o.contacted == 1,
        denominator=lambda o, at: o.followup_valid == 1,
        needs=(*_VALID, "work_orders.contacted"),
        zero=_NO_CALLS,
    ),
    Indicator(
        id="solve",
        name=Text("解决率", "Resolution rate"),
        formula=Text(
            "期内有效回访的件中：诉求人认可已解决的 ÷ 有效回访（不是 ÷ 受理）",
            "Of the valid follow-ups in the period: those who say it is solved / valid follow-ups, not all cases",
        ),
        unit=PERCENT,
        better="up",
        window=FollowedUpIn(MONTH),
        predicate=lambda o, at: o.solved == 1,
        denominator=lambda o, at: o.followup_valid == 1,
        needs=(*_VALID, "work_orders.solved"),
        zero=_NO_CALLS,
    ),
    Indicator(
        id="sat",
        name=Text("满意率", "Satisfaction rate"),
        formula=Text(
            f"期内有效回访的件中：（满意＋{BASIC_WEIGHT} × 基本满意）÷ 有效回访",
            f"Of the valid follow-ups in the period: (satisfied + {BASIC_WEIGHT} x basically satisfied) / valid "
            "follow-ups",
        ),
        unit=PERCENT,
        better="up",
        window=FollowedUpIn(MONTH),
        predicate=lambda o, at: o.satisfaction == "satisfied",
        denominator=lambda o, at: o.followup_valid == 1,
        partial=lambda o, at: o.satisfaction == "basic",
        weight=BASIC_WEIGHT,
        needs=(*_VALID, "work_orders.satisfaction"),
        zero=_NO_CALLS,
    ),
)
