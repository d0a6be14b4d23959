"""Figures of each CRM and of all: to the öre, across and down."""

from decimal import Decimal

from dashboard.blocks import per_crm
from sync.store.reader.overview import WonInCrm


def test_rows_and_their_sum_add_up_to_the_ore_across_and_down() -> None:
    third = Decimal("0.333333")
    found = [WonInCrm(f"crm:{one}", one, 100 + third, third / 2, 100 + third / 2) for one in (1, 2, 3)]
    rows = per_crm._rows(found, {"crm:1": "Upsales"})
    total = per_crm._sum(rows)
    assert [row["crm"] for row in rows] == ["Upsales", "crm:2", "crm:3"]
    assert all(row["gross"] - row["discount"] == row["net"] for row in (*rows, total))
    assert (total["deals"], total["gross"], total["net"]) == (6, Decimal("301.00"), Decimal("300.50"))
