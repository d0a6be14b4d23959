"""Which customer, which company, which systems: matched, routed, or refused (ARCHITECTURE.md: the right systems)."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sync.demo.sandbox_link import systems_of
from sync.sandbox.upsales.data.seed import WON
from sync.sandbox.world import Customer
from tests.acceptance.bench import Bench
from tests.acceptance.worlds import ACME, BOLT, deal, world

NUMBERED = {"nord": "77"}
ONLY_IN_FORTNOX = Customer("shadow", "Ett annat namn AB", "SE", fortnox_numbers={"nord": "88"}, in_crm=False)


def posted_customers(bench: Bench) -> list[dict[str, Any]]:
    return [sent.body for sent in bench.writes_of() if (sent.method, sent.path) == ("POST", "/3/customers")]


def test_a_customer_is_matched_by_organisation_number(tmp_path: Path) -> None:
    known = replace(ONLY_IN_FORTNOX, organisation_number="559800-0007")
    with Bench(tmp_path, world(deal("D1"), customers=(ACME, known))) as bench:
        bench.settle()
        assert posted_customers(bench) == []
        assert bench.invoice_of("D1")["CustomerNumber"] == "88"
        assert bench.account("acme")["fields"]["FORTNOX_CUSTOMER_ID"] == "88"
        assert bench.rows("SELECT rung FROM links WHERE target_kind = 'customer'") == [("organisation_number",)]


def test_a_customer_is_matched_by_e_mail_when_nothing_better_fits(tmp_path: Path) -> None:
    known = replace(ONLY_IN_FORTNOX, name=BOLT.name, email="Faktura@BOLT.example")
    with Bench(tmp_path, world(deal("D1", customer=BOLT), customers=(BOLT, known))) as bench:
        bench.settle()
        assert posted_customers(bench) == []
        assert bench.invoice_of("D1")["CustomerNumber"] == "88"
        assert bench.rows("SELECT rung FROM links WHERE target_kind = 'customer'") == [("email",)]


def test_b1_two_companies_with_their_bureaus_address_each_get_their_own_invoice(tmp_path: Path) -> None:
    """The first one's customer has no organisation number in Fortnox: only the address would have said that it fits."""
    first = replace(ACME, organisation_number="", email="faktura@bureau.example", fortnox_numbers=NUMBERED)
    second = replace(BOLT, organisation_number="5598000007", email="faktura@bureau.example")
    deals = deal("D1", customer=first), deal("D2", customer=second)
    with Bench(tmp_path, world(*deals, customers=(first, second))) as bench:
        bench.run(times=3)
        assert bench.invoice_of("D1")["CustomerNumber"] == "77"
        assert bench.held()["account", "2"] == ("match", "shared_email")
        assert len(bench.invoices()) == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_b2_two_accounts_of_one_name_are_one_customer_and_one_question(tmp_path: Path, at_once: bool) -> None:
    first = replace(ACME, organisation_number="", email="")
    second = replace(first, key="twin", name="ACME BYGG")
    deals = deal("D1", customer=first), deal("D2", customer=second, state="won" if at_once else "open")
    with Bench(tmp_path, world(*deals, customers=(first, second))) as bench:
        bench.settle()
        if not at_once:
            bench.edit_deal("D2", stage={"id": WON}, probability=100)
            bench.settle()
        assert len(posted_customers(bench)) == 1
        assert bench.held() == {("account", "2"): ("match", "same_name"), ("order", "2"): ("match", "customer_waits")}
        assert bench.truth()["duplicates"] == 0


def test_a_customer_that_fits_twice_goes_to_a_person_and_nothing_is_sent(tmp_path: Path) -> None:
    twins = (replace(ACME, fortnox_numbers=NUMBERED), replace(ONLY_IN_FORTNOX, organisation_number="5598000007"))
    with Bench(tmp_path, world(deal("D1"), customers=twins)) as bench:
        bench.run(times=2)
        assert bench.writes_of() == []
        assert bench.held() == {
            ("account", "1"): ("match", "ambiguous_customer"),
            ("order", "1"): ("match", "customer_waits"),
        }
        assert bench.invoices() == []


def test_an_equal_name_alone_goes_to_a_person(tmp_path: Path) -> None:
    nameless = replace(ACME, organisation_number="", email="")
    known = replace(nameless, key="old", name="ACME BYGG", fortnox_numbers=NUMBERED, in_crm=False)
    with Bench(tmp_path, world(deal("D1"), customers=(nameless, known))) as bench:
        bench.run(times=2)
        assert bench.writes_of() == []
        assert bench.held()["account", "1"] == ("match", "same_name")


def test_a_customer_put_right_in_the_crm_leaves_review_and_its_deal_is_sent(tmp_path: Path) -> None:
    nameless = replace(ACME, organisation_number="", email="")
    known = replace(ACME, key="old", fortnox_numbers=NUMBERED, in_crm=False)
    with Bench(tmp_path, world(deal("D1"), customers=(nameless, known))) as bench:
        bench.run(times=2)
        bench.edit_account("acme", orgNo="559800-0007")
        bench.settle()
        assert bench.held() == {}
        assert bench.invoice_of("D1")["CustomerNumber"] == "77"


def test_a_wrong_check_digit_is_held_before_any_call(tmp_path: Path) -> None:
    wrong = replace(ACME, organisation_number="5598000008")
    with Bench(tmp_path, world(deal("D1"), customers=(wrong,))) as bench:
        bench.run(times=2)
        assert bench.writes_of() == []
        assert bench.held()["account", "1"] == ("data", "organisation_number")


def test_a_customer_is_made_once_for_many_deals(tmp_path: Path) -> None:
    with Bench(tmp_path, world(*(deal(f"D{place}") for place in range(8)))) as bench:
        bench.settle()
        assert len(posted_customers(bench)) == 1
        assert {one["CustomerNumber"] for one in bench.invoices()} == {"U-1"}


def test_deals_go_to_the_company_they_name_and_to_no_other(tmp_path: Path) -> None:
    facts = world(deal("N1"), deal("S1", company="syd"), deal("S2", company="syd"), companies=("nord", "syd"))
    with Bench(tmp_path, facts) as bench:
        bench.settle()
        assert (len(bench.invoices("nord")), len(bench.invoices("syd"))) == (1, 2)
        assert bench.invoice_of("S1", "syd")["CustomerNumber"] == "U-1"
        assert bench.deal("S1")["fields"]["KVITT_STATUS"] == "draft"
        assert (bench.truth()["duplicates"], bench.truth()["lost"]) == (0, 0)


def test_a_customer_known_in_one_company_gets_a_number_of_its_own_in_the_other(tmp_path: Path) -> None:
    facts = world(deal("N1"), deal("S1", company="syd", state="open"), companies=("nord", "syd"))
    with Bench(tmp_path, facts) as bench:
        bench.settle()
        assert bench.account("acme")["fields"]["FORTNOX_CUSTOMER_ID"] == "U-1", "nord's number"
        bench.edit_deal("S1", stage={"id": WON}, probability=100)
        bench.settle()
        assert bench.held() == {}
        assert bench.invoice_of("S1", "syd")["CustomerNumber"] == "U-1", "syd's own customer"
        assert bench.customer("U-1", "syd")["Name"] == "Acme Bygg AB"


def test_one_company_s_customer_number_never_means_another_company_s_customer(tmp_path: Path) -> None:
    known = replace(ACME, fortnox_numbers=NUMBERED)
    stranger = replace(ONLY_IN_FORTNOX, fortnox_numbers={"syd": "77"}, organisation_number="5598000015")
    facts = world(
        *(deal("N1"), deal("S1", company="syd", state="open")),
        customers=(known, stranger),
        companies=("nord", "syd"),
    )
    with Bench(tmp_path, facts) as bench:
        bench.settle()
        assert bench.account("acme")["fields"]["FORTNOX_CUSTOMER_ID"] == "77", "nord's number"
        bench.edit_deal("S1", stage={"id": WON}, probability=100)
        bench.settle()
        number = bench.invoice_of("S1", "syd")["CustomerNumber"]
        assert bench.customer(number, "syd")["Name"] == "Acme Bygg AB"


def test_a_deal_of_a_company_that_is_not_connected_is_held(tmp_path: Path) -> None:
    facts = world(deal("N1"), deal("X1", company="ost", flaw="route"), companies=("nord", "syd"))
    with Bench(tmp_path, facts) as bench:
        bench.settle()
        assert bench.held() == {("order", str(bench.deal_id("X1"))): ("rule", "no_route")}
        assert len(bench.invoices("nord")) == 1


def test_a_deal_that_moves_company_after_it_was_sent_is_held(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("N1"), companies=("nord", "syd"))) as bench:
        bench.settle()
        bench.set_custom("N1", LEGAL_ENTITY="syd")
        bench.run(times=3)
        assert bench.held() == {("order", "1"): ("rule", "moved_company")}
        assert bench.invoices("syd") == []


@pytest.mark.parametrize("numbers", [{}, {"nord": "17", "syd": "17"}])
def test_a_deal_that_moves_company_while_the_data_folder_is_lost_is_held(
    tmp_path: Path, numbers: dict[str, str]
) -> None:
    known = replace(ACME, fortnox_numbers=numbers)
    with Bench(tmp_path, world(deal("N1"), customers=(known,), companies=("nord", "syd"))) as bench:
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        bench.set_custom("N1", LEGAL_ENTITY="syd")
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "moved_company")}
        assert bench.invoices("syd") == []


def test_a_deal_that_is_lost_while_the_data_folder_is_lost_is_held(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        bench.edit_deal("D1", probability=0)
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "no_longer_won")}
        bench.press("D1", "cancel")
        bench.settle()
        assert bench.held() == {}


def refusal(bench: Bench, system: str) -> str:
    """Run once where it must be refused; returns the sentence that the connection keeps."""
    bench.writes_of()
    bench.run()
    assert bench.writes_of() == []
    rows = bench.rows(f"SELECT status, status_sentence FROM connections WHERE system = '{system}'")
    assert rows[0][0] == "needs_person"
    sentences = {row[0] for row in bench.rows("SELECT sentence FROM runs WHERE state = 'failed'")}
    assert rows[0][1] in sentences
    return str(rows[0][1])


def test_another_fortnox_company_than_the_paired_one_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("N1"), companies=("nord", "syd"))) as bench:
        bench.settle()
        bench.stop()
        found = systems_of(bench.control("GET", "info"))["companies"]
        bench.overrides = {"companies": {**found, "nord": found["nord"].model_copy(update={"tenant_id": "502"})}}
        bench.edit_deal("N1", notes="x")
        bench.set_custom("N1", REFERENCE="PO-1")
        sentence = refusal(bench, "fortnox:nord")
        assert "502" in sentence
        assert "501" in sentence
        assert "Correct the settings" in sentence


def test_another_upsales_account_than_the_named_one_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("N1"))) as bench:
        crm = systems_of(bench.control("GET", "info"))["upsales"]
        bench.overrides = {"upsales": crm.model_copy(update={"account": "12345"})}
        sentence = refusal(bench, "upsales:12345")
        assert crm.account in sentence
        assert "12345" in sentence


def test_a_second_account_of_one_company_waits_for_the_customer_that_is_in_doubt(tmp_path: Path) -> None:
    twin = replace(ACME, key="twin", name="Acme Byggnads AB", email="x@y.example")
    facts = world(deal("D1"), deal("D2", customer=twin, state="open"), customers=(ACME, twin))
    with Bench(tmp_path, facts) as bench:
        bench.fault("timeout_before", "/3/customers")
        bench.run()
        bench.edit_deal("D2", stage={"id": WON}, probability=100)
        bench.run()
        bench.settle()
        assert bench.faults_taken() == [1]
        assert len(bench.tenants["nord"].tables.rows("customers")) == 1


def test_an_account_that_changes_while_its_customer_is_in_doubt_is_told_in_the_end(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        bench.edit_account("acme", phone="08-111")
        bench.fault("timeout_before", "/3/customers/", method="PUT")
        bench.run()
        bench.clock.advance(10)
        bench.edit_account("acme", phone="08-222")
        bench.run()
        bench.settle()
        assert bench.faults_taken() == [1]
        assert bench.customer("U-1")["Phone1"] == "08-222"


def set_active(bench: Bench, number: str, active: bool) -> None:
    fields = {"Active": active}
    bench._edit({"system": "fortnox", "company": "nord", "kind": "customers", "id": number, "fields": fields})


def pass_registers(bench: Bench) -> None:
    """Let so long pass that the short registers are read again."""
    bench.clock.advance(601)
    bench.settle()


def test_b7_an_inactive_customer_is_no_match_and_is_linked_once_it_is_active(tmp_path: Path) -> None:
    known = replace(ONLY_IN_FORTNOX, organisation_number="559800-0007")
    with Bench(tmp_path, world(deal("D1"), customers=(ACME, known))) as bench:
        set_active(bench, "88", False)
        bench.settle()
        assert bench.held()["account", "1"] == ("match", "inactive_customer")
        assert posted_customers(bench) == []
        set_active(bench, "88", True)
        pass_registers(bench)
        assert bench.held() == {}
        assert bench.invoice_of("D1")["CustomerNumber"] == "88"


def test_b7_a_deal_of_a_customer_that_becomes_inactive_waits_until_it_is_active(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D2", state="open"))) as bench:
        bench.settle()
        set_active(bench, "U-1", False)
        bench.edit_deal("D2", stage={"id": WON}, probability=100)
        bench.settle()
        bench.run(times=2)
        assert bench.held() == {("order", "2"): ("match", "inactive_customer")}
        bench.set_custom("D1", REFERENCE="PO-1")
        bench.settle()
        assert bench.invoice_of("D1")["YourOrderNumber"] == "PO-1", "what is there can still be changed"
        set_active(bench, "U-1", True)
        pass_registers(bench)
        assert bench.held() == {}
        assert len(bench.invoices()) == 2


def test_b7_a_refusal_for_an_inactive_customer_ends_when_the_customer_is_active_before_anyone_looks(
    tmp_path: Path,
) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D2", state="open"))) as bench:
        bench.settle()
        set_active(bench, "U-1", False)
        bench.edit_deal("D2", stage={"id": WON}, probability=100)
        bench.run()
        assert bench.held() == {("order", "2"): ("data", "2000204")}
        set_active(bench, "U-1", True)
        bench.settle()
        assert bench.held() == {}
        assert len(bench.invoices()) == 2
