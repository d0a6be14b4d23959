"""The kinds of documents that Kvitt makes in Fortnox, each as one value: what everything else asks of a kind.

A document is named by (company, kind, number). A new kind is a value here, a section of a mapping file, and words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mappings.fields import INVOICE as INVOICE_FIELDS
from mappings.fields import INVOICE_ROW, REGISTERS, Fields, compared

_OF_ROWS = ".row"


@dataclass(frozen=True)
class DocumentKind:
    """One kind of document.

    `name` is our word for it, in keys, tables and mapping files; `resource`, `single` and `plural` are Fortnox's: in
    paths, around one, around several. `rows` holds its rows, `quantity` is a row's quantity, `day` the day it is
    counted on, and `reference` carries our name for it, which Fortnox can be asked for. `books` is whether one can be
    booked and is revenue then. `fields` are those of its head, `row_fields` those of a row.
    """

    name: str
    resource: str
    single: str
    plural: str
    rows: str
    quantity: str
    day: str
    reference: str
    books: bool
    fields: Fields
    row_fields: Fields

    @property
    def row(self) -> str:
        """Return the kind of its rows, where their fields are asked for."""
        return f"{self.name}{_OF_ROWS}"

    @cached_property
    def compared_of_rows(self) -> tuple[str, ...]:
        """Return what of a row counts as said when it is compared as a whole."""
        return compared(self.row_fields)

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """Return what of its head counts as said when it is compared as a whole."""
        return compared(self.fields)

    @property
    def stream(self) -> str:
        """Return the name under which all of them are read."""
        return self.resource

    @property
    def open_stream(self) -> str:
        """Return the name under which those with something left to pay are read."""
        return f"open_{self.resource}"

    @property
    def needed(self) -> tuple[str, ...]:
        """Return the fields without which none can be made."""
        return ("CustomerNumber", self.day)

    @property
    def follows(self) -> Mapping[str, frozenset[str]]:
        """Return what Fortnox fills in anew when a field is sent, by that field."""
        return {
            "CustomerNumber": frozenset(self.compared),
            self.day: frozenset({"DueDate", "CurrencyRate"}),
            "TermsOfPayment": frozenset({"DueDate"}),
            "Currency": frozenset({"CurrencyRate", "CurrencyUnit"}),
        }


INVOICE = DocumentKind(
    name="invoice",
    resource="invoices",
    single="Invoice",
    plural="Invoices",
    rows="InvoiceRows",
    quantity="DeliveredQuantity",
    day="InvoiceDate",
    reference="ExternalInvoiceReference1",
    books=True,
    fields=INVOICE_FIELDS,
    row_fields=INVOICE_ROW,
)
# The key of a document in Fortnox, whatever its kind.
NUMBER = "DocumentNumber"
DOCUMENT_KINDS: dict[str, DocumentKind] = {INVOICE.name: INVOICE}


def document_kind(name: str) -> DocumentKind | None:
    """Return the kind of documents of a name, None for what is no document: a customer, an article, a row."""
    return DOCUMENT_KINDS.get(name)


def revenue_kinds() -> list[str]:
    """Return the names of the kinds that are revenue once they are booked."""
    return [kind.name for kind in DOCUMENT_KINDS.values() if kind.books]


def fields_of(kind: str) -> Fields:
    """Return the fields of customers, articles, a kind of documents or its rows; none of what no table knows."""
    found = DOCUMENT_KINDS.get(kind.removesuffix(_OF_ROWS))
    if found is None:
        return REGISTERS.get(kind, {})
    return found.row_fields if kind.endswith(_OF_ROWS) else found.fields
