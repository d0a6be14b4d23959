"""How the Salesforce connector pages: positions, lost results, windows, deletions (salesforce/FACTS.md 3.3, 3.4)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sync.connectors.base import Page
from sync.connectors.errors import Refused
from sync.connectors.salesforce.auth import SalesforceAccess
from sync.connectors.salesforce.client import Salesforce
from sync.connectors.salesforce.rest import Rest
from sync.connectors.salesforce.shapes import shapes
from tests.virtual_time import VirtualClock, run

HOST = "https://nord.my.salesforce.com"
NEXT = "/services/data/v66.0/query/01gD0000002HU6KIAW-2000"
SERVED = "Mon, 04 May 2026 09:00:00 GMT"
SHAPES = shapes(
    {"account": ["Name"], "product2": ["Name"], "opportunity": ["Name"]}, ["Quantity"], {"opportunity": ["Status__c"]}
)
GONE = [{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}]
Wire = Callable[[httpx.Request], Any]


def record(number: int, **fields: Any) -> dict[str, Any]:
    stamped = {"Id": f"001{number:012d}AAA", "IsDeleted": False, "SystemModstamp": "2026-05-04T08:59:00.000+0000"}
    return {"attributes": {"type": "Account", "url": "/x"}, **stamped, "Name": f"N{number}", **fields}


def page(*records: dict[str, Any], following: str = "") -> dict[str, Any]:
    more = {"nextRecordsUrl": following} if following else {}
    return {"totalSize": 9 if following else len(records), "done": not following, "records": list(records), **more}


class Asked:
    """A wire that notes the path and the query of each request."""

    def __init__(self, *replies: tuple[int, Any]) -> None:
        self.replies = list(replies)
        self.paths: list[str] = []
        self.soql: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "T", "instance_url": HOST})
        self.paths.append(request.url.path)
        self.soql.append(request.url.params.get("q", ""))
        status, body = self.replies.pop(0)
        return httpx.Response(status, json=body, headers={"Date": SERVED})


def pulled(asked: Asked, stream: str, position: dict[str, Any] | None) -> Page:
    clock = VirtualClock()

    async def main() -> Page:
        access = SalesforceAccess(HOST, "key", "secret")
        rest = Rest("salesforce:00D", access, "66.0", clock, lambda _call: None, httpx.MockTransport(asked))
        client = Salesforce("salesforce:00D", rest, SHAPES, "SEK", clock)
        try:
            return await client.pull(stream, position)
        finally:
            await client.close()

    found: Page = run(main(), clock)
    return found


def test_the_first_page_remembers_when_it_was_served_and_where_it_goes_on() -> None:
    asked = Asked((200, page(record(1), record(2), following=NEXT)))
    found = pulled(asked, "account", None)
    assert (len(found.items), found.complete) == (2, False)
    assert found.position == {"began": "2026-05-04T09:00:00+00:00", "next": NEXT}
    assert asked.paths == ["/services/data/v66.0/queryAll"]
    assert "WHERE" not in asked.soql[0]


def test_the_last_page_ends_the_pass_at_the_moment_it_began() -> None:
    began = "2026-05-04T08:00:00+00:00"
    asked = Asked((200, page(record(3))))
    found = pulled(asked, "account", {"began": began, "next": NEXT})
    assert asked.paths == [NEXT]
    assert (found.complete, found.position) == (True, {"since": began})


def test_a_later_pass_reaches_ten_minutes_back_behind_the_one_before() -> None:
    asked = Asked((200, page()))
    found = pulled(asked, "account", {"since": "2026-05-04T08:00:00+00:00"})
    assert "WHERE SystemModstamp >= 2026-05-04T07:50:00Z" in asked.soql[0]
    assert (found.items, found.complete) == ((), True)


def test_results_that_are_no_longer_kept_are_asked_for_anew_from_where_the_pass_began() -> None:
    asked = Asked((400, GONE), (200, page(record(1))))
    since = "2026-05-04T08:00:00+00:00"
    found = pulled(asked, "account", {"since": since, "began": "2026-05-04T08:30:00+00:00", "next": NEXT})
    assert asked.paths == [NEXT, "/services/data/v66.0/queryAll"]
    assert "2026-05-04T07:50:00Z" in asked.soql[1]
    assert found.position == {"since": "2026-05-04T09:00:00+00:00"}


def test_another_refusal_of_a_page_is_not_taken_for_that() -> None:
    asked = Asked((400, [{"message": "No such column", "errorCode": "INVALID_FIELD"}]))
    with pytest.raises(Refused, match="No such column"):
        pulled(asked, "account", {"began": "2026-05-04T08:30:00+00:00", "next": NEXT})


def test_done_decides_even_where_a_next_page_is_named() -> None:
    asked = Asked((200, page(record(1)) | {"nextRecordsUrl": NEXT}))
    assert pulled(asked, "account", None).complete


def test_a_deleted_record_is_marked_and_stamps_are_no_part_of_it() -> None:
    asked = Asked((200, page(record(1, IsDeleted=True), record(2))))
    gone, there = pulled(asked, "account", None).items
    assert (gone.deleted, there.deleted) == (True, False)
    assert there.payload == {"Id": "001000000000002AAA", "Name": "N2"}
    assert there.modified_at is not None


def test_lines_are_read_to_their_end_before_the_next_page() -> None:
    lines = page({"attributes": {}, "Id": "00k1", "Quantity": 1}, following=NEXT)
    asked = Asked(
        (
            200,
            page(
                record(1, OpportunityLineItems=lines),
                record(2, OpportunityLineItems=None),
                following="/services/data/x",
            ),
        ),
        (200, page({"attributes": {}, "Id": "00k2", "Quantity": 2})),
    )
    first, second = pulled(asked, "opportunity", None).items
    assert [each["Id"] for each in first.payload["OpportunityLineItems"]] == ["00k1", "00k2"]
    assert second.payload["OpportunityLineItems"] == []
    assert asked.paths[1] == NEXT


def test_changed_lines_bring_their_opportunities_once() -> None:
    parents = [{"attributes": {}, "OpportunityId": "006a"}, {"attributes": {}, "OpportunityId": "006a"}]
    asked = Asked((200, page(*parents)), (200, page(record(1, OpportunityLineItems=None))))
    found = pulled(asked, "opportunity_rows", {"since": "2026-05-04T08:00:00+00:00"})
    assert [item.kind for item in found.items] == ["opportunity"]
    assert "FROM OpportunityLineItem WHERE SystemModstamp >= 2026-05-04T07:50:00Z" in asked.soql[0]
    assert "WHERE Id IN ('006a')" in asked.soql[1]


def test_no_changed_lines_cost_one_call() -> None:
    asked = Asked((200, page()))
    assert pulled(asked, "opportunity_rows", {"since": "2026-05-04T08:00:00+00:00"}).items == ()
    assert len(asked.paths) == 1
