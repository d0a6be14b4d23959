"""Plotly figures. Colours mean the same on every page: blue totals, teal increases, orange decreases.

Amounts become floats here and nowhere else: pixels need no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from textwrap import wrap

import plotly.graph_objects as go

from dashboard import format as form
from dashboard.text import t

TOTAL, INCREASE, DECREASE, QUIET = "#3E74B8", "#1F9484", "#C9742B", "#8492A9"
CONFIG = {"displayModeBar": False, "locale": "sv"}
_THOUSAND, _ORE, _HALF, _ZERO = Decimal(1000), Decimal("0.01"), Decimal("0.5"), Decimal(0)
# Pixels: a bar with its words, the room above the bars, and the column of amounts.
_ROW, _HEAD, _AMOUNTS = 34, 32, 84
_PLAIN: dict[str, object] = {"showarrow": False, "font": {"size": 12}}


@dataclass(frozen=True)
class Bar:
    """A total or a step between two: words, a code shown in grey, and the amount (SEK, signed)."""

    words: str
    code: str
    amount: Decimal


def waterfall(start: Bar, steps: Sequence[Bar], end: Bar, totals: Sequence[Bar] = ()) -> go.Figure:
    """Return the bridge from one total over signed steps to another, in thousands of kronor, from top to bottom.

    Those of the steps that are `totals` stand on the axis: what was reached so far. The amounts stand in a column of
    their own, where none can hide another on any screen, and add up as they are written.
    """
    bars = [start, *steps, end]
    on_axis = [bar in totals for bar in bars]
    on_axis[0] = on_axis[-1] = True
    moves = [step.amount for step in steps if step not in totals]
    places = list(range(len(bars)))
    exact = added_up([bar.amount for bar in bars], on_axis, _ORE)
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=places,
            x=[_tkr(bar.amount) for bar in bars],
            measure=["absolute", *["total" if one else "relative" for one in on_axis[1:]]],
            connector={"line": {"color": QUIET, "width": 1, "dash": "dot"}},
            increasing={"marker": {"color": INCREASE}},
            decreasing={"marker": {"color": DECREASE}},
            totals={"marker": {"color": TOTAL}},
            customdata=[[bar.words, form.kr(amount)] for bar, amount in zip(bars, exact, strict=True)],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        )
    )
    _style(figure)
    floor, top = axis_floor(start.amount, moves), _top(start.amount, moves)
    figure.update_layout(height=_HEAD + _ROW * len(bars), margin={"l": 8, "r": _AMOUNTS, "t": _HEAD - 8, "b": 8})
    figure.update_xaxes(range=[_tkr(floor), _tkr(top)], showticklabels=False, showgrid=False)
    figure.update_yaxes(
        tickvals=places, ticktext=[_tick(bar) for bar in bars], autorange="reversed", automargin=True, showgrid=False
    )
    for place, words in enumerate(labels([bar.amount for bar in bars], on_axis)):
        figure.add_annotation(x=1, y=place, text=words, xref="paper", xanchor="right", xshift=_AMOUNTS - 8, **_PLAIN)
    if floor:
        figure.add_annotation(**_note(t("chart.axis_cut", value=form.number(floor / _THOUSAND))))
    return figure


def labels(amounts: Sequence[Decimal], on_axis: Sequence[bool]) -> list[str]:
    """Return bars' amounts in thousands of kronor as they are written: they add up, from each total to the next.

    All have equally many decimals. What is something and would be nothing there is about 0.
    """
    decimals = 1 if max(map(abs, amounts), default=_ZERO) >= 10_000 else 2
    shown = added_up(amounts, on_axis, _THOUSAND.scaleb(-decimals))
    return [
        t("chart.about_zero") if amount and not one else form.number(one / _THOUSAND, decimals)
        for amount, one in zip(amounts, shown, strict=True)
    ]


def added_up(amounts: Sequence[Decimal], on_axis: Sequence[bool], unit: Decimal) -> list[Decimal]:
    """Return bars' amounts in whole units, so that a total and the steps after it make the next total.

    Each step is off by less than one unit: those that lost most by rounding down are rounded up. A total is what the
    steps have reached.
    """
    shown: list[Decimal] = []
    level = before = _ZERO
    steps: list[Decimal] = []
    for place, (amount, total) in enumerate(zip(amounts, on_axis, strict=True)):
        if not total:
            steps.append(amount)
            continue
        level = amount if place == 0 else level + sum(steps, _ZERO)
        reached = (level / unit + _HALF).to_integral_value(ROUND_FLOOR)
        shown += [one * unit for one in _whole([step / unit for step in steps], reached - before)]
        shown.append(reached * unit)
        before, steps = reached, []
    return shown


def _whole(parts: Sequence[Decimal], wanted: Decimal) -> list[Decimal]:
    floors = [part.to_integral_value(ROUND_FLOOR) for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda index: floors[index] - parts[index])
    raised = set(by_remainder[: int(wanted - sum(floors, _ZERO))])
    return [floor + 1 if index in raised else floor for index, floor in enumerate(floors)]


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


def _tick(bar: Bar) -> str:
    code = f" <span style='color:{QUIET}'>{bar.code}</span>" if bar.code else ""
    return f"{_wrapped(bar.words)}{code}"


def _wrapped(words: str, width: int = 22) -> str:
    return "<br>".join(wrap(words, width))


def _note(words: str) -> dict[str, object]:
    return {
        "text": words,
        "showarrow": False,
        "x": 1,
        "y": 1,
        "yshift": 4,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "right",
        "yanchor": "bottom",
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
