"""The table of Fortnox's fields: complete, and at one with what the played Fortnox takes and refuses."""

from collections.abc import Mapping

import pytest

from mappings.kinds import fields_of
from sync.sandbox.fortnox.documents.document_fields import INVOICE, INVOICE_ROW
from sync.sandbox.fortnox.fields import FortnoxField
from sync.sandbox.fortnox.registers.articles import ARTICLE
from sync.sandbox.fortnox.registers.customers import CUSTOMER

SERVED: list[tuple[str, Mapping[str, FortnoxField]]] = [
    ("customer", CUSTOMER),
    ("article", ARTICLE),
    ("invoice", INVOICE),
    ("invoice.row", INVOICE_ROW),
]


@pytest.mark.parametrize(("kind", "served"), SERVED)
def test_every_field_that_fortnox_answers_is_in_the_table(kind: str, served: Mapping[str, FortnoxField]) -> None:
    assert set(served) <= set(fields_of(kind))


@pytest.mark.parametrize(("kind", "served"), SERVED)
def test_what_fortnox_works_out_is_what_it_refuses_to_be_sent(kind: str, served: Mapping[str, FortnoxField]) -> None:
    computed = {name for name, rule in served.items() if rule.write in {"refuse", "ignore"}}
    ours = {name for name in served if fields_of(kind)[name].writer == "fortnox"} - {"RowId", "DocumentNumber"}
    assert computed == ours


@pytest.mark.parametrize(("kind", "served"), SERVED)
def test_texts_may_be_as_long_as_fortnox_takes_them(kind: str, served: Mapping[str, FortnoxField]) -> None:
    shorter = [
        name
        for name, rule in served.items()
        if rule.kind == "text" and rule.write != "refuse" and (fields_of(kind)[name].length or 0) > rule.limit
    ]
    assert shorter == []
