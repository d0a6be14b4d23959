"""What amounts and texts mean: VAT follows the article, a person keeps her edit, what is gone is not booked."""

from collections.abc import Iterator
from typing import Any

from tests.sim.people import deal_of
from tests.sim.simulation import Simulation


def check_meaning(done: Simulation) -> Iterator[str]:
    """Return what is wrong in the documents' meaning, as sentences."""
    yield from _rows_follow_their_articles(done)
    yield from _edits_live(done)
    yield from _nothing_booked_of_what_is_gone(done)


def _rows_follow_their_articles(done: Simulation) -> Iterator[str]:
    """Every row of a deal's draft is sold on its own article's account, but where a person said otherwise."""
    hers = {(edit.tenant, edit.number, edit.description) for edit in done.bookkeeper.edits}
    for tenant in done.people.tenants:
        articles = {row["ArticleNumber"]: row for row in tenant.tables.rows("articles")}
        for invoice in tenant.tables.rows("invoices"):
            number = invoice["DocumentNumber"]
            for row in invoice["InvoiceRows"] if deal_of(invoice) and not invoice["Cancelled"] else ():
                article: dict[str, Any] = articles.get(row["ArticleNumber"]) or {}
                wanted = article.get("SalesAccount")
                is_hers = (tenant.number, number, row["Description"]) in hers
                if wanted and not is_hers and row["AccountNumber"] != wanted and invoice["Currency"] == "SEK":
                    yield (
                        f"I2: {row['Description']} on invoice {number} is sold on {row['AccountNumber']}, "
                        f"its article on {wanted}."
                    )


def _edits_live(done: Simulation) -> Iterator[str]:
    """No edit of a person is ever lost, unless she cancelled the document herself."""
    for edit in done.bookkeeper.edits:
        tenant = next(one for one in done.people.tenants if one.number == edit.tenant)
        invoice = tenant.get("invoices", edit.number)
        found = [row[edit.field] for row in invoice["InvoiceRows"] if row["Description"] == edit.description]
        if not invoice["Cancelled"] and edit.value not in found:
            yield f"I2: what a person set on {edit.description} of invoice {edit.number} is lost: {edit.field} {found}."


def _nothing_booked_of_what_is_gone(done: Simulation) -> Iterator[str]:
    """What was a draft when its deal was deleted is not booked by Kvitt."""
    for number, key in done.bookkeeper.vanished:
        tenant = next(one for one in done.people.tenants if one.number == number)
        if tenant.get("invoices", key)["Booked"]:
            yield f"I2: invoice {key} was booked although its deal is gone."
