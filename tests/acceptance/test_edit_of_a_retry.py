"""What a person corrects in an operation that is tried again goes out corrected, whichever run sends it."""

from pathlib import Path

import httpx
import pytest

from tests.acceptance.bench import Bench, Wire
from tests.acceptance.desk import Desk
from tests.acceptance.worlds import SAW, deal, row, world


class Line(Wire):
    """Is down for the first invoice."""

    down = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.down and (request.method, request.url.path) == ("POST", "/3/invoices"):
            self.down = False
            raise httpx.ConnectError("no route", request=request)
        return await super().handle_async_request(request)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, world(deal("D1", row(SAW, "2"))))
    made.wire = Line(made.wire)
    made.booking("nord")
    return made


@pytest.mark.parametrize("kind", ["documents", "deals"])
def test_a_correction_is_planned_before_it_is_sent(bench: Bench, kind: str) -> None:
    with bench:
        bench.run_flow("deals")
        desk = Desk(bench)
        assert desk.edit(desk.look(state="retry"), rows_1_Price="1000")[0]
        bench.run_flow(kind)
        bench.settle()
        invoice = bench.invoice_of("D1")
        assert (invoice["Net"], invoice["Booked"]) == (2000, True)


def test_a_choice_of_the_present_deal_drops_what_was_corrected_before_it_is_sent(bench: Bench) -> None:
    with bench:
        bench.run_flow("deals")
        desk = Desk(bench)
        assert desk.edit(desk.look(state="retry"), rows_1_Price="1000")[0]
        bench.wire.down = True
        bench.run_flow("deals")
        assert desk.replay(desk.look(state="retry"), choice="current")[0]
        bench.run_flow("documents")
        bench.settle()
        assert bench.invoice_of("D1")["Net"] == 2501
