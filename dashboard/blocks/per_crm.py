"""What was won in each CRM and in all of them together, where there are several."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.tables import Column
from dashboard.text import t
from sync.store.reader import overview as reader_overview
from sync.store.reader.overview import WonInCrm
from sync.store.reader.published import Scope

_MONEY = ("gross", "discount", "net")
_NOTHING: Mapping[str, Any] = {"deals": 0, **dict.fromkeys(_MONEY, Decimal(0))}


def titles() -> dict[str, str]:
    """Return the CRMs' names by system."""
    connections = data.read(reader_overview.connections, Scope())
    return {one.system: one.title or one.system for one in connections if one.company is None}


def show(scope: Scope) -> None:
    """Draw a row for each CRM and one for their sum; nothing where there is one CRM."""
    named = titles()
    if len(named) < 2:
        return
    found = data.read(reader_overview.won_by_crm, scope)
    columns = [
        Column("crm", t("header.crm"), width=220),
        Column("deals", t("overview.won_deals"), "count", width=90),
        Column("gross", t("dis.gross"), "money", width=150),
        Column("discount", t("dis.discount"), "money", width=150),
        Column("net", t("dis.net"), "money", width=150),
    ]
    rows = _rows(found, named)
    with st.container(border=True):
        st.subheader(t("overview.per_crm"))
        tables.show([*rows, {"crm": t("rec.total"), **_sum(rows)}], columns, "per_crm")


def _rows(found: list[WonInCrm], named: dict[str, str]) -> list[dict[str, Any]]:
    gross, net = (form.to_ore([getattr(one, name) for one in found]) for name in ("gross", "net"))
    discount = [before - after for before, after in zip(gross, net, strict=True)]
    amounts = {"gross": gross, "discount": discount, "net": net}
    return [
        {"crm": named.get(one.system, one.system), "deals": one.deals, **{name: amounts[name][at] for name in _MONEY}}
        for at, one in enumerate(found)
    ]


def _sum(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: sum((row[name] for row in rows), _NOTHING[name]) for name in _NOTHING}
