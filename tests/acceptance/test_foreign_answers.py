"""Answers that are not the system's own, or lack what was asked for, say nothing: least of all "none"."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.acceptance.bench import Bench, Wire
from tests.acceptance.worlds import deal, world

HTML = "<html><body>gateway</body></html>"
COUNTED = {"MetaInformation": {"@TotalResources": 1, "@TotalPages": 1, "@CurrentPage": 1}}
FACTS = world(deal("D1"))
Answer = Callable[[], httpx.Response]


class Gateway(Wire):
    """Puts one answer in place of the first one to a method and path; the system has acted."""

    def __init__(self, inner: httpx.AsyncBaseTransport, method: str, path: str, answer: Answer) -> None:
        super().__init__(inner)
        self.taken = 0
        self._place = (method, path)
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if self.taken or not self._concerns(request):
            return response
        self.taken += 1
        return self._answer()

    def _concerns(self, request: httpx.Request) -> bool:
        method, path = self._place
        return request.method == method and str(request.url.raw_path.decode()).startswith(path)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/3/invoices?externalinvoicereference1", lambda: httpx.Response(200, json={})),
        ("/3/invoices?externalinvoicereference1", lambda: httpx.Response(200, json={**COUNTED, "Invoices": []})),
        ("/3/invoices/1", lambda: httpx.Response(404, html=HTML)),
        ("/3/invoices/1", lambda: httpx.Response(200, json={})),
    ],
)
def test_a_look_up_that_is_not_answered_by_fortnox_does_not_end_a_doubt(
    tmp_path: Path, path: str, answer: Answer
) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.wire = gateway = Gateway(bench.wire, "GET", path, answer)
        bench.fault("timeout_after", "/3/invoices")
        bench.run_flow("deals")
        bench.clock.advance(130)
        bench.run_flow("deals")
        bench.settle()
        assert gateway.taken == 1
        assert len(bench.invoices()) == 1
        assert bench.held() == {}


def test_a_write_refused_by_something_else_than_fortnox_is_in_doubt(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.wire = gateway = Gateway(bench.wire, "POST", "/3/invoices", lambda: httpx.Response(408, html=HTML))
        bench.run()
        assert bench.counts().get("unknown") == 1
        bench.settle()
        assert gateway.taken == 1
        assert len(bench.invoices()) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": None, "error": {"msg": "Internal"}},
        {"data": [], "error": None, "metadata": {"total": 1, "limit": 1000, "offset": 0}},
    ],
)
def test_a_page_without_its_records_ends_no_reading(tmp_path: Path, body: dict[str, object]) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.wire = gateway = Gateway(bench.wire, "GET", "/api/v2/orders?", lambda: httpx.Response(200, json=body))
        bench.run()
        bench.clock.advance(3600)
        bench.settle()
        assert gateway.taken == 1
        assert len(bench.invoices()) == 1
