"""What goes wrong in the demo world although nothing is wrong with the deal: one of each kind."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sync.sandbox.world import SoldDeal

_INVOICES = {"system": "fortnox", "method": "POST", "path": "/3/invoices$|/3/invoices\\?"}
# The flaw of a deal -> Fortnox's code and words when its invoice is made the first time (fortnox/FACTS.md 9.2).
REFUSALS: dict[str, tuple[int, str]] = {
    "account": (2001304, "Kunde inte hitta konto."),
    "closed": (2000401, "Företaget har låst perioden."),
}
FREIGHT = 49


def demo_faults(deals: Sequence[SoldDeal], go_live: date) -> Iterator[dict[str, Any]]:
    """Yield the faults; each happens once.

    Deals that carry one of the flaws above are refused. One other deal's answer is lost on its way, and one other is
    given a freight charge that nobody sent. Fortnox takes a session for expired, and a reading of it fails: the machine
    helps itself out of both.
    """
    yield {"system": "fortnox", "method": "GET", "path": "/3/invoices", "fault": "expired_token"}
    yield {"system": "fortnox", "method": "GET", "path": "/3/articles", "fault": "status_500_before"}
    numbered = list(enumerate(sorted(deals, key=lambda deal: deal.day), 1))
    for number, deal in numbered:
        if deal.flaw in REFUSALS:
            code, message = REFUSALS[deal.flaw]
            yield {**_about(number), "fault": "refuse", "code": code, "message": message}
    sound = [number for number, deal in numbered if _is_sound(deal, go_live)]
    yield {**_about(sound[len(sound) // 3]), "fault": "timeout_after"}
    yield {**_about(sound[len(sound) // 2]), "fault": "alter", "change": {"Freight": FREIGHT}}


def _about(number: int) -> dict[str, Any]:
    return {**_INVOICES, "contains": f":order:{number}:invoice:"}


def _is_sound(deal: SoldDeal, go_live: date) -> bool:
    return deal.state == "won" and not deal.flaw and deal.day >= go_live and deal.currency == "SEK"
