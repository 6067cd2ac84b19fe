"""What was planted in a demo city, as a file beside its database: which detector must find which order, and when."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from demo import planting
from demo.moments import DAY, NEVER, Ints, moment
from demo.plan import Plan
from demo.planting import PLANTS
from demo.world import World

WINDOW: Final = 7 * DAY
"""Days that the detectors look back, as the built-in policy has them."""
ACCEPTED_WITHIN: Final = 15 * 60
NOT_TAKEN: Final = 0.5
SILENT: Final = 1.5
A_LITTLE: Final = 0.005
"""Share of a limit beyond a threshold: at the threshold itself the clock may stand for a night."""
SAME: Final = 3


def labels_path(database: Path) -> Path:
    """Where the labels of a database are: ``city.sqlite`` has ``city.labels.json``."""
    return database.with_name(f"{database.stem}.labels.json")


def labels(plan: Plan) -> list[dict[str, Any]]:
    """One entry a planted order, by its id. A wanted one must be found at any moment in [from, until); others never.

    The thresholds are those of the built-in policy.
    """
    places = np.flatnonzero([PLANTS[code] is not None for code in plan.planted.tolist()])
    begin, end = _spans(plan)
    found = []
    for place in places.tolist():
        plant = PLANTS[plan.planted[place]]
        if plant is None or (plant.wanted and begin[place] >= end[place]):
            continue
        found.append(
            {
                "order_id": str(plan.number[place]),
                "rule": plant.rule,
                "wanted": plant.wanted,
                "what": plant.what,
                "from": str(moment(int(begin[place]))) if plant.wanted else None,
                "until": str(moment(int(end[place]))) if plant.wanted else None,
            }
        )
    return found


def _spans(plan: Plan) -> tuple[Ints, Ints]:
    """In which span each wanted order shows what it does; empty where the step that shows it is never taken."""
    code = plan.planted
    begin, end = np.full(len(plan), NEVER), np.full(len(plan), 0)

    def span(kind: int, start: Ints, stop: Ints) -> None:
        mine = (code == kind) & (start < NEVER) & (stop < NEVER)
        begin[mine], end[mine] = start[mine], stop[mine]

    span(planting.LATE_ACCEPTANCE, plan.reported + ACCEPTED_WITHIN + 1, plan.t_accept + WINDOW)
    span(planting.NO_REASON, plan.t_extended, plan.t_extension + WINDOW)
    span(planting.SAME_REASON, *_shared_spans(plan))
    for kind, share in ((planting.NOT_TAKEN, NOT_TAKEN), (planting.SILENT, SILENT)):
        mine = np.flatnonzero((code == kind) & (plan.t_take < NEVER) & (plan.due0 < NEVER))
        if len(mine):
            since = plan.t_dispatch0[mine] if kind == planting.NOT_TAKEN else plan.t_take[mine]
            begin[mine] = planting.after(plan, mine, since, share + A_LITTLE)
            end[mine] = (plan.t_take if kind == planting.NOT_TAKEN else plan.t_handle)[mine]
    span(planting.FAST_NO_PHOTO, plan.t_close, plan.t_close + WINDOW)
    span(planting.REWORK_DISSATISFIED, np.maximum(plan.t_followup, plan.t_close), plan.t_close + WINDOW)
    span(planting.THIRD_TIME, plan.reported, plan.reported + WINDOW)
    return begin, end


def _shared_spans(plan: Plan) -> tuple[Ints, Ints]:
    """Of extensions for a shared reason: while enough of a bureau and week are approved, and none too long ago."""
    begin, end = plan.t_extended.copy(), plan.t_extension + WINDOW
    places = np.flatnonzero((plan.planted == planting.SAME_REASON) & (plan.t_extended < NEVER))
    groups: dict[tuple[int, int], list[int]] = {}
    for place in places.tolist():
        groups.setdefault((int(plan.department0[place]), int(plan.reason[place])), []).append(place)
    for members in groups.values():
        if len(members) < SAME:
            end[members] = 0
            continue
        begin[members] = np.maximum(begin[members], np.sort(plan.t_extended[members])[SAME - 1])
        end[members] = np.minimum(end[members], np.sort(plan.t_extension[members])[-SAME] + WINDOW)
    return begin, end


def write_labels(path: Path, world: World, plan: Plan, now: int) -> int:
    """Write the labels of the orders of this plan as they stand at ``now``; returns how many."""
    found = labels(plan)
    content = {"seed": world.seed, "end": str(moment(now)), "labels": found}
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    return len(found)
