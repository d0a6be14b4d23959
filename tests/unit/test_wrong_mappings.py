"""A mapping that would fail later, do nothing, or set what is not its own is refused when it is loaded."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from mappings import MappingError, load
from mappings.checks.files import _conditions, wanted_by
from mappings.kinds import INVOICE, fields_of
from mappings.sources import STATUSES, TOLD
from mappings.spec import When
from sync.core.bridge.measures import DocumentState, fortnox_document
from sync.core.documents.writeback import Fact, document_view
from tests.unit.making import DAY, FOLDER, answered, link, order

Change = tuple[str, str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in FOLDER.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def edit(path: Path, before: str, after: str) -> int:
    """Replace a text that is there once and return the line it was on."""
    text = path.read_text("utf-8")
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, after), "utf-8")
    return text[: text.index(before)].count("\n") + 1


def complaint(folder: Path, system: str = "upsales", connected: tuple[str, ...] = ("nord", "syd")) -> str:
    with pytest.raises(MappingError) as caught:
        load(folder, system, connected=connected)
    return str(caught.value)


def told(folder: Path, name: str, before: str, after: str, at: int = 0) -> str:
    """Make one change and return the sentence about its line, `at` lines below it."""
    line = edit(folder / name, before, after) + at
    said = complaint(folder, "salesforce" if name == "salesforce.yaml" else "upsales")
    start = f"{folder / name}, line {line}: "
    assert start in said, said
    return said


def test_deals_become_one_kind_of_documents(folder: Path) -> None:
    file = folder / "upsales.yaml"
    before, _, rest = file.read_text(encoding="utf-8").partition("\ninvoice:\n")
    file.write_text(before + "\n" + rest[rest.index("write_back:") :], encoding="utf-8")
    assert "deals become one kind of documents. Write one section of invoice." in complaint(folder)


REMARKS = "    Remarks: {from: custom.REMARKS}"


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("ExternalInvoiceReference1: {from: description}", "Kvitt sets it itself"),
        ("DocumentNumber: {from: id}", "Fortnox works it out itself"),
        ("TotalVAT: {from: custom.VAT, as: decimal}", "Fortnox works it out itself"),
        ("Booked: {value: true, as: boolean}", "Fortnox works it out itself"),
        ("Labels: {from: custom.X}", "only a person in Fortnox sets it"),
        ("Remark: {from: custom.REMARKS}", "Fortnox has no field Remark on an invoice. Write Remarks"),
        ("remarks: {from: custom.REMARKS}", "Fortnox has no field remarks"),
        ("InvoiceRows: {from: orderRow}", "InvoiceRows is not a single value"),
    ],
)
def test_c1_a_field_that_is_not_the_mappings_is_refused(folder: Path, field: str, reason: str) -> None:
    assert reason in told(folder, "upsales.yaml", REMARKS, f"    {field}")


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("RowId: {from: id, as: decimal}", "Fortnox works it out itself"),
        ("Total: {from: price, as: decimal}", "Fortnox works it out itself"),
        ("Price: {from: price, as: decimal}", "made by discount"),
        ("Discount: {from: custom.RABATT, as: decimal}", "made by discount"),
        ("Text: {from: product.name}", "Fortnox has no field Text on a row"),
    ],
)
def test_c1_a_row_has_its_own_table(folder: Path, field: str, reason: str) -> None:
    assert reason in told(folder, "upsales.yaml", "      Description: {from: product.name}", f"      {field}")


@pytest.mark.parametrize("kind", ["customer", "article", "invoice"])
def test_c1_no_field_that_somebody_else_owns_can_be_mapped(folder: Path, kind: str) -> None:
    before = (folder / "upsales.yaml").read_text("utf-8")
    head = f"\n{kind}:\n"
    for name, field in fields_of(kind).items():
        if field.writer == "mapping" or name.startswith("@"):
            continue
        start = before.index("  fields:\n", before.index(head)) + len("  fields:\n")
        (folder / "upsales.yaml").write_text(f"{before[:start]}    {name}: {{from: id}}\n{before[start:]}", "utf-8")
        assert f"{kind}.fields.{name}: {name} cannot be mapped" in complaint(folder)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        # what the faults were found with
        ("system: upsales", "system: salesforce", "Write system: upsales"),
        ("  source: account\n", "  source: acount\n", "Write source: account"),
        ("  source: order\n", "  source: orders\n", "Write source: order"),
        ("  target: invoice\n", "  target: order\n", "Write target: invoice"),
        ("each: orderRow", "each: orderRows", "Write each: orderRow"),
        ("into: InvoiceRows", "into: Invoicerows", "Write InvoiceRows"),
        ("sum_equals: value", "sum_equals: valeu", "a deal has no sum in valeu"),
        ("id: id\n", "id: Id\n", "Write id: id"),
        ("  order:\n    FORTNOX_ID", "  orders:\n    FORTNOX_ID", "nothing is written to orders"),
        ("KVITT_STATUS: {from: status}", "KVITT_STATUS: {from: state}", "Kvitt has no state to tell"),
        ("Freight: {value: 0, as: decimal}", "Freight: {value: abc, as: decimal}", "'abc' is no number"),
        ("Phone1: {from: phone}", "Phone1: {from: []}", "'from' names no path"),
        ("Phone1: {from: phone}", "Phone1: {template: '{phone'}", "a brace is not closed"),
        ("Phone1: {from: phone}", "Phone1: {template: 'phone}'}", "a brace is not closed"),
        ("Phone1: {from: phone}", "Phone1: {template: '{}'}", "a brace is not closed"),
        ("date], as: date,", "date], as: date, plus_days: 99999999,", "must be 3660 or less"),
        ("    InvoiceDate: {from: [closeDate, date], as: date, required: true}\n", "", "InvoiceDate is missing"),
        ("    CustomerNumber: {from: client.id, link: customer, required: true}\n", "", "CustomerNumber is missing"),
        ("lookup: vat_types", "lookup: vat_typos", "the table vat_typos is not in codes.yaml"),
        # others of the kind
        ("    InvoiceDate: {from: [closeDate, date], as: date, required: true}",
         "    InvoiceDate: {from: [closeDate, date], as: date}", "Add required: true"),
        ("    InvoiceDate: {from: [closeDate, date], as: date, required: true}",
         "    InvoiceDate: {from: [closeDate, date], required: true}", "Write as: date"),
        ("from: client.id, link: customer, required", "from: client.name, required", "Add link: customer"),
        ("from: client.id, link: customer, required", "from: client.id, link: article, required", "Remove it"),
        ("Phone1: {from: phone}", "Phone1: {from: phone, link: customer}", "gives a number that Phone1 does not take"),
        ("from: client.id, link: customer, required", "from: client.id, link: customer, max: 5, required", "Remove"),
        ("    InvoiceDate: {from: [closeDate, date], as: date, required: true}",
         "    InvoiceDate: {from: [closeDate, date], as: date, required: true, when: {field: custom.X, equals: '1'}}",
         "Remove the condition"),
        ("street: address.Invoice.address", "street: []", "it names no path"),
        ("Phone1: {from: phone}", "Phone1: {from: ''}", "'' is no path"),
        ("Phone1: {from: phone}", "Phone1: {from: client..phone}", "is no path"),
        ("Phone1: {from: phone}", "Phone1: {from: kvitt.addres.street}", "does not work out kvitt.addres.street"),
        ("  title: name\n  number: custom", "  title: kvitt.address.city\n  number: custom", "does not work out"),
        ("    - {field: custom.SKIP_SYNC,", "    - {field: kvitt.address.country,", "does not work out"),
        ("Phone1: {from: phone}", "Phone1: {from: phone, as: decimal}", "holds a text"),
        ("Phone1: {from: phone}", "Phone1: {value: 'Ring 漢'}", "holds characters that Fortnox refuses"),
        ("Phone1: {from: phone}", "Phone1: {value: a, default: b}", "Remove the default"),
        ("country, as: country_code, default: SE", "country, default: SE", "Add as: country_code"),
        ("country, as: country_code, default: SE", "country, as: country_code, default: SVERJE", "is no country"),
        ("      lookup: vat_types\n", "", "Add lookup: vat_types"),
        ("Currency: {from: currency, default: SEK}", "Currency: {from: currency, default: KRONA}", "is too long"),
        ("Currency: {from: currency, default: SEK}", "Currency: {from: currency, as: decimal}", "holds a code"),
        ("net_price: price}", "net_price: prise}", "a row has no number in prise"),
        ('in: ["", "0"]', "in: []", "the condition never holds"),
        ('    - {field: custom.SKIP_SYNC, in: ["", "0"]}\n',
         '    - {field: custom.SKIP_SYNC, in: ["", "0"]}\n    - {field: custom.SKIP_SYNC, equals: "1"}\n',
         "no value of custom.SKIP_SYNC"),
        ("FORTNOX_ID: {from: number}", "FORTNOX_ID: {from: number, required: true}", "are for what is sent to Fortnox"),
        ("FORTNOX_ID: {from: number}", "REMARKS: {from: number}", "is read for what is sent to Fortnox"),
        ("FORTNOX_ID: {from: number}", "close-date: {from: number}", "is not a custom field"),
        ("KVITT_STATUS: {from: status}", "KVITT_STATUS: {from: status, as: date}", "status cannot be written as date"),
        ("FN_TOTAL: {from: total, as: money}", "FN_TOTAL: {from: total, as: flag}", "It may be decimal, money, text"),
        ("IS_PAID: {from: fully_paid, as: flag}", "IS_PAID: {from: fully_paid, as: money}", "cannot be written as"),
        ("DUE_DATE: {from: due_day, as: date}", "DUE_DATE: {from: [due_day, total], as: date}", "total cannot be"),
        ("KVITT_STATUS: {from: status}", "KVITT_STATUS: {from: status, lookup: vat_types}",
         "no line for draft, booked, sent, part-paid, overdue, paid, cancelled, credited"),
    ],
)  # fmt: skip
def test_c2_a_wrong_mapping_is_refused_with_file_and_line(folder: Path, before: str, after: str, reason: str) -> None:
    edit(folder / "upsales.yaml", before, after)
    said = complaint(folder)
    assert f"{folder / 'upsales.yaml'}, line " in said
    assert reason in said


def test_c2_the_line_is_that_of_what_is_wrong(folder: Path) -> None:
    told(folder, "upsales.yaml", "    each: orderRow", "    each: orderRows")
    shutil.copy(FOLDER / "upsales.yaml", folder)
    told(folder, "upsales.yaml", "    KVITT_STATUS: {from: status}", "    KVITT_STATUS: {from: state}")
    shutil.copy(FOLDER / "upsales.yaml", folder)
    told(folder, "upsales.yaml", "    - street: address.Mail.address", "    - street: kvitt.street")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("system: salesforce", "system: upsales", "Write system: salesforce"),
        ("  source: opportunity\n", "  source: order\n", "Write source: opportunity"),
        ("each: OpportunityLineItems", "each: OpportunityLineItem", "Write each: OpportunityLineItems"),
        ("sum_equals: Amount", "sum_equals: Amounts", "a deal has no sum in Amounts"),
        ("Fortnox_Status__c: {from: status}", "StageName: {from: status}", "is not a custom field"),
        ("Fortnox_Status__c: {from: status}", "CloseDate: {from: day, as: date}", "is not a custom field"),
        ("{from: kvitt.rate,", "{from: kvitt.rates,", "It works out kvitt.currency, kvitt.rate"),
    ],
)
def test_c2_the_other_crm_is_held_to_its_own_names(folder: Path, before: str, after: str, reason: str) -> None:
    assert reason in told(folder, "salesforce.yaml", before, after)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ("[{to: nrod}]", "nrod is no company of the settings, which name nord, syd"),
        ("[{to: nord}, {to: syd, when: {field: a, equals: b}}]", "rule 1 takes every deal before this one"),
        ("[{to: nord}, {to: syd}]", "rule 1 takes every deal before this one"),
        ("[{to: nord, when: {field: a, equals: b}}, {to: syd, when: {field: a, equals: b}}]", "the rules above take"),
        ("[{to: nord, when: {field: a, in: [b, c]}}, {to: syd, when: {field: a, equals: c}}]", "the rules above take"),
        (
            "[{to: nord, when: {field: a, present: true}}, {to: syd, when: {field: a, equals: c}}]",
            "the rules above take",
        ),
        ("[{to: nord, when: {field: a, in: []}}]", "the condition never holds"),
        ("[{to: nord, when: {field: kvitt.address.country, equals: SE}}]", "does not work out kvitt.address.country"),
        ("[{to: nord, when: {field: '', equals: SE}}]", "'' is no path"),
    ],
)  # fmt: skip
def test_c2_a_rule_that_no_deal_can_reach_or_that_leads_nowhere_is_refused(
    folder: Path, rules: str, reason: str
) -> None:
    said = told(folder, "companies.yaml", "rules: []", f"rules: {rules}")
    assert reason in said


def test_c2_a_last_resort_that_is_no_company_is_refused(folder: Path) -> None:
    assert "It may also be only or hold" in told(folder, "companies.yaml", "otherwise: only", "otherwise: nrod")


def test_c2_rules_that_can_all_be_reached_are_taken(folder: Path) -> None:
    rules = "[{to: nord, when: {field: a, equals: b}}, {to: syd, when: {field: a, in: [b, c]}}, {to: syd}]"
    edit(folder / "companies.yaml", "rules: []", f"rules: {rules}")
    assert len(load(folder, "upsales", connected=("nord", "syd")).companies.rules) == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text + "    otherwise: EXPORT\n", "only a table of two-letter country codes may have it"),
        (lambda text: text + "    sevat: EUVAT\n", "are read alike and mean two things"),
        (lambda text: text + "    SE-moms: EUVAT\n", "are read alike and mean two things"),
        (lambda text: text + "    X: [EUVAT]\n", "it must be one word or number"),
        (lambda text: text + "    X:\n", "it must be one word or number"),
        (lambda text: text + "  other: {}\n", "the table has no lines"),
    ],
)
def test_a5_a_table_that_would_let_a_misspelt_value_pass_is_refused(
    folder: Path, change: Callable[[str], str], reason: str
) -> None:
    path = folder / "codes.yaml"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    said = complaint(folder)
    assert f"{path}, line " in said
    assert reason in said


def test_a5_a_value_that_is_no_kind_of_vat_is_refused(folder: Path) -> None:
    edit(folder / "codes.yaml", "SE moms: SEVAT", "SE moms: SWEVAT")
    assert "SWEVAT is no kind of VAT" in complaint(folder)


def test_a5_a_table_of_countries_may_catch_the_rest_but_only_of_countries(folder: Path) -> None:
    path = folder / "codes.yaml"
    path.write_text(path.read_text("utf-8") + "  lists:\n    SE: A\n    NO: B\n    otherwise: C\n", "utf-8")
    place = "    Phone1: {from: phone}"
    more = "{from: kvitt.address.country, as: country_code, lookup: lists}"
    edit(folder / "upsales.yaml", place, f"{place}\n    PriceList: {more}")
    made = load(folder, "upsales").customer
    account = {"id": 1, "name": "X", "address": {"Mail": {"country": "norge"}}}
    assert made.mapped(account, lambda _kind, _key: None)[0]["PriceList"] == "B"
    edit(folder / "upsales.yaml", more, "{from: custom.LIST, lookup: lists}")
    assert "is meant for countries: a misspelt value would pass" in complaint(folder)


def test_c2_a_table_with_a_line_for_every_status_is_in_order(folder: Path) -> None:
    path = folder / "codes.yaml"
    lines = "".join(f"    {status}: {status.upper()}\n" for status in STATUSES)
    path.write_text(f"{path.read_text('utf-8')}  statuses:\n{lines}", "utf-8")
    edit(folder / "upsales.yaml", "KVITT_STATUS: {from: status}", "KVITT_STATUS: {from: status, lookup: statuses}")
    assert load(folder, "upsales", connected=()).system == "upsales"


def test_c2_what_a_write_back_may_tell_is_what_kvitt_knows_of_a_document() -> None:
    document = fortnox_document(INVOICE, answered(order(), Booked=True))
    fact = Fact(link(order(), answered(order())), document, 1, None, None)
    assert set(document_view(fact, DAY)) == TOLD["deal"]
    states = {state.replace("_", "-") for state in get_args(DocumentState)} - {"part-credited"}
    assert states | {"overdue"} == set(STATUSES)


def test_c2_the_shipped_mappings_are_in_order() -> None:
    for system in ("upsales", "salesforce"):
        assert load(FOLDER, system, connected=()).system == system


def test_what_every_crm_calls_a_deal_is_read_of_deals_alone(folder: Path) -> None:
    place = "  source: order\n"
    edit(folder / "upsales.yaml", place, f"{place}  agreed_key: custom.DEAL_NO\n")
    made = load(folder, "upsales").document
    assert "custom.DEAL_NO" in made.reads
    assert [made.agreed_key({"custom": {"DEAL_NO": said}}) for said in (" 17 ", 17, None)] == ["17", "17", ""]
    edit(folder / "upsales.yaml", f"{place}  agreed_key: custom.DEAL_NO\n", place)
    assert load(folder, "upsales").document.agreed_key({"custom": {"DEAL_NO": "17"}}) == ""
    edit(folder / "upsales.yaml", "  source: account\n", "  source: account\n  agreed_key: name\n")
    assert "agreed_key belongs in the section of what deals become, such as invoice" in complaint(folder)


NUMBER = "  number: custom.FORTNOX_CUSTOMER_ID"
TOLD_NUMBER = "    FORTNOX_CUSTOMER_ID: {from: number}"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (NUMBER, "  number: {nord: custom.FIRST, ost: custom.SECOND}", "no company ost. They have nord, syd."),
        (NUMBER, "  number: {nord: custom.FIRST, syd: custom.FIRST}", "custom.FIRST is nord's already"),
        (NUMBER, "  number: {nord: custom..FIRST}", "is no path"),
        (NUMBER, "  number: {nord: 5}", "must be a text"),
        (TOLD_NUMBER, "    FIRST: {from: numbers.ost}", "Kvitt has no numbers.ost to tell here"),
        (TOLD_NUMBER, "    FIRST: {from: [numbers.nord, numbers.syd]}", "one company's number"),
        (TOLD_NUMBER, "    FIRST: {template: '{numbers.nord}/{number}'}", "one company's number"),
    ],
)
def test_b5_numbers_by_company_are_of_companies_that_are_connected(
    folder: Path, before: str, after: str, reason: str
) -> None:
    assert reason in told(folder, "upsales.yaml", before, after)


def test_b5_each_company_may_have_its_own_field_for_the_number(folder: Path) -> None:
    edit(folder / "upsales.yaml", NUMBER, "  number: {nord: custom.FIRST, syd: [custom.SECOND, custom.THIRD]}")
    edit(folder / "upsales.yaml", TOLD_NUMBER, "    FIRST: {from: numbers.nord}\n    SECOND: {from: numbers.syd}")
    customer = load(folder, "upsales", connected=("nord", "syd")).customer
    account = {"custom": {"FIRST": "17", "THIRD": "42"}}
    assert [customer.number(account, company) for company in ("nord", "syd", "ost")] == ["17", "42", None]
    assert {"custom.FIRST", "custom.SECOND", "custom.THIRD"} <= set(customer.reads)


def test_a_condition_that_only_asks_whether_there_is_a_value_stands_beside_any_other() -> None:
    presence = When(field="custom.SKIP_SYNC", present=True)
    both = [presence, When(field="custom.SKIP_SYNC", equals="1")]
    assert not any("no value of" in str(told) for told in _conditions("invoice", both, frozenset()))
    assert wanted_by(presence) is None
