"""The free texts of the demo city. All of them are plainly made up: they say so."""

from typing import Final

from demo.moments import Bools
from demo.plan import Plan
from demo.world import World

ROADS: Final = ("示例东路", "示例西路", "示例南街", "示例北街", "样板大道", "虚构巷", "演示路", "范例街")
DESCRIPTIONS: Final = (
    "（虚构）巡查时发现{0}，请及时处理。",
    "（虚构）居民反映附近有{0}，影响出行。",
    "（虚构）{0}，现场已拍照，待处置。",
    "（虚构）{0}情况反复出现，希望尽快解决。",
    "（虚构）接到反映：{0}，请核实。",
)
RESULTS: Final = (
    "（虚构）已到现场处理完毕。",
    "（虚构）已整改，现场恢复正常。",
    "（虚构）已联系当事人，问题解决。",
    "（虚构）已清理，后续加强巡查。",
)
CONDITIONS: Final = ("存在安全隐患", "影响通行", "一般情况", "轻微情况", "其他情况")


WHY_LONGER: Final = (
    "配件需要采购", "施工队伍需要调配", "受连日天气影响", "产权单位尚待确认", "管线位置需要勘查", "需征求周边居民意见",
    "机械设备正在调运", "材料需要定制",
)  # fmt: skip
OF_WHAT: Final = ("灯具", "井盖", "护栏", "树木", "管道", "路面", "标牌", "设施")
MEANWHILE: Final = ("已设临时围挡", "已张贴告示", "已安排值守", "已做临时修补", "已告知来电人")


def reason(number: int) -> str | None:
    """The reason with this number that a department gives for an extension; None below 0: it gave none."""
    if number < 0:
        return None
    number, why = divmod(number, len(WHY_LONGER))
    number, what = divmod(number, len(OF_WHAT))
    days, meanwhile = divmod(number, len(MEANWHILE))
    return f"（虚构）{OF_WHAT[what]}：{WHY_LONGER[why]}，{MEANWHILE[meanwhile]}，预计{days + 2}日内完成"


class Texts:
    """Texts of orders, chosen by class and by the order's own number (``variant``)."""

    def __init__(self, world: World) -> None:
        names = [minor.name for minor in world.categories]
        self._titles = [f"示例：{name}" for name in names]
        self._descriptions = [[line.format(name) for line in DESCRIPTIONS] for name in names]
        self._addresses = [f"{road}{number}号" for road in ROADS for number in range(1, 200)]

    def titles(self, plan: Plan) -> list[str]:
        """The class, marked as an example."""
        return [self._titles[c] for c in plan.category.tolist()]

    def descriptions(self, plan: Plan) -> list[str]:
        """One made-up sentence about the class."""
        size = len(DESCRIPTIONS)
        return [
            self._descriptions[c][v]
            for c, v in zip(plan.category.tolist(), (plan.variant % size).tolist(), strict=True)
        ]

    def addresses(self, plan: Plan) -> list[str]:
        """A street that does not exist, with a house number; the same place in a grid has the same one."""
        places = (plan.grid * 7 + plan.variant // 11 % 24) % len(self._addresses)
        return [self._addresses[p] for p in places.tolist()]

    def results(self, plan: Plan, done: Bools) -> list[str | None]:
        """What the department says it did, for closed orders."""
        kinds = (plan.variant // 5 % len(RESULTS)).tolist()
        return [RESULTS[k] if d else None for k, d in zip(kinds, done.tolist(), strict=True)]

    def conditions(self, plan: Plan) -> list[str | None]:
        """The filing condition that belongs to the order's limit."""
        return [CONDITIONS[k] if k >= 0 else None for k in plan.limit.tolist()]


def worker_name(number: int) -> str:
    """A name that nobody bears."""
    return f"示例员{number:05d}"


def phone(number: int) -> str:
    """A number that no telephone has."""
    return f"000{number:08d}"
