"""What a finding says and how it is mended, in both languages. Braces name fields of ``Finding.fields``."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from data_access.check.findings import Finding, Severity


class Said(NamedTuple):
    """One class of finding in one language: what is wrong, and the mend."""

    what: str
    mend: str


SEVERITIES: Final[Mapping[str, Mapping[Severity, str]]] = {
    "zh": {Severity.FAULT: "错误", Severity.WARNING: "警告", Severity.NOTE: "提示"},
    "en": {Severity.FAULT: "FAULT", Severity.WARNING: "WARNING", Severity.NOTE: "NOTE"},
}
EXAMPLE: Final = {"zh": "（例：{example}）", "en": " (for example: {example})"}
MEND: Final = {"zh": "处理：", "en": "Mend: "}
CLEAN: Final = {"zh": "数据库符合契约。", "en": "The database keeps the contract."}
SUMMARY: Final = {
    "zh": "错误 {fault}，警告 {warning}，提示 {note}",
    "en": "{fault} faults, {warning} warnings, {note} notes",
}

TEXTS: Final[Mapping[str, Mapping[str, Said]]] = {
    "missing-table": {
        "zh": Said("缺少必需的表 {table}", "建表，或按 gridwall contract --sql 建同名视图，并授予 SELECT 权限"),
        "en": Said(
            "the required table {table} is missing",
            "make it, or a view of that name as gridwall contract --sql shows, and grant SELECT on it",
        ),
    },
    "missing-column": {
        "zh": Said("缺少必需的列 {place}（{kind}），或本账号无权读取", "在视图中补上此列；没有记录的值用 NULL"),
        "en": Said(
            "the required column {place} ({kind}) is missing, or our account may not read it",
            "add it to the view; use NULL where nothing is recorded",
        ),
    },
    "wrong-type": {
        "zh": Said(
            "{place} 的类型是 {have}，应为 {wanted}",
            "在视图中转换类型（代码为文本；SQLite 的时间为 YYYY-MM-DD HH:MM:SS 文本）",
        ),
        "en": Said(
            "{place} is stored as {have}, the contract means {wanted}",
            "convert it in the view (codes are text; a time on SQLite is the text YYYY-MM-DD HH:MM:SS)",
        ),
    },
    "zone-unknown": {
        "zh": Said(
            "数据库服务器不认识时区 {zone}，有 {count} 个 TIMESTAMP 列（如 {place}）在夏令时前后会差一小时",
            "用 mariadb-tzinfo-to-sql 载入时区表，或把列改为 DATETIME",
        ),
        "en": Said(
            "the server does not know the zone {zone}: {count} TIMESTAMP columns (such as {place}) are an hour off"
            " beyond a change of clocks",
            "load the time zone tables with mariadb-tzinfo-to-sql, or make the columns DATETIME",
        ),
    },
    "missing-index": {
        "zh": Said(
            "{table} 没有以 ({columns}) 开头的索引，数据增多后查询会变慢",
            "建立 gridwall contract --sql 列出的索引（视图则建在源表上）",
        ),
        "en": Said(
            "{table} has no index that begins with ({columns}): reading slows down as history grows",
            "make the index that gridwall contract --sql lists (behind a view: on the table it reads)",
        ),
    },
    "empty-value": {
        "zh": Said("{place} 有 {count} 行为空，此列每行都必须有值", "在源系统或视图中补齐"),
        "en": Said(
            "{place} is empty in {count} rows, where every row needs a value", "fill it at the source or in the view"
        ),
    },
    "unmapped-code": {
        "zh": Said(
            "{place} 有 {count} 行的代码不在对照之内（{codes} 种，最多的是 {value}）",
            "补上该代码，或在视图中映射为契约中的词",
        ),
        "en": Said(
            "{place} has {count} rows with codes that map to nothing ({codes} codes, most often {value})",
            "add the code, or map it to the contract's word in the view",
        ),
    },
    "future-time": {
        "zh": Said("{place} 有 {count} 行晚于现在（如 {value}）", "检查来源系统的时钟和时区，以及 GRIDWALL_TIMEZONE"),
        "en": Said(
            "{place} lies after now in {count} rows (such as {value})",
            "check the source's clock and zone, and GRIDWALL_TIMEZONE",
        ),
    },
    "source-ahead": {
        "zh": Said(
            "来源超前：{place} 有 {count} 行晚于现在（如 {value}）", "校准时钟；用 --clock 回看历史数据时这是正常的"
        ),
        "en": Said(
            "the source is from the future: {place} lies after now in {count} rows (such as {value})",
            "set the clocks; when --clock looks back into history this is as it should be",
        ),
    },
    "wrong-order": {
        "zh": Said("{count} 行的 {place} 晚于 {second}", "在来源系统更正；此类件的时长不可信"),
        "en": Said(
            "{place} is after {second} in {count} rows", "correct it at the source; durations of such rows mean nothing"
        ),
    },
    "closed-without-time": {
        "zh": Said("{count} 件已结案却没有结案时间（{place}），不会计入今日结案和按期率", "补上结案时间"),
        "en": Said(
            "{count} closed orders have no closing time ({place}): no count of closings sees them",
            "fill in the closing time",
        ),
    },
    "open-with-closing-time": {
        "zh": Said("{count} 件未结却有结案时间（{place}，如阶段 {value}）", "检查阶段映射；重新打开的件应清空结案时间"),
        "en": Said(
            "{count} open orders have a closing time ({place}, for example in stage {value})",
            "check the mapping of stages; a reopened order has no closing time",
        ),
    },
    "broken-boundary": {
        "zh": Said(
            "{count} 个区域的边界不是以度为单位的 GeoJSON 几何",
            "存为 GeoJSON 几何文本（Polygon 或 MultiPolygon，经纬度）",
        ),
        "en": Said(
            "{count} areas have a boundary that is no GeoJSON geometry in degrees",
            "store the text of a GeoJSON geometry (Polygon or MultiPolygon, longitude and latitude)",
        ),
    },
    "outside-city": {
        "zh": Said("{table} 有 {count} 行坐标在城市之外（如经度 {value}）", "无坐标用 NULL 而不是 0；检查坐标单位"),
        "en": Said(
            "{table} has {count} rows with coordinates outside the city (such as longitude {value})",
            "use NULL and not 0 where there is none; check the unit",
        ),
    },
    "swapped-coordinates": {
        "zh": Said("{table} 有 {count} 行的经度和纬度互换了", "在视图中换回：lon 为经度，lat 为纬度"),
        "en": Said(
            "{table} has {count} rows with longitude and latitude swapped",
            "swap them in the view: lon is the longitude",
        ),
    },
    "datum": {
        "zh": Said(
            "坐标系存疑：{count} 个点中只有 {inside} 落在自己的网格内，按 {datum} 换算后为 {better}",
            "若坐标都是该坐标系，设置 GRIDWALL_SOURCE_CRS；若点与边界不一致，在视图中统一",
        ),
        "en": Said(
            "the datum is doubtful: of {count} points {inside} lie in their own cell, {better} when taken as {datum}",
            "set GRIDWALL_SOURCE_CRS when all coordinates are of that datum, else make points and boundaries agree",
        ),
    },
    "codes-do-not-nest": {
        "zh": Said(
            "区域代码不逐级包含上级代码（{count} 个区域），辖区将按代码集合查询",
            "无需处理；逐级编码的等长数字代码查询更快",
        ),
        "en": Said(
            "codes of areas do not nest ({count} do not begin with their parent's): subtrees are asked for as sets",
            "nothing need be done; nested digit codes of one length a level are only quicker",
        ),
    },
    "circle-of-areas": {
        "zh": Said("{count} 个区域是自己的上级", "更正 parent_code"),
        "en": Said("{count} areas are above themselves", "correct parent_code"),
    },
    "silent-source": {
        "zh": Said("{place} 静默：最后一次是 {last}，应每 {every} 秒一次", "检查该来源的接口"),
        "en": Said("{place} is silent: last heard {last}, expected every {every} s", "look after that feed"),
    },
    "no-orders": {
        "zh": Said("{table} 没有任何更新时间", "检查视图的条件和 updated_at"),
        "en": Said("{table} has no time of update at all", "check the view's conditions and updated_at"),
    },
    "deadline-differs": {
        "zh": Said(
            "抽查 {of} 件，{count} 件的来源期限与按时限和工作日历推算的不同（来源 {theirs}，推算 {ours}）",
            "以来源为准；若差异普遍，检查 GRIDWALL_CALENDAR 和时限单位",
        ),
        "en": Said(
            "of {of} orders looked at, {count} have another deadline than limit and working calendar give"
            " (theirs {theirs}, ours {ours})",
            "the source wins; where it is the rule, check GRIDWALL_CALENDAR and the units of the limits",
        ),
    },
    "write-grant": {
        "zh": Said("本账号可以写：{grant}，对象 {object}，来自 {via}", "收回此权限（REVOKE），只授予契约表的 SELECT"),
        "en": Said(
            "our account may write: {grant} on {object}, by {via}",
            "revoke it; grant SELECT on the contract's tables alone",
        ),
    },
    "file-writable": {
        "zh": Said(
            "本进程可以写文件 {path}；gridwall 以只读方式打开它", "如有可能，以另一个无写权限的用户运行 gridwall"
        ),
        "en": Said(
            "this process could write the file {path}; gridwall opens it read only",
            "where possible run gridwall as a user that may only read it",
        ),
    },
    "indicator-lost": {
        "zh": Said("指标 {indicator} 将显示“未记录”：缺少 {missing}", "来源若有记录，在视图中补上"),
        "en": Said(
            'the indicator {indicator} will say "not recorded": {missing} is missing',
            "add it to the view if the source records it",
        ),
    },
    "only-recent": {
        "zh": Said(
            "{table} 太大：{what} 只检查了最近的行（{days} 天），整表超过 {seconds} 秒",
            "建立缺少的索引，或用更长的时限再检查",
        ),
        "en": Said(
            "{table} is large: {what} were checked on recent rows only ({days} days), the whole takes over {seconds} s",
            "make the missing indexes, or check again with more time",
        ),
    },
    "not-checked": {
        "zh": Said("未能检查：{what} {place}（{why}）", "先处理其原因，再检查一次"),
        "en": Said("could not be checked: {what} {place} ({why})", "mend what is in the way and check again"),
    },
}


def said(found: Finding, lang: str) -> Said:
    """The sentences of a finding, filled in."""
    what, mend = TEXTS[found.kind][lang]
    fields = found.fields()
    example = EXAMPLE[lang].format(**fields) if found.example is not None else ""
    return Said(what.format(**fields) + example, mend.format(**fields))
