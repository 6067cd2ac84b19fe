"""The event log and the measures of orders between two moments."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from demo.moments import NEVER, Bools, Ints, texts
from demo.plan import Plan
from demo.rows import (
    CANCELLED,
    CHECKING,
    CLOSED,
    DISPATCHED,
    FILED,
    HANDLING,
    REPORTED,
    STAGES,
    VERIFYING,
    VOID,
    Columns,
)
from demo.texts import reason
from demo.world import World

ACTIONS: Final = (
    "report", "verify", "accept", "file", "dispatch", "take", "return", "transfer", "rework", "handle", "check",
    "close", "force_close", "void", "cancel", "reopen", "escalate", "measure",
)  # fmt: skip
ROLES: Final = ("collector", "citizen", "acceptor", "dispatcher", "department", "shift_lead", "device", "leader")
ROLE_OF_SOURCE: Final = np.array((0, 1, 1, 6, 6, 7, 4, 1, 1))
NOTES: Final = (
    None,
    "（虚构）不属于本单位职责",
    "（虚构）现场复查未达标",
    "（虚构）申请延期",
    "（虚构）延期审批",
    "（虚构）申请挂账",
    "（虚构）挂账审批",
    "（虚构）督办",
    "（虚构）督办答复",
    "（虚构）超期申诉",
    "（虚构）申诉审批",
    "（虚构）挂账结束",
    "（虚构）现场无此问题",
    "（虚构）地点不清，转社区核对后受理",
)
NOBODY, REPORTER, HANDLER = 0, 1, 2
SAME, NOT_YET = -1, -1
Codes = NDArray[np.int16]
_Step = tuple[Ints, str, int | Ints, int | Ints, int | Ints, int | Ints, str | Ints, int, int | Ints]


class EventLog:
    """Events as parallel arrays: moment, place of the order in the plan, and the rest as small numbers."""

    __slots__ = ("action", "at", "note", "order", "role", "stage_from", "stage_to", "unit_from", "unit_to", "who")

    def __init__(self, plan: Plan, after: int, upto: int) -> None:
        parts: list[tuple[Ints | Codes, ...]] = []
        for times, action, stage_from, stage_to, unit_from, unit_to, role, note, who in _steps(plan):
            here = np.flatnonzero((times > after) & (times <= upto))
            size = len(here)

            def fill(value: int | Ints, here: Ints = here, size: int = size) -> Codes:
                if isinstance(value, np.ndarray):
                    return value[here].astype(np.int16)
                return np.full(size, value, dtype=np.int16)

            roles = role if isinstance(role, np.ndarray) else ROLES.index(role)
            fixed = (ACTIONS.index(action), stage_from, stage_to, unit_from, unit_to, roles, note, who)
            parts.append((times[here], here, *(fill(value) for value in fixed)))
        joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
        order = np.lexsort((np.arange(len(joined[0])), plan.number[joined[1]], joined[0]))
        self.at, self.order, self.action = (column[order] for column in joined[:3])
        self.stage_from, self.stage_to, self.unit_from, self.unit_to = (column[order] for column in joined[3:7])
        self.role, self.note, self.who = (column[order] for column in joined[7:])

    def __len__(self) -> int:
        return len(self.at)


def _steps(plan: Plan) -> list[_Step]:
    """Moment, action, stage before and after, department before and after, role, note and person of each kind of event.

    Where a measure leaves the stage as it is, the stage is that at its moment. Order in the list decides ties.
    """
    first, last, none = plan.department0, plan.holder(), -1
    source = ROLE_OF_SOURCE[plan.source]
    entry = np.where(plan.needs_check, VERIFYING, REPORTED)
    before_end = np.where(plan.on_spot, REPORTED, CHECKING)
    finder = np.where(plan.source == 0, REPORTER, NOBODY)
    spot_who = np.where(plan.on_spot, HANDLER, NOBODY)
    held = np.where(plan.t_dispatch1 < NEVER, plan.department1, first)
    reply = np.where(plan.t_replied < NEVER, plan.t_replied, NEVER)
    at_supervision, at_reply = _stage_at(plan, plan.t_supervision), _stage_at(plan, reply)
    return [
        (plan.reported, "report", NOT_YET, REPORTED, none, none, source, 0, finder),
        (plan.t_transfer, "transfer", REPORTED, REPORTED, none, none, "acceptor", 13, NOBODY),
        (plan.t_accept, "accept", REPORTED, entry, none, none, "acceptor", 0, NOBODY),
        (plan.t_verify, "verify", VERIFYING, VERIFYING, none, none, "collector", 0, HANDLER),
        (plan.t_file, "file", entry, FILED, none, none, "shift_lead", 0, NOBODY),
        (plan.t_void, "void", entry, VOID, none, none, "shift_lead", 0, NOBODY),
        (plan.t_merge, "cancel", entry, CANCELLED, none, none, "shift_lead", 0, NOBODY),
        (plan.t_dispatch0, "dispatch", FILED, DISPATCHED, none, first, "dispatcher", 0, NOBODY),
        (plan.t_return, "return", DISPATCHED, FILED, first, none, "department", 1, NOBODY),
        (plan.t_dispatch1, "dispatch", FILED, DISPATCHED, none, plan.department1, "dispatcher", 0, NOBODY),
        (plan.t_take, "take", DISPATCHED, HANDLING, held, held, "department", 0, HANDLER),
        (plan.t_extension, "measure", HANDLING, HANDLING, last, last, "department", 3, NOBODY),
        (plan.t_extended, "measure", *_both(_stage_at(plan, plan.t_extended)), last, last, "dispatcher", 4, NOBODY),
        (plan.t_suspension, "measure", HANDLING, HANDLING, last, last, "department", 5, NOBODY),
        (plan.t_suspended, "measure", HANDLING, HANDLING, last, last, "dispatcher", 6, NOBODY),
        (plan.t_resumed, "measure", HANDLING, HANDLING, last, last, "dispatcher", 11, NOBODY),
        (plan.t_supervision, "measure", *_both(at_supervision), last, last, "leader", 7, NOBODY),
        (plan.t_handle0, "handle", HANDLING, CHECKING, last, last, "department", 0, HANDLER),
        (plan.t_rework, "rework", CHECKING, HANDLING, last, last, "collector", 2, HANDLER),
        (plan.t_handle, "handle", HANDLING, CHECKING, last, last, "department", 0, HANDLER),
        (plan.t_check, "check", CHECKING, CHECKING, last, last, "collector", 0, HANDLER),
        (plan.t_force, "force_close", HANDLING, CLOSED, last, last, "shift_lead", 0, NOBODY),
        (plan.t_cancel, "cancel", HANDLING, CANCELLED, last, last, "citizen", 0, NOBODY),
        (plan.t_annul, "void", HANDLING, VOID, last, last, "dispatcher", 12, NOBODY),
        (plan.t_close, "close", before_end, CLOSED, last, last, np.where(plan.on_spot, 0, 5), 0, spot_who),
        (reply, "measure", *_both(at_reply), last, last, "department", 8, NOBODY),
        (plan.t_appeal, "measure", CLOSED, CLOSED, last, last, "department", 9, NOBODY),
        (plan.t_appealed, "measure", CLOSED, CLOSED, last, last, "dispatcher", 10, NOBODY),
    ]


def _both(stage: Ints) -> tuple[Ints, Ints]:
    return stage, stage


def _stage_at(plan: Plan, times: Ints) -> Ints:
    """Stage of each order at its own moment, between taking and the end."""
    stage = np.full(len(plan), HANDLING)
    for step, then in (
        (plan.t_handle0, CHECKING),
        (plan.t_rework, HANDLING),
        (plan.t_handle, CHECKING),
        (plan.t_close, CLOSED),
        (plan.t_force, CLOSED),
    ):
        stage = np.where(step <= times, then, stage)
    return np.where(plan.t_take > times, DISPATCHED, stage)


def event_columns(world: World, plan: Plan, log: EventLog, first_id: int, chosen: slice) -> Columns:
    """Columns of ``work_order_events`` for a slice of the log, ids counted on from ``first_id``."""
    order = log.order[chosen]
    names = [str(n) for n in plan.number.tolist()] if len(order) > len(plan) // 4 else None
    ids = [names[o] for o in order.tolist()] if names else [str(n) for n in plan.number[order].tolist()]
    stage_names: tuple[str | None, ...] = (*STAGES, None)
    units: tuple[str | None, ...] = (*world.departments, None)
    unit_to = log.unit_to[chosen]
    bureaus = len(world.departments) - len(world.streets)
    level = np.where(unit_to < 0, 0, np.where(unit_to < bureaus, 2, 1))
    person = np.where(log.who[chosen] == REPORTER, plan.reporter[order], plan.handler[order])
    return {
        "id": list(range(first_id + (chosen.start or 0), first_id + (chosen.start or 0) + len(order))),
        "order_id": ids,
        "at": texts(log.at[chosen]),
        "action": [ACTIONS[k] for k in log.action[chosen].tolist()],
        "from_stage": [stage_names[k] for k in log.stage_from[chosen].tolist()],
        "to_stage": [stage_names[k] for k in log.stage_to[chosen].tolist()],
        "from_department": [units[k] for k in log.unit_from[chosen].tolist()],
        "to_department": [units[k] for k in unit_to.tolist()],
        "level": [("grid", "street", "city")[k] for k in level.tolist()],
        "actor_role": [ROLES[k] for k in log.role[chosen].tolist()],
        "worker_id": [
            f"W{p + 1:05d}" if w else None for p, w in zip(person.tolist(), log.who[chosen].tolist(), strict=True)
        ],
        "note": [NOTES[k] for k in log.note[chosen].tolist()],
    }


def measure_columns(world: World, plan: Plan, after: int, now: int) -> Columns:
    """Columns of ``work_order_measures`` asked for by ``now`` and changed after ``after``, as they stand at ``now``.

    Ids come from the order and the kind, so that a row can be written again without looking it up.
    """
    grades = ("normal", "urgent", "leader")
    parts: list[Columns] = []
    nothing = np.full(len(plan), NEVER, dtype=np.int64)
    until = np.where((plan.t_resumed < NEVER) & (plan.t_resumed > now), NEVER, plan.suspended_until)
    fine = np.ones(len(plan), dtype=np.bool_)
    base = plan.current_due()
    for slot, (kind, asked, decided, approved, begin, end, new) in enumerate(
        (
            ("extension", plan.t_extension, plan.t_extended, plan.extension_ok, nothing, nothing, plan.due2),
            ("suspension", plan.t_suspension, plan.t_suspended, fine, plan.t_suspended, until, nothing),
            ("supervision", plan.t_supervision, plan.t_replied, fine, nothing, nothing, nothing),
            ("appeal", plan.t_appeal, plan.t_appealed, plan.appeal_ok, nothing, nothing, nothing),
        )
    ):
        changed = np.where(decided <= now, decided, asked)
        if kind == "suspension":
            changed = np.where(plan.t_resumed <= now, plan.t_resumed, changed)
        here = np.flatnonzero((asked <= now) & (changed > after))
        done = (decided <= now)[here]
        result = np.where(done, np.where(approved[here], 1, 2), 0)
        supervised = kind == "supervision"
        units = world.departments
        holders = plan.holder()[here].tolist()
        shown: Bools = done & approved[here]
        parts.append(
            {
                "id": (plan.number[here] * 4 + slot).tolist(),
                "order_id": [str(n) for n in plan.number[here].tolist()],
                "kind": [kind] * len(here),
                "asked_at": texts(asked[here]),
                "decided_at": texts(np.where(supervised, NEVER, decided[here]), now),
                "result": [("open", "approved", "rejected")[k] for k in result.tolist()],
                "from_at": texts(np.where(shown, begin[here], NEVER)),
                "until_at": texts(np.where(shown, end[here], NEVER)),
                "old_due_at": texts(base[here] if kind == "extension" else nothing[here]),
                "new_due_at": texts(np.where(shown, new[here], NEVER)),
                "grade": [grades[g] if supervised else None for g in plan.supervision_grade[here].tolist()],
                "reply_due_at": texts(plan.reply_due[here] if supervised else nothing[here]),
                "replied_at": texts(decided[here] if supervised else nothing[here], now),
                "department_code": [units[d] if d >= 0 else None for d in holders],
                "reason": _reasons(kind, plan.reason[here]),
            }
        )
    return {name: [value for part in parts for value in part[name]] for name in parts[0]}


_REASONS: Final = {
    "suspension": "（虚构）等待季节条件",
    "supervision": "（虚构）超时督促",
    "appeal": "（虚构）处置受外部条件影响",
}


def _reasons(kind: str, numbers: Ints) -> list[str | None]:
    """What is given as the reason: words of their own for each extension, the usual ones for other measures."""
    if kind == "extension":
        return [reason(number) for number in numbers.tolist()]
    return [_REASONS[kind]] * len(numbers)
