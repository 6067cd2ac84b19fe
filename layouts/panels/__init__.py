"""The panels of the broadcast, by id."""

from collections.abc import Mapping
from typing import Final

from layouts.panel import Panel
from layouts.panels import (
    closed,
    departments,
    duty,
    filed,
    flow,
    map_counts,
    map_frame,
    map_ontime,
    on_duty,
    ontime,
    open_cases,
    overdue,
    sla,
    sources,
    ticker,
    trend,
    types,
)

PANELS: Final[Mapping[str, Panel]] = {
    panel.id: panel
    for panel in (
        filed.PANEL,
        open_cases.PANEL,
        closed.PANEL,
        ontime.PANEL,
        overdue.PANEL,
        on_duty.PANEL,
        flow.PANEL,
        trend.PANEL,
        types.PANEL,
        map_frame.PANEL,
        *map_counts.PANELS,
        map_ontime.PANEL,
        sla.PANEL,
        departments.PANEL,
        duty.PANEL,
        ticker.PANEL,
        sources.PANEL,
    )
}
