"""The workers of the demo town: nobody is planned twice at once, who is there is seen, and walkers walk."""

import sqlite3

from tests.fixtures.city import END, one, rows


def test_shifts_positions_and_pings_fit(town: sqlite3.Connection) -> None:
    end = str(END)
    overlap = """
        SELECT count(*) FROM shifts AS a JOIN shifts AS b ON a.worker_id = b.worker_id AND a.id < b.id
        AND a.start_at < b.end_at AND b.start_at < a.end_at WHERE a.kind <> 'outing' AND b.kind <> 'outing'"""
    assert one(town, overlap) == 0
    planned = one(town, "SELECT count(*) FROM shifts WHERE kind = 'duty' AND start_at <= ? AND end_at > ?", end, end)
    there = one(
        town,
        "SELECT count(DISTINCT s.worker_id) FROM shifts AS s JOIN worker_positions AS p ON p.worker_id = s.worker_id "
        "WHERE s.kind = 'duty' AND s.start_at <= ? AND s.end_at > ? AND p.at >= datetime(?, '-10 minutes')",
        end, end, end,
    )  # fmt: skip
    assert 0.8 * 1590 < planned < 1.2 * 1590
    assert 0.8 < there / planned < 0.98
    assert one(town, "SELECT max(at) FROM worker_positions") == end
    assert one(town, "SELECT count(*) FROM shifts WHERE start_at > datetime(?, '+1 day')", end) > 1000
    assert {kind for (kind,) in rows(town, "SELECT DISTINCT kind FROM shifts")} == {"duty", "leave", "outing"}
    latest = "SELECT count(*) FROM patrol_pings AS p JOIN worker_positions AS w USING (worker_id) WHERE p.at > w.at"
    assert one(town, latest) == 0
    twice = "SELECT count(*) FROM (SELECT 1 FROM patrol_pings GROUP BY worker_id, at HAVING count(*) > 1)"
    assert one(town, twice) == 0
    assert one(town, "SELECT min(at) FROM patrol_pings") >= "2026-11-17 11:30:00"


def test_walkers_walk(town: sqlite3.Connection) -> None:
    steps = rows(
        town,
        "SELECT (lon - lag(lon) OVER w) * 91960, (lat - lag(lat) OVER w) * 111320, "
        "strftime('%s', at) - lag(strftime('%s', at)) OVER w "
        "FROM patrol_pings WINDOW w AS (PARTITION BY worker_id ORDER BY at)",
    )
    speeds = [(x * x + y * y) ** 0.5 / s for x, y, s in steps if s == 60]
    assert len(speeds) > 50_000
    assert max(speeds) < 3
    assert 0.2 < sum(speeds) / len(speeds) < 1.3
