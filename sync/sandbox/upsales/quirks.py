"""What nobody has established about Upsales (FACTS.md 5), each as a switch with a careful default."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class UpsalesQuirks:
    """Open questions about Upsales, answered one way; tests may answer them the other way.

    `rate_limit` requests per `rate_window` seconds and key (FACTS.md 1.4); a 401 names `unknown_key_limit`.
    """

    rate_limit: int = 200
    rate_window: float = 10.0
    unknown_key_limit: int = 40
    throttle_message: str = "Too many requests"
    not_found_message: str = "Not found"
    custom_put: Literal["replace", "merge"] = "replace"
    """Whether a `custom` array in a PUT replaces all custom values or only those it names."""
    numbers_in_custom: Literal["kept", "text"] = "kept"
    """Whether a number sent as a custom value stays a number (recorded for 0 only, FACTS.md 1.8)."""
    select_accepts_unknown: bool = True
    """Whether a Select field takes a text that is none of its options."""
    put_keeps_row_ids: bool = True
    """Whether an order row sent with its own id keeps it (a vendor example only, FACTS.md 2.3)."""
    close_date_moves: bool = False
    """Whether every save at 0 or 100 % sets closeDate to today, or only the save that closes."""
    probability_default: Literal["stage", "required"] = "stage"
    """What a new order without a probability gets: its stage's, or a refusal."""
    text_ignores_case: bool = False
    """Whether `field=text` ignores case, as sorting does."""
    master_margin: bool = True
    """Whether contributionMargin is in the master currency (its twin is always in the order's)."""
    inactive_account_blocks_orders: bool = True
    """Whether a new order for an inactive account is refused (FACTS.md 1.6)."""
    open_to_web_pages: bool = False
    """Whether answers allow any web page to read them, as Upsales' own do (FACTS.md 1.1)."""
    shuffle_unsorted: bool = True
    """Whether unsorted lists come in another order each time (FACTS.md 1.5)."""
