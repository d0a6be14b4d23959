"""The table of causes: one row for every reason why the CRM and Fortnox differ.

A row's place is its order: from the pipeline to what is booked, and where two causes of a side fit, rules tell the one
that stands first. They do so by the order of their own branches: none reads this one. Rules make causes by their code;
what a person reads of one stands in the dashboard's words under the same code. `docs/adding-a-cause.md`
tells what a further one takes.
"""

from dataclasses import dataclass
from typing import Literal

# crm: sold, not booked, or a step of the CRM alone: counted on the deal's day. booked: booked, not sold: counted on the
# document's day. both: sold and booked at different values, also counted on the document's day.
Side = Literal["crm", "booked", "both"]
Group = Literal[
    "pipeline", "discount", "definition", "vat", "company", "timing", "not_booked", "part_delivery", "not_invoiced",
    "cancelled", "duplicate", "excluded", "sync", "charges", "rounding", "credit", "not_won", "extra_row", "manual",
    "quantity", "currency", "price", "rate", "unclassified",
]  # fmt: skip
Fact = Literal[
    "deal", "document", "link", "standing", "locked_period", "history", "go_live", "crm_customers", "credited",
    "deal_header", "bundles", "row_rules", "sales_model", "price_basis", "chosen_scope", "accounting_method", "orders",
    "offers", "invoicing_plan", "deal_key",
]  # fmt: skip
# What Kvitt knows today. `standing` is where a deal stands without a booked document, `credited` a credit's original.
HELD: frozenset[Fact] = frozenset(
    {
        "deal",
        "document",
        "link",
        "standing",
        "locked_period",
        "history",
        "go_live",
        "crm_customers",
        "credited",
        "deal_key",
    }
)
PLANNED = "planned"


@dataclass(frozen=True)
class Cause:
    """One cause: its code, the side and the group it belongs to, the facts it `needs`, and what makes it.

    `made_by` names a rule below `sync` as module:function (or macro), or is PLANNED while nothing makes the cause yet.
    """

    code: str
    side: Side
    group: Group
    needs: tuple[Fact, ...]
    made_by: str = PLANNED

    @property
    def is_planned(self) -> bool:
        """Return whether nothing makes the cause yet."""
        return self.made_by == PLANNED


_STAGES = "store.reader.bridge:Stages"
_PERIOD = "store.schema:bridge_of"
_WHOLE = "core.bridge.bridge:_as_a_whole"
_UNBOOKED = "core.bridge.bridge:_without_booking"
_PARTS = "core.bridge.bridge:_in_parts"
_DEAL = "core.bridge.bridge:_deal"
_CHARGES = "core.bridge.bridge:_charges"
_LOOSE = "core.bridge.bridge:_loose_cause"
_PAIR = "core.bridge.bridge:_pair"
_FACTORS = "core.bridge.valuation:_steps"
_REST = "core.bridge.valuation:changes"

_ROWS = (
    # From the pipeline to what was won gross.
    Cause("P30", "crm", "pipeline", ("deal",), _STAGES),
    Cause("P20", "crm", "pipeline", ("deal",), _STAGES),
    Cause("P10", "crm", "pipeline", ("deal",), _STAGES),
    # From won gross to what can be invoiced.
    Cause("C41", "crm", "discount", ("deal",), _STAGES),
    Cause("C42", "crm", "discount", ("deal", "deal_header")),
    Cause("C43", "crm", "discount", ("deal", "bundles")),
    Cause("C44", "crm", "discount", ("deal", "row_rules")),
    Cause("C10", "crm", "definition", ("deal", "sales_model")),
    Cause("C20", "crm", "definition", ("deal", "deal_header")),
    Cause("C30", "crm", "vat", ("deal", "price_basis")),
    Cause("C50", "crm", "definition", ("deal", "row_rules")),
    # Sold, not booked: from what is known furthest downstream to what is known first.
    Cause("O12", "crm", "company", ("deal", "document", "link"), _WHOLE),
    Cause("O11", "crm", "company", ("deal", "document", "link", "chosen_scope")),
    Cause("O21", "crm", "timing", ("deal", "document", "link"), _PERIOD),
    Cause("O22", "crm", "timing", ("deal", "document", "link"), _PERIOD),
    Cause("O31", "crm", "not_booked", ("deal", "document", "link", "accounting_method")),
    # A draft in a closed period, or an invoice that Fortnox refused for it. The latter does not hide a cancelled
    # document: then the deal is O61.
    Cause("O34", "crm", "not_booked", ("deal", "document", "standing", "locked_period"), _UNBOOKED),
    Cause("O32", "crm", "not_booked", ("deal", "document", "link"), _UNBOOKED),
    Cause("O33", "crm", "not_booked", ("deal", "document", "link"), _UNBOOKED),
    Cause("O41", "crm", "part_delivery", ("deal", "document", "link", "history"), _PARTS),
    Cause("O44", "crm", "part_delivery", ("deal", "orders")),
    Cause("O45", "crm", "not_invoiced", ("deal", "invoicing_plan")),
    Cause("O42", "crm", "not_invoiced", ("deal", "orders")),
    Cause("O43", "crm", "not_invoiced", ("deal", "offers")),
    Cause("O61", "crm", "cancelled", ("deal", "document", "link"), _UNBOOKED),
    Cause("O62", "crm", "cancelled", ("deal", "standing"), _UNBOOKED),
    Cause("O72", "crm", "duplicate", ("deal", "standing", "deal_key"), _UNBOOKED),
    Cause("O71", "crm", "excluded", ("deal", "standing"), _UNBOOKED),
    Cause("O58", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("O57", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("O56", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("O52", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("O54", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("O53", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("O55", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("O59", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("O51", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("O81", "crm", "sync", ("deal", "standing"), _UNBOOKED),
    Cause("X1", "crm", "unclassified", ("deal", "document", "link"), _DEAL),
    # Booked, not sold.
    Cause("I81", "booked", "charges", ("document",), _CHARGES),
    Cause("I82", "booked", "charges", ("document",), _CHARGES),
    Cause("I83", "booked", "rounding", ("document",), _CHARGES),
    Cause("I24", "booked", "credit", ("document", "link", "credited"), _DEAL),
    Cause("I21", "booked", "credit", ("document", "credited"), _LOOSE),
    Cause("I22", "booked", "credit", ("document", "credited"), _LOOSE),
    Cause("I23", "booked", "credit", ("document",), _LOOSE),
    Cause("I16", "booked", "company", ("deal", "document", "link"), _DEAL),
    Cause("I11", "booked", "timing", ("deal", "document", "link"), _PERIOD),
    Cause("I12", "booked", "timing", ("deal", "document", "link"), _PERIOD),
    Cause("I15", "booked", "not_won", ("deal", "document", "link"), _LOOSE),
    Cause("I14", "booked", "not_won", ("deal", "document", "link"), _LOOSE),
    Cause("I13", "booked", "not_won", ("deal", "document", "link"), _LOOSE),
    Cause("I31", "booked", "duplicate", ("deal", "document", "link"), _DEAL),
    Cause("I41", "booked", "extra_row", ("deal", "document", "link", "history"), _PAIR),
    Cause("I61", "booked", "definition", ("document",), _LOOSE),
    Cause("I62", "booked", "definition", ("document",), _LOOSE),
    Cause("I63", "booked", "definition", ("document",), _LOOSE),
    Cause("I64", "booked", "definition", ("document",), _LOOSE),
    Cause("I71", "booked", "excluded", ("document", "go_live"), _LOOSE),
    Cause("I51", "booked", "manual", ("document", "crm_customers"), _LOOSE),
    Cause("I52", "booked", "manual", ("document", "crm_customers"), _LOOSE),
    Cause("X2", "booked", "unclassified", ("document",), _CHARGES),
    # Sold and booked at different values: the factors of a row, in the order in which they are taken out.
    Cause("V1", "both", "quantity", ("deal", "document", "link", "history"), _FACTORS),
    Cause("V2", "both", "vat", ("deal", "document", "link", "history"), _FACTORS),
    Cause("V3", "both", "currency", ("deal", "document", "link", "history"), _FACTORS),
    Cause("V4", "both", "price", ("deal", "document", "link", "history"), _FACTORS),
    Cause("V5", "both", "discount", ("deal", "document", "link", "history"), _FACTORS),
    Cause("V6", "both", "rate", ("deal", "document", "link", "history"), _FACTORS),
    Cause("V7", "both", "rounding", ("deal", "document", "link", "history"), _REST),
    Cause("X3", "both", "unclassified", ("deal", "document", "link", "history"), _REST),
)
CAUSES: dict[str, Cause] = {cause.code: cause for cause in _ROWS}


def side(code: str) -> Side:
    """Return the side of a cause, which decides the period it is counted in. Raises KeyError for an unknown code."""
    return CAUSES[code].side


def group(code: str) -> Group:
    """Return what a cause is about; a code that the table does not know is unclassified."""
    return CAUSES[code].group if code in CAUSES else "unclassified"


def of_group(about: Group, on: Side) -> list[Cause]:
    """Return the causes of a group that belong to a side, in their order, planned ones too."""
    return [cause for cause in CAUSES.values() if (cause.group, cause.side) == (about, on)]


def explains(code: str) -> bool:
    """Return whether a cause explains its amount: what is unclassified must come to 0."""
    return group(code) != "unclassified"


def explaining() -> list[str]:
    """Return the codes of all causes that explain their amounts, in their order."""
    return [code for code in CAUSES if explains(code)]
