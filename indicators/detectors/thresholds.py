"""The thresholds of the detectors: ``[detectors]`` of the policy."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=1, le=31)]
Minutes = Annotated[int, Field(ge=1, le=10_080)]
Times = Annotated[int, Field(ge=2, le=100)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UnexplainedExtension(_Part):
    """无故延期受理: accepted later than this without any record of why, or extended without a reason of its own.

    ``same_reason``: so many approved extensions of a department within the days with word for word the same reason.
    """

    accept_minutes: Minutes = 15
    same_reason: Times = 3


class Stalling(_Part):
    """拖延不办: nothing recorded for longer than this share of the limit's working time.

    ``not_taken``: while the order waits for the department to take it; ``silent``: while it is handled and late.
    """

    not_taken: Annotated[float, Field(gt=0, le=10)] = 0.5
    silent: Annotated[float, Field(gt=0, le=10)] = 1.5


class Perfunctory(_Part):
    """敷衍应付: closed although at least ``signs`` of four signs speak against it.

    The signs: the caller is not content, handled in under ``fast_minutes`` where the limit is ``fast_limit_hours`` or
    more, sent back to be done again ``reworks`` times or more, no photo afterwards.
    """

    signs: Annotated[int, Field(ge=1, le=4)] = 2
    fast_minutes: Minutes = 10
    fast_limit_hours: Annotated[float, Field(ge=1, le=1000)] = 8
    reworks: Annotated[int, Field(ge=1, le=20)] = 1


class Repeated(_Part):
    """反复发案: reported again for the ``times``-th time within the days, of the same class, within so many metres."""

    days: Days = 7
    times: Times = 3
    metres: Annotated[float, Field(gt=0, le=2000)] = 50


class DetectorRules(_Part):
    """Thresholds of the four rules, and over how many days before now they look."""

    days: Days = 7
    unexplained_extension: UnexplainedExtension = UnexplainedExtension()
    stalling: Stalling = Stalling()
    perfunctory: Perfunctory = Perfunctory()
    repeated: Repeated = Repeated()
