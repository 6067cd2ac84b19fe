"""Readings: each asks the database one question through a scope and answers with a frozen value.

A reading is ``(db: ScopedReader, at: At) -> value | NotRecorded``. The fast ones of a beat share one snapshot; slow
ones (rates over weeks) have their own and say their own as-of. Nothing here knows who shows the value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from data_access.engine import ScopedReader
from indicators.readings import (
    alarms,
    counts,
    deadlines,
    detectors,
    events,
    history,
    holding,
    horizon,
    hot,
    looking_good,
    map_cells,
    origins,
    people,
    process,
    rates,
    scores,
    settled,
    supervision,
)
from indicators.values import At


@dataclass(frozen=True, slots=True)
class Reading:
    """A named reading and the lane it is taken in.

    Readings of one ``turn`` are taken in the same beat, because they share a query; those of different turns that are
    due equally often are taken in different beats, so that none has all of them.
    """

    name: str
    read: Callable[[ScopedReader, At], Any]
    lane: Literal["fast", "slow"]
    turn: int = 0


READINGS: Final[Mapping[str, Reading]] = {
    reading.name: reading
    for reading in (
        Reading("pulse", counts.pulse, "fast"),
        Reading("flow", counts.flow, "fast"),
        Reading("trend", history.trend, "fast", 3),
        Reading("sla", deadlines.sla, "fast"),
        Reading("ticker", events.ticker, "fast"),
        Reading("sources", events.sources, "fast"),
        Reading("duty", people.duty, "fast", 1),
        Reading("map_workload", map_cells.map_workload, "fast", 2),
        Reading("map_overdue", map_cells.map_overdue, "fast", 2),
        Reading("map_duty", map_cells.map_duty, "fast", 1),
        Reading("ageing", process.ageing, "fast", 4),
        Reading("longest", process.longest, "fast", 4),
        Reading("supervision", supervision.supervision, "fast", 2),
        Reading("alarms", alarms.alarms, "fast"),
        Reading("lights", deadlines.lights, "fast"),
        Reading("horizon", horizon.horizon, "fast"),
        Reading("last_week", history.last_week, "slow"),
        Reading("sparks", history.sparks, "slow"),
        Reading("types", history.types, "slow"),
        Reading("ontime", rates.ontime, "slow"),
        Reading("departments", rates.departments, "slow"),
        Reading("map_ontime", rates.map_ontime, "slow"),
        Reading("holding", holding.holding, "slow"),
        Reading("replies", supervision.replies, "slow"),
        Reading("ladder", origins.ladder, "slow"),
        Reading("origins", origins.origins, "slow"),
        Reading("type_moves", origins.type_moves, "slow"),
        Reading("hot_areas", hot.hot_areas, "slow"),
        Reading("detectors", detectors.detectors, "slow"),
        Reading("scores_departments", scores.scores_departments, "slow"),
        Reading("scores_counties", scores.scores_counties, "slow"),
        Reading("scores_streets", scores.scores_streets, "slow"),
        Reading("trends_departments", scores.trends_departments, "slow"),
        Reading("trends_counties", scores.trends_counties, "slow"),
        Reading("trends_streets", scores.trends_streets, "slow"),
        Reading("settled_departments", settled.settled_departments, "slow"),
        Reading("settled_counties", settled.settled_counties, "slow"),
        Reading("settled_streets", settled.settled_streets, "slow"),
        Reading("looking_good", looking_good.looking_good, "slow"),
    )
}
"""All readings that the broadcast may take, by name."""
