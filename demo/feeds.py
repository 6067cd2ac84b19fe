"""The sources that feed the platform, and when each was last heard of."""

from typing import Final

import numpy as np

from demo.moments import texts
from demo.rows import Columns

FEEDS: Final = (
    ("platform", "工单平台", 60, 1),
    ("patrol", "网格员终端", 120, 10),
    ("hotline", "12345 热线", 600, 120),
    ("scan", "扫码上报", 600, 150),
    ("video", "视频识别", 300, 60),
    ("sensor", "物联感知", 300, 60),
    ("transfer", "部门转办", 3600, 900),
    ("opinion", "舆情监测", 1800, 600),
)
"""Code, name, seconds within which something is expected, seconds between two signs of life."""
CLOCK: Final = "platform"
"""The feed whose last moment is the moment up to which the simulator has played."""


def feed_columns(now: int) -> Columns:
    """Columns of ``source_feeds`` at ``now``: each source says something regularly."""
    last = np.array([now - now % beat for _, _, _, beat in FEEDS])
    return {
        "code": [code for code, _, _, _ in FEEDS],
        "name": [name for _, name, _, _ in FEEDS],
        "last_received_at": texts(last),
        "expected_every_s": [expected for _, _, expected, _ in FEEDS],
    }
