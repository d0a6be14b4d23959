"""The deals of the small store, with their customers, documents, operations and payments."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from tests.dashboard.inserts import insert, naive, record

NOW = datetime(2026, 6, 18, 12, 32, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://evil.example","x") **fet** <script>alert(1)</script> :red[röd]'
CUSTOMERS = (
    "Östersunds Plåt AB",
    "Kustbyggen i Väst AB",
    "Nordlys Energi AS",
    "Skånska Livs AB",
    "Åre Fastighets AB",
    "Mälardalens Elteknik AB",
)
SELLERS = ("Anna Lind", "Björn Ek", "Cecilia Öberg")
UPSALES = "upsales:94"


def deals(db: duckdb.DuckDBPyConnection) -> None:
    for index, name in enumerate(CUSTOMERS):
        seen = naive(NOW - timedelta(days=100))
        record(
            db,
            UPSALES,
            "account",
            str(501 + index),
            {"id": 501 + index, "name": name, "orgNo": f"55603607{90 + index}"},
            seen,
        )
        record(
            db,
            "fortnox:nord",
            "customer",
            str(10432 + index),
            {"CustomerNumber": str(10432 + index), "Name": name, "OrganisationNumber": f"556036-07{90 + index}"},
            seen,
        )
    for index in range(48):
        _deal(db, index)
    insert(
        db,
        "documents",
        company="nord",
        number="41099",
        customer_number="10435",
        customer_name=CUSTOMERS[3],
        day=date(2026, 5, 12),
        due_day=date(2026, 6, 11),
        state="booked",
        booked=True,
        cancelled=False,
        credit=False,
        currency="SEK",
        rate_sek=1,
        net_sek=Decimal("12000"),
        total=Decimal("15000"),
        balance=Decimal("15000"),
        paid=0,
        voucher="B 99",
        ocr="410993",
        version=1,
    )
    by_hand = {"number": "41099", "booked_day": date(2026, 5, 12), "why": '{"customer": "Skånska Livs AB"}'}
    insert(db, "bridge", company="nord", cause="I51", side="booked", amount_sek=12000, **by_hand)


def _deal(db: Any, index: int) -> None:
    company = "nord" if index % 3 else "syd"
    day = date(2026, 3, 2) + timedelta(days=index * 2 + index % 5)
    quantity, price = Decimal(1 + index % 4), Decimal("9850.00") + 737 * index
    percent = Decimal((0, 10, 0, 5)[index % 4])
    gross = quantity * price
    discount = (gross * percent / 100).quantize(Decimal("0.000001"))
    net = gross - discount
    state = "open" if index >= 44 else "lost" if index == 20 else "won"
    deal_id = str(700 + index)
    title = HOSTILE if index == 43 else f"Maskinpaket {index + 1}"
    customer = CUSTOMERS[index % 6]
    seen = naive(datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC))
    insert(
        db,
        "deals",
        system=UPSALES,
        kind="order",
        deal_id=deal_id,
        company=company,
        title=title,
        customer_id=str(501 + index % 6),
        customer_name=HOSTILE if index == 43 else customer,
        seller=SELLERS[index % 3],
        state=state,
        day=day,
        currency="SEK",
        rate_sek=1,
        gross_sek=gross,
        discount_sek=discount,
        net_sek=net,
        version=2,
    )
    insert(
        db,
        "deal_rows",
        system=UPSALES,
        deal_id=deal_id,
        row_no=1,
        article="MP-10",
        text=f"Maskinpaket {index + 1}",
        quantity=quantity,
        list_price=price,
        price=price * (100 - percent) / 100,
        gross_sek=gross,
        discount_sek=discount,
        net_sek=net,
    )
    payload = {"id": 700 + index, "description": title, "value": net, "stage": {"id": 12, "name": "Vunnen"}}
    record(db, UPSALES, "order", deal_id, payload, seen, version=2)
    for version, value in ((1, net - 500), (2, net)):
        insert(
            db,
            "record_versions",
            system=UPSALES,
            kind="order",
            record_id=deal_id,
            version=version,
            payload=json.dumps({**payload, "value": str(value)}, default=str),
            digest=str(version),
            valid_from=seen + timedelta(hours=version),
            run_id=1,
        )
    if state == "won":
        _document(db, index, company, day, customer, deal_id, quantity, price, percent, net)


def _document(
    db: Any,
    index: int,
    company: str,
    day: date,
    customer: str,
    deal_id: str,
    quantity: Decimal,
    price: Decimal,
    percent: Decimal,
    net: Decimal,
) -> None:
    number, correlation = str(41000 + index), f"{index:06x}c0ffee"
    trouble = {7: "retry", 19: "unknown", 31: "review", 37: "review", 42: "review"}.get(index)
    common = {
        "correlation_id": correlation,
        "run_id": 1,
        "action": "create",
        "company": company,
        "system": f"fortnox:{company}",
        "target_kind": "invoice",
        "source_system": UPSALES,
        "source_kind": "order",
        "source_id": deal_id,
        "subject_title": f"Maskinpaket {index + 1}",
        "amount_sek": net,
        "reference": f"up:{deal_id}",
        "created_at": naive(NOW - timedelta(days=48 - index)),
        "updated_at": naive(NOW),
    }
    insert(
        db,
        "decisions",
        system=UPSALES,
        kind="order",
        record_id=deal_id,
        company=company,
        target_kind="invoice",
        outcome="review" if trouble else "linked",
        version=2,
        mapping_version="m1",
        correlation_id=correlation,
        decided_at=naive(NOW),
    )
    if trouble:
        insert(db, "operations", state=trouble, open_key=f"{deal_id}", attempt=2, **common, **_reason(trouble, index))
        cause = {"retry": "O51", "unknown": "O58"}.get(trouble, "O53" if index != 37 else "O54")
        said = {"error_class": "data", "error_sentence": "Kontot 3999 finns inte.", "problems": "[]"}
        sold = {"deal_system": UPSALES, "deal_id": deal_id, "deal_day": day}
        insert(db, "bridge", company=company, cause=cause, side="crm", amount_sek=-net, why=json.dumps(said), **sold)
        insert(
            db, "slices", company=company, deal_row=1, number="", document_row=0, crm_sek=net, document_sek=0, **sold
        )
        failed = db.execute("SELECT max(operation_no) FROM operations").fetchone()[0]
        _event(db, trouble, deal_id, failed, correlation)
        return
    insert(db, "operations", state="done", result="adopted" if index == 9 else "sent", target_id=number, **common)
    operation = db.execute("SELECT max(operation_no) FROM operations").fetchone()[0]
    rounded = net.quantize(Decimal("0.01"))
    booked, cancelled = index not in (11, 40, 41, 43), index == 11
    dated = day + timedelta(days=9 if index % 7 == 0 else 0)
    total = (rounded * Decimal("1.25")).quantize(Decimal("1"))
    paid = index < 24 and booked
    state = (
        "cancelled"
        if cancelled
        else "paid"
        if paid
        else "part_paid"
        if index == 25
        else "booked"
        if booked
        else "draft"
    )
    balance = Decimal(0) if paid else total / 2 if index == 25 else total
    insert(
        db,
        "documents",
        company=company,
        number=number,
        customer_number=str(10432 + index % 6),
        customer_name=customer,
        day=dated,
        due_day=dated + timedelta(days=30),
        paid_day=dated + timedelta(days=21) if paid else None,
        state=state,
        booked=booked and not cancelled,
        cancelled=cancelled,
        credit=False,
        reference=f"up:{deal_id}",
        voucher=f"B {index + 1}" if booked else "",
        ocr=f"{number}{index % 10}",
        currency="SEK",
        rate_sek=1,
        net_sek=rounded,
        total=total,
        balance=balance,
        paid=total - balance if booked else 0,
        first_seen_booked_at=naive(NOW) if booked else None,
        version=1,
    )
    insert(
        db,
        "document_rows",
        company=company,
        number=number,
        row_no=1,
        article="MP-10",
        text="Maskinpaket",
        quantity=quantity,
        price=price,
        stated_price=price,
        discount=percent,
        discount_type="PERCENT",
        net=rounded,
        net_sek=rounded,
    )
    insert(
        db,
        "links",
        source_system=UPSALES,
        source_kind="order",
        source_id=deal_id,
        company=company,
        target_kind="invoice",
        target_id=number,
        origin="crm",
        rung="adopted" if index == 9 else "sent",
        reference=f"up:{deal_id}",
        operation_no=operation,
        linked_at=naive(NOW),
    )
    record(db, f"fortnox:{company}", "invoice", number, {"DocumentNumber": number, "Net": str(rounded)}, naive(NOW))
    if paid or index == 25:
        insert(
            db,
            "payments",
            company=company,
            number=str(9000 + index),
            invoice_number=number,
            day=dated + timedelta(days=21),
            amount_sek=total - balance,
            currency="SEK",
            booked=True,
            source="manual",
        )
    pair = {
        "company": company,
        "deal_system": UPSALES,
        "deal_id": deal_id,
        "number": number,
        "deal_day": day,
        "booked_day": dated if booked and not cancelled else None,
    }
    paired = (
        {"number": "", "document_row": 0, "document_sek": 0}
        if cancelled
        else {"document_row": 1, "document_sek": rounded}
    )
    insert(db, "slices", **{**pair, "deal_row": 1, "crm_sek": net, **paired})
    if cancelled or not booked:
        why = json.dumps({"documents": number})
        insert(db, "bridge", cause="O61" if cancelled else "O33", side="crm", amount_sek=-net, why=why, **pair)
    elif rounded != net:
        row = {"origin": "d", "deal_row": 1, "document_row": 1, "why": '{"row": "1", "text": "Maskinpaket"}'}
        insert(db, "bridge", cause="V7", side="both", amount_sek=rounded - net, **row, **pair)
    for action in ("record_changed", "planned", "sending", "done"):
        _event(db, action, deal_id, operation, correlation)
    insert(
        db,
        "calls",
        happened_at=naive(NOW),
        run_id=1,
        operation_no=operation,
        correlation_id=correlation,
        system=f"fortnox:{company}",
        method="POST",
        path="/3/invoices",
        status=201,
        milliseconds=212,
        request=json.dumps({"Invoice": {"CustomerNumber": "10432", "InvoiceRows": [{"Price": str(price)}]}}),
        response=json.dumps({"Invoice": {"DocumentNumber": number}}),
    )


def _reason(state: str, index: int) -> dict[str, Any]:
    if state == "retry":
        return {
            "error_class": "temporary",
            "error_code": "503",
            "error_sentence": "fortnox:nord answered 503 to POST.",
            "not_before": naive(NOW + timedelta(minutes=2)),
        }
    if state == "unknown":
        return {"error_class": "unknown", "error_sentence": "fortnox:nord did not answer in time."}
    problem: dict[str, Any] = {
        "code": "currency" if index == 37 else "missing",
        "field": "CustomerNumber",
        "row": 1,
        "params": {"value": "NOK", "source": "client.fortnoxNumber"},
    }
    return {
        "error_class": "data",
        "error_code": "2001302",
        "problems": json.dumps([problem]),
        "error_sentence": "The customer has no number in Fortnox; link or create the customer.",
    }


def _event(db: Any, action: str, deal_id: str, operation: int, correlation: str) -> None:
    insert(
        db,
        "events",
        happened_at=naive(NOW),
        actor="kvitt",
        action=action,
        correlation_id=correlation,
        operation_no=operation,
        system=UPSALES,
        kind="order",
        record_id=deal_id,
    )
