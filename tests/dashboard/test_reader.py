"""The reader's answers on the seeded store."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sync.store.publish import copies as publish
from sync.store.reader import bridge as reader_bridge
from sync.store.reader import history as reader_history
from sync.store.reader import overview as reader_overview
from sync.store.reader import reconciliation as reader_reconciliation
from sync.store.reader import records as reader_records
from sync.store.reader import runs as reader_runs
from sync.store.reader.published import QUERIES, Paging, Reader, ReaderError, Scope
from sync.store.reader.records import Key
from tests.dashboard import seed
from tests.dashboard.seed_deals import UPSALES

TODAY = date(2026, 6, 18)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    store = seed.full_store(tmp_path_factory.mktemp("data"))
    newest = publish.newest(store.data)
    assert newest is not None
    return Reader(newest.path)


def test_every_question_is_asked_by_a_function_and_knows_the_company() -> None:
    assert all("$company" in sql for sql in QUERIES.values())


def test_money_comes_back_exact(reader: Reader) -> None:
    totals = reader_overview.deal_totals(reader, Scope())
    assert isinstance(totals.won_net, Decimal)
    assert totals.won_gross - totals.won_discount == totals.won_net


def test_the_companies_add_up_to_all(reader: Reader) -> None:
    nord, syd, both = (reader_overview.deal_totals(reader, Scope(company)) for company in ("nord", "syd", None))
    assert nord.won_net + syd.won_net == both.won_net
    assert nord.won_deals + syd.won_deals == both.won_deals > 40


def test_a_month_holds_only_its_days(reader: Reader) -> None:
    months = reader_overview.months(reader, Scope())
    total = sum((reader_overview.deal_totals(reader, Scope.of(None, month)).won_net for month in months), Decimal(0))
    assert total == reader_overview.deal_totals(reader, Scope()).won_net


def test_the_bridge_leads_from_won_to_booked_for_each_company(reader: Reader) -> None:
    for company in ("nord", "syd", None):
        won = reader_overview.deal_totals(reader, Scope(company)).won_net
        booked = reader_overview.document_totals(reader, Scope(company), TODAY).booked_net
        causes = reader_bridge.causes(reader, Scope(company))
        assert won + sum((cause.amount_sek for cause in causes), Decimal(0)) == booked


def test_every_month_is_explained_by_causes_and_by_other_months(reader: Reader) -> None:
    rows = reader_reconciliation.months(reader, Scope())
    assert {row.unexplained for row in rows} == {Decimal(0)}
    assert any(row.moved for row in rows)
    assert sum((row.moved for row in rows), Decimal(0)) == 0
    assert all(row.difference == row.causes + row.moved for row in rows)


def test_the_rows_behind_a_month_add_up_to_its_figures(reader: Reader) -> None:
    month = next(row for row in reader_reconciliation.months(reader, Scope()) if row.month == "2026-05")
    scope = Scope.of(month.company, "2026-05")
    deals = reader_reconciliation.won_deals(reader, scope, Paging(500))
    documents = reader_reconciliation.booked_documents(reader, scope, TODAY, Paging(500))
    assert sum(deal.net_sek for deal in deals) == month.net
    assert sum(document.net_sek for document in documents) == month.booked
    assert len(deals) == month.deals == deals[0].total


def test_stuck_money_counts_a_deal_once(reader: Reader) -> None:
    assert reader_overview.stuck(reader, Scope()).records == 3
    assert reader_overview.stuck(reader, Scope("syd")).records == 1


def test_what_needs_a_person_comes_first(reader: Reader) -> None:
    rows = reader_overview.attention(reader, Scope(), Paging(2))
    assert [row.state for row in rows] == ["review", "review"]
    assert rows[0].total == 5


@pytest.mark.parametrize(
    ("words", "found_by"),
    [
        ("705", "id"),
        ("41005", "id"),
        ("410055", "ocr"),
        ("up:705", "trace"),
        ("000005c0ffee", "trace"),
        ("B 6", "voucher"),
        ("skånska", "name"),
        ("556036-0793", "organisation_number"),
        ("165560360793", "organisation_number"),
        ("SE556036079301", "organisation_number"),
        ("12 000,00 kr", "amount"),
    ],
)
def test_a_record_is_found_by(reader: Reader, words: str, found_by: str) -> None:
    hits = reader_records.search(reader, Scope(), words, TODAY, Paging())
    assert hits
    assert found_by in {hit.found_by for hit in hits}


def test_nothing_is_found_for_unknown_words_and_hostile_ones(reader: Reader) -> None:
    for words in ("finns inte", "'; DROP TABLE deals; --", "%", "_"):
        assert reader_records.search(reader, Scope(), words, TODAY, Paging()) == []


def test_another_companys_records_are_not_found(reader: Reader) -> None:
    hits = reader_records.search(reader, Scope("syd"), "", TODAY, Paging(500))
    assert {hit.company for hit in hits} == {"syd"}
    key = Key("fortnox:nord", "invoice", "41001")
    assert reader_records.record(reader, Scope("syd"), key) is None
    assert reader_records.documents(reader, Scope("syd"), [key], TODAY) == []


def test_a_family_is_the_deal_and_its_documents_seen_from_either(reader: Reader) -> None:
    deal, document = Key(UPSALES, "order", "705"), Key("fortnox:nord", "invoice", "41005")
    document = Key("fortnox:nord" if 5 % 3 else "fortnox:syd", "invoice", "41005")
    assert set(reader_records.family(reader, Scope(), deal)) == {deal, document}
    family = reader_records.family(reader, Scope(), document)
    assert family == [document, deal]
    assert [link.rung for link in reader_records.links(reader, Scope(), family)] == ["sent"]
    operations = reader_history.operations(reader, Scope(), family)
    assert [operation.state for operation in operations] == ["done"]
    numbers = [operation.operation_no for operation in operations]
    events = reader_history.events(reader, Scope(), family, numbers, Paging())
    assert {event.action for event in events} == {"record_changed", "planned", "sending", "done"}
    calls = reader_history.calls(reader, Scope(), numbers, [])
    assert [(call.method, call.status) for call in calls] == [("POST", 201)]
    assert len(reader_history.versions(reader, Scope(), deal)) == 2
    assert reader_records.deal_rows(reader, Scope(), deal.system, deal.record_id)[0].article == "MP-10"
    company = document.system.partition(":")[2]
    (first, *_) = reader_records.document_rows(reader, Scope(), company, document.kind, document.record_id)
    assert first.discount_type == "PERCENT"
    assert reader_records.payments(reader, Scope(), company, document.kind, document.record_id)
    assert reader_records.decisions(reader, Scope(), family)[0].outcome == "linked"
    assert reader_records.causes(reader, Scope(), family) == []


def test_overdue_is_by_date(reader: Reader) -> None:
    key = Key("fortnox:nord", "invoice", "41099")
    (late,) = reader_records.documents(reader, Scope(), [key], TODAY)
    (due,) = reader_records.documents(reader, Scope(), [key], date(2026, 6, 11))
    assert (late.state, due.state) == ("overdue", "booked")


def test_runs_and_answers_are_newest_first(reader: Reader) -> None:
    runs = reader_runs.run_history(reader, Scope("nord"), None, Paging(500))
    assert {run.flow for run in runs} == {"upsales:94/deals", "fortnox:nord/documents"}
    assert runs[0].run_id > runs[-1].run_id
    assert reader_runs.answers(reader, Scope(), ["0" * 32])[0].answer_code == "accepted"
    assert reader_runs.answers(reader, Scope("nord"), None) == []


def test_no_page_is_larger_than_500_rows() -> None:
    assert Paging(10_000, -5).parameters() == {"limit": 500, "skip": 0}


def test_a_copy_cannot_be_written_nor_reach_files(reader: Reader) -> None:
    for sql in ("DELETE FROM deals", "SELECT * FROM read_csv('/etc/passwd')", "SET enable_external_access = true"):
        with pytest.raises(Exception, match=r"(?i)read-only|disabled|locked|permission|Cannot"):
            reader._connection.execute(sql)


def test_a_file_that_is_no_copy_is_told_in_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "sync-1.duckdb"
    broken.write_text("nothing")
    with pytest.raises(ReaderError, match=r"sync-1\.duckdb cannot be opened"):
        Reader(broken)
