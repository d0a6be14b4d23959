"""Plotly figures. Colours mean the same on every page: blue totals, teal increases, orange decreases.

Amounts become floats here and nowhere else: pixels need no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go

from dashboard import format as form
from dashboard.text import t

TOTAL, INCREASE, DECREASE, QUIET = "#3E74B8", "#1F9484", "#C9742B", "#8492A9"
CONFIG = {"displayModeBar": False, "locale": "sv"}
_THOUSAND = Decimal(1000)


@dataclass(frozen=True)
class Step:
    """A bar between two totals: words, a code shown in grey, and the amount (SEK, signed)."""

    words: str
    code: str
    amount: Decimal


def waterfall(start: Step, steps: Sequence[Step], end: Step, totals: Sequence[Step] = ()) -> go.Figure:
    """Return the bridge from one total over signed steps to another, in thousands of kronor.

    Those of the steps that are `totals` stand on the axis: what was reached so far.
    """
    bars = [start, *steps, end]
    measures = ["absolute", *["total" if step in totals else "relative" for step in steps], "total"]
    moves = [step.amount for step in steps if step not in totals]
    figure = go.Figure(
        go.Waterfall(
            x=[_tick(bar) for bar in bars],
            y=[_tkr(bar.amount) for bar in bars],
            measure=measures,
            text=[_label(bar.amount) for bar in bars],
            textposition="outside",
            cliponaxis=False,
            connector={"line": {"color": QUIET, "width": 1, "dash": "dot"}},
            increasing={"marker": {"color": INCREASE}},
            decreasing={"marker": {"color": DECREASE}},
            totals={"marker": {"color": TOTAL}},
            customdata=[form.kr(bar.amount) for bar in bars],
            hovertemplate="%{x}<br>%{customdata}<extra></extra>",
        )
    )
    _style(figure)
    floor, top = axis_floor(start.amount, moves), _top(start.amount, moves)
    figure.update_yaxes(range=[_tkr(floor), _tkr(top + (top - floor) * Decimal("0.12"))], showticklabels=False)
    if floor:
        figure.add_annotation(**_note(t("chart.axis_cut", value=form.number(floor / _THOUSAND))))
    return figure


def axis_floor(start: Decimal, steps: Sequence[Decimal]) -> Decimal:
    """Return where the axis starts: 0, or a round amount below all bars when the steps would be too small to see."""
    levels = _levels(start, steps)
    low, high = min(levels), max(levels)
    if low <= 0 or low < high * Decimal("0.6"):
        return min(Decimal(0), low)
    room = max(high - low, high * Decimal("0.05"))
    return ((low - room) / _THOUSAND).to_integral_value() * _THOUSAND


def months(names: Sequence[str], won: Sequence[Decimal], booked: Sequence[Decimal]) -> go.Figure:
    """Return won beside booked per month, in thousands of kronor."""
    figure = go.Figure()
    for words, amounts, colour in ((t("chart.won"), won, TOTAL), (t("chart.booked"), booked, INCREASE)):
        figure.add_bar(
            name=words,
            x=list(names),
            y=[_tkr(amount) for amount in amounts],
            marker_color=colour,
            customdata=[form.kr(amount) for amount in amounts],
            hovertemplate="%{x}<br>%{customdata}<extra>" + words + "</extra>",
        )
    _style(figure)
    figure.update_layout(barmode="group", showlegend=True, legend={"orientation": "h", "y": 1.14, "x": 0})
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=t("chart.unit"), tickformat=",.0f")
    return figure


def _levels(start: Decimal, steps: Sequence[Decimal]) -> list[Decimal]:
    levels = [start]
    for amount in steps:
        levels.append(levels[-1] + amount)
    return levels


def _top(start: Decimal, steps: Sequence[Decimal]) -> Decimal:
    return max(Decimal(1), *_levels(start, steps))


def _tkr(amount: Decimal) -> float:
    return float(amount / _THOUSAND)


def _label(amount: Decimal) -> str:
    """Return an amount in thousands of kronor; one that would be nothing there, in kronor."""
    if abs(amount) < 100:
        return form.kr(amount) if amount else "0"
    return form.number(amount / _THOUSAND, 0 if abs(amount) >= 10_000 else 1)


def _tick(bar: Step) -> str:
    words = _wrapped(bar.words)
    return f"{words}<br><span style='color:{QUIET}'>{bar.code}</span>" if bar.code else words


def _wrapped(words: str, width: int = 13) -> str:
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def _note(words: str) -> dict[str, object]:
    return {
        "text": words,
        "showarrow": False,
        "x": 1,
        "y": 1.08,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "right",
        "font": {"size": 11, "color": QUIET},
    }


def _style(figure: go.Figure) -> None:
    figure.update_layout(
        height=320,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        separators=",\u00a0",
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
    )
    figure.update_xaxes(tickangle=0, fixedrange=True)
    figure.update_yaxes(fixedrange=True, gridcolor="rgba(132,146,169,0.2)", zerolinecolor=QUIET)
