"""The 24 hours of today as bars, those of last week as a dotted line."""

from typing import Any, Final

from indicators.readings.history import Trend
from layouts.formats import count
from layouts.theme import token
from layouts.words import t

_TEXT: Final = 14
"""Pixels at 1080p; the browser multiplies. The margins stand in ``assets/40-parts.css`` too, for the buttons on top."""


def hours(trend: Trend, lang: str) -> dict[str, Any]:
    """Bars of the hours so far (the running hour paler), the dotted line of last week where it may be compared."""
    labels = [f"{hour:02d}" for hour in range(24)]
    known = [number or 0 for number in trend.today[: trend.now_hour + 1]]
    if is_empty(trend):
        return _sentence(t("trend-empty", lang))
    colours = [token("accent")] * trend.now_hour + [token("accent-soft")]
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "x": labels[: len(known)],
            "y": known,
            "marker": {"color": colours, "line": {"width": 0}},
            "hoverinfo": "skip",
        }
    ]
    if trend.last_week is not None:
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": labels,
                "y": list(trend.last_week),
                "line": {"color": token("ink"), "width": 2, "dash": "dot", "shape": "spline", "smoothing": 0.6},
                "hoverinfo": "skip",
            }
        )
    ticks, top = _steps(max([*known, *(trend.last_week or ()), 1]))
    return {
        "data": data,
        "layout": {
            **_plain(),
            "bargap": 0.22,
            "xaxis": {
                "type": "category",
                "range": [-0.6, 23.6],
                "tickmode": "array",
                "tickvals": labels[::3],
                "ticktext": labels[::3],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "ticklen": 3,
                "tickcolor": token("hairline"),
            },
            "yaxis": {
                "range": [0, top],
                "tickmode": "array",
                "tickvals": ticks,
                "ticktext": [count(tick) for tick in ticks],
                "gridcolor": token("hairline"),
                "gridwidth": 1,
                "zeroline": False,
                "fixedrange": True,
            },
        },
    }


def is_empty(trend: Trend) -> bool:
    """Whether there is nothing to draw: nothing came today, and last week gives no line."""
    return not any(trend.today) and not any(trend.last_week or ())


def _plain() -> dict[str, Any]:
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "inherit", "size": _TEXT, "color": token("dim")},
        "margin": {"l": 44, "r": 6, "t": 8, "b": 24, "pad": 0},
        "showlegend": False,
        "hovermode": False,
        "dragmode": False,
        "uirevision": "constant",
    }


def _steps(most: int) -> tuple[list[int], float]:
    """Three to five round ticks up to ``most``, and the top of the axis."""
    size = 1
    while most / size > 5:
        size = size * 5 // 2 if str(size)[0] == "2" else size * 2
    return list(range(size, most + 1, size)), most * 1.06


def _sentence(text: str) -> dict[str, Any]:
    return {
        "data": [],
        "layout": {
            **_plain(),
            "xaxis": {"visible": False, "fixedrange": True},
            "yaxis": {"visible": False, "fixedrange": True},
            "annotations": [
                {
                    "text": text,
                    "showarrow": False,
                    "xref": "paper",
                    "yref": "paper",
                    "x": 0.5,
                    "y": 0.5,
                    "font": {"size": 16, "color": token("dim")},
                }
            ],
        },
    }
