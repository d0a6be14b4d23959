"""When a document may be booked: rested, and alone under its name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sync.core.documents.booking import Unbooked, booking
from sync.core.types import RecordKey

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DRAFT = Unbooked(
    source=RecordKey("upsales:94", "order", "7"),
    company="nord",
    kind="invoice",
    number="41",
    reference="upsales:94:order:7:invoice:g2",
    generation=2,
    correlation_id="c0ffee",
    mapping_version="v",
    title="Bänk",
    amount_sek=Decimal("180"),
    bearers=("41",),
    sent_at=NOW,
    document={"Net": Decimal("180"), "TotalVAT": 45, "Currency": "SEK", "VATIncluded": False, "Remarks": "x"},
    answer={"Net": "180.00", "TotalVAT": "45", "Currency": "SEK", "VATIncluded": False, "Remarks": ""},
)


def test_a_document_that_rested_and_is_alone_under_its_name_is_booked() -> None:
    found = booking(DRAFT, NOW)
    assert found is not None
    assert (found.action, found.state, found.target_id, found.generation) == ("book", "planned", "41", 2)
    assert found.subject == "fortnox:nord|book|invoice|nord|upsales:94|order|7"
    assert not found.decides


def test_a_document_that_was_just_written_rests() -> None:
    assert booking(DRAFT, NOW - timedelta(seconds=1)) is None


def test_a_document_that_was_adopted_has_rested() -> None:
    assert booking(replace(DRAFT, sent_at=None), NOW) is not None


def test_a_name_that_two_documents_bear_is_for_a_person() -> None:
    found = booking(replace(DRAFT, bearers=("41", "44")), NOW)
    assert found is not None
    assert (found.state, found.error_class, found.error_code) == ("review", "match", "several_documents")
    assert found.problems[0]["params"] == {"numbers": "41, 44"}


@pytest.mark.parametrize(
    "edit",
    [{"Net": 181}, {"TotalVAT": 21}, {"Currency": "EUR"}, {"VATIncluded": True}],
    ids=lambda edit: next(iter(edit)),
)
def test_a3_a_document_whose_money_is_not_what_was_answered_is_for_a_person(edit: dict[str, Any]) -> None:
    found = booking(replace(DRAFT, document={**DRAFT.document, **edit}), NOW)
    assert found is not None
    assert (found.state, found.error_class, found.error_code) == ("review", "rule", "money_otherwise")
    assert found.problems[0]["params"] == {"number": "41", "fields": next(iter(edit))}
    unanswered = booking(replace(DRAFT, document={**DRAFT.document, **edit}, answer=None), NOW)
    assert unanswered is not None
    assert unanswered.state == "planned"
