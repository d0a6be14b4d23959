"""A kind of documents that Fortnox does not have: a value, a section of a mapping file, and a stub that plays it.

The stub stands between Kvitt and the sandbox, which keeps such documents as its invoices.
"""

import re
from pathlib import Path

import httpx

from mappings.fields import Fields
from mappings.kinds import INVOICE, DocumentKind
from tests.acceptance.processes import ROOT

# What it is called here, and what the sandbox calls it.
WORDS = {
    "toynotes": "invoices",
    "Toynotes": "Invoices",
    "Toynote": "Invoice",
    "ToyRows": "InvoiceRows",
    "ToyCount": "DeliveredQuantity",
    "ToyDate": "InvoiceDate",
    "ToyName": "ExternalInvoiceReference1",
    "toyname": "externalinvoicereference1",
}
_OF_A_LIST = re.compile(r"/3/invoices/?")
_EMPTY = {"MetaInformation": {"@TotalResources": 0, "@TotalPages": 0, "@CurrentPage": 1}, "Invoices": []}


def _renamed(fields: Fields) -> Fields:
    back = {theirs: ours for ours, theirs in WORDS.items()}
    return {back.get(name, name): field for name, field in fields.items()}


TOY = DocumentKind(
    name="toynote",
    resource="toynotes",
    single="Toynote",
    plural="Toynotes",
    rows="ToyRows",
    quantity="ToyCount",
    day="ToyDate",
    reference="ToyName",
    books=True,
    fields=_renamed(INVOICE.fields),
    row_fields=_renamed(INVOICE.row_fields),
)


def mappings_with_toys(folder: Path) -> Path:
    """Write the mapping folder of the project, with Upsales' orders becoming toynotes; return it."""
    folder.mkdir()
    for file in (ROOT / "mappings").glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        if file.stem == "upsales":
            text = text.replace("\ninvoice:\n", "\ntoynote:\n").replace("target: invoice", "target: toynote")
            text = text.replace("into: InvoiceRows", "into: ToyRows").replace("    InvoiceDate:", "    ToyDate:")
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


class ToyFortnox(httpx.AsyncBaseTransport):
    """Plays toynotes by the sandbox's invoices, and shows no invoice."""

    def __init__(self, inner: httpx.AsyncBaseTransport, port: int) -> None:
        self._inner, self._port = inner, port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.port != self._port or not request.url.path.startswith("/3/"):
            return await self._inner.handle_async_request(request)
        if _OF_A_LIST.fullmatch(request.url.path) and request.method == "GET":
            return httpx.Response(200, json=_EMPTY, headers={"Date": await self._date(request)})
        url = httpx.URL(_said(str(request.url), WORDS))
        body = _said((await request.aread()).decode(), WORDS)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
        asked = httpx.Request(
            request.method, url, headers=headers, content=body.encode(), extensions=request.extensions
        )
        answer = await self._inner.handle_async_request(asked)
        text = (await answer.aread()).decode()
        told = _said(text, {theirs: ours for ours, theirs in WORDS.items()})
        shown = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
        return httpx.Response(answer.status_code, headers=shown, content=told.encode())

    async def _date(self, request: httpx.Request) -> str:
        """Return the server's own time, as any of its answers tells it."""
        answer = await self._inner.handle_async_request(
            httpx.Request("GET", request.url.copy_with(path="/3/currencies", query=None), headers=request.headers)
        )
        await answer.aread()
        return str(answer.headers["Date"])


def _said(text: str, words: dict[str, str]) -> str:
    """Return a text with whole words replaced."""
    return re.sub(r"\b(" + "|".join(words) + r")\b", lambda found: words[found[1]], text)
