"""What people on duty did today: how much of it they were heard of, where they went, how often they left their area."""

from typing import Final

from indicators.registry.entry import PERCENT, Indicator, Text
from indicators.windows import DutyIn, Span

ACCURACY_M: Final = 50
"""Positions less accurate than so many metres say nothing of a place; those that do not tell are believed."""
FENCE_M: Final = 50
"""So many metres around the own area still belong to it."""
AWAY_S: Final = 900
"""Outside for so long is off post."""
INSIDE: Final = 3
"""After so many positions inside, one after the other, somebody is back."""

_TRACKS: Final = ("shifts", "patrol_pings")
_NOBODY: Final = Text("无值勤班次：显示“—”", "No duty shifts: a dash")

ENTRIES: Final = (
    Indicator(
        id="online",
        name=Text("在线率", "Online, share"),
        formula=Text(
            "期内在线分钟 ÷ 值勤分钟：值勤为值勤班次扣除请假，每人重叠的班次只计一次；在线为其中相邻两次定位间隔不超过 "
            "{position_minutes} 分钟的时间",
            "Minutes online / minutes on duty. On duty are duty shifts without leave, of a person once where they "
            "overlap; online is the part of it between two positions at most {position_minutes} minutes apart",
        ),
        unit=PERCENT,
        better="up",
        window=DutyIn(Span()),
        needs=_TRACKS,
        zero=_NOBODY,
    ),
    Indicator(
        id="cover",
        name=Text("巡查覆盖率", "Patrol coverage"),
        formula=Text(
            f"期内值勤人员到过（值勤时间内至少一次定位落在其中，精度不差于 {ACCURACY_M} 米）的网格数 ÷ 有边界的网格数",
            f"Grids in which somebody on duty was (at least one position within, at least {ACCURACY_M} m accurate) / "
            "grids with a boundary",
        ),
        unit=PERCENT,
        better="up",
        window=DutyIn(Span()),
        needs=(*_TRACKS, "areas.boundary"),
        zero=Text("无有边界的网格：显示“—”", "No grids with a boundary: a dash"),
    ),
    Indicator(
        id="offpost",
        name=Text("脱岗次数", "Times off post"),
        formula=Text(
            f"期内值勤时间（扣除请假和外出）里，连续在本人区域外 {FENCE_M} 米以远（计入定位精度）达 {AWAY_S // 60} "
            f"分钟的次数；连续 {INSIDE} 次定位在内为返回，定位中断超过 {{position_minutes}} 分钟为无数据，不算脱岗",
            f"How often somebody on duty (leave and outings taken out) was over {FENCE_M} m outside the own area, "
            f"accuracy allowed for, for {AWAY_S // 60} minutes on end. {INSIDE} positions inside in a row are a "
            "return; over {position_minutes} minutes without a position are no data, not absence",
        ),
        unit=Text("次", "times"),
        better="down",
        window=DutyIn(Span()),
        needs=(*_TRACKS, "areas.boundary"),
    ),
)
