"""Every reason for holding a record, in both languages: what is wrong and what to do."""

from collections.abc import Mapping
from typing import Any

_SENTENCES: dict[str, tuple[str, str]] = {
    "missing": (
        "{field} saknas. Fyll i {source} i CRM.",
        "{field} is missing. Fill in {source} in the CRM.",
    ),
    "not_a_number": (
        "{field}: ”{value}” är inget tal. Rätta {source} i CRM.",
        "{field}: “{value}” is not a number. Correct {source} in the CRM.",
    ),
    "not_a_date": (
        "{field}: ”{value}” är inget datum (ÅÅÅÅ-MM-DD). Rätta {source} i CRM.",
        "{field}: “{value}” is not a date (YYYY-MM-DD). Correct {source} in the CRM.",
    ),
    "not_a_country": (
        "{field}: ”{value}” är inget land vi känner. Skriv landets namn eller tvåställiga kod i {source} i CRM.",
        "{field}: “{value}” is no country we know. Write its name or two-letter code in {source} in the CRM.",
    ),
    "not_in_table": (
        "{field}: ”{value}” finns inte i kodtabellen {table}. Lägg till värdet i mappings/codes.yaml.",
        "{field}: “{value}” is not in the code table {table}. Add the value to mappings/codes.yaml.",
    ),
    "vat_number": (
        "{field}: ”{value}” är inget momsregistreringsnummer i ett annat EU-land, så momsen är oviss. Rätta {source} i "
        "CRM, eller ange momstypen där.",
        "{field}: “{value}” is not a VAT number of another EU country, so the VAT is in doubt. Correct {source} in the "
        "CRM, or state the kind of VAT there.",
    ),
    "article_number": (
        "Artikelnumret ”{value}” har tecken som Fortnox inte tar emot, eller är längre än 50 tecken. Tillåtna är "
        "{permitted}. Rätta numret i CRM.",
        "The article number “{value}” has signs that Fortnox refuses, or is longer than 50 characters. Permitted are "
        "{permitted}. Correct the number in the CRM.",
    ),
    "characters": (
        "{field} innehåller tecken som Fortnox inte tar emot: {characters}. Skriv om texten i CRM.",
        "{field} holds characters that Fortnox refuses: {characters}. Rewrite the text in the CRM.",
    ),
    "too_long": (
        "{field} är {length} tecken; Fortnox tar högst {limit}. Korta texten i CRM.",
        "{field} has {length} characters; Fortnox takes {limit} at most. Shorten the text in the CRM.",
    ),
    "no_rows": (
        "Affären har inga rader. Lägg till minst en rad i CRM.",
        "The deal has no rows. Add at least one row in the CRM.",
    ),
    "too_many_rows": (
        "Affären har {count} rader; Fortnox tar högst {limit}. Dela affären.",
        "The deal has {count} rows; Fortnox takes {limit} at most. Split the deal.",
    ),
    "rows_do_not_add_up": (
        "Raderna summerar till {rows} men affären säger {value}. Rätta affären i CRM.",
        "The rows add up to {rows} but the deal says {value}. Correct the deal in the CRM.",
    ),
    "beyond_two_decimals": (
        "Raden är såld för {value} men blir {fortnox} i Fortnox, som bara tar två decimaler i pris och antal. "
        "Ändra antal eller pris i CRM så att raden går jämnt ut.",
        "The row was sold for {value} but becomes {fortnox} in Fortnox, which takes two decimals of price and "
        "quantity. Change quantity or price in the CRM so that the row comes out even.",
    ),
    "row_too_large": (
        "Antal gånger pris, {value}, kan inte vara en försäljning. Rätta raden i CRM.",
        "Quantity times price, {value}, cannot be a sale. Correct the row in the CRM.",
    ),
    "discount_over_100": (
        "Rabatten är {value} %; Fortnox tar högst 100 %. Rätta raden i CRM.",
        "The discount is {value} %; Fortnox takes 100 % at most. Correct the row in the CRM.",
    ),
    "too_many_decimals": (
        "{field}: {value} har fler än två decimaler, som är vad Fortnox tar. Avrunda värdet.",
        "{field}: {value} has more than the two decimals that Fortnox takes. Round the value.",
    ),
    "not_allowed": (
        "{field}: {value} går inte. Skriv något av: {allowed}.",
        "{field}: {value} is not allowed. Write one of: {allowed}.",
    ),
    "not_editable": (
        "{field} kan inte ändras här. Ta bort ändringen av det fältet.",
        "{field} cannot be changed here. Leave that field as it is.",
    ),
    "not_in_fortnox": (
        "{field}: {value} finns inte i Fortnox. Skriv ett nummer som finns där.",
        "{field}: {value} is not in Fortnox. Write a number that exists there.",
    ),
    "organisation_number": (
        "Organisationsnumret {value} har fel kontrollsiffra eller längd. Rätta det i CRM.",
        "The organisation number {value} has a wrong check digit or length. Correct it in the CRM.",
    ),
    "currency": (
        "Valutan {value} finns inte i Fortnox valutaregister. Lägg upp den i Fortnox eller ändra affären.",
        "The currency {value} is not in Fortnox's register. Add it in Fortnox or change the deal.",
    ),
    "no_rate": (
        "Affären är i {value} men CRM säger ingen kurs, eller kursen 1. Rätta kursen i CRM.",
        "The deal is in {value} but the CRM says no rate, or a rate of 1. Correct the rate in the CRM.",
    ),
    "money_otherwise": (
        "Faktura {number} har andra belopp i Fortnox än Kvitt fick till svar när den sändes: {fields}. Kvitt bokför "
        "den inte. Bokför den i Fortnox om den ska gälla som den är, eller rätta den där.",
        "Invoice {number} has other amounts in Fortnox than were answered when it was sent: {fields}. Kvitt does not "
        "book it. Book it in Fortnox if it is to hold as it is, or correct it there.",
    ),
    "no_financial_year": (
        "Fortnox saknar räkenskapsår för {value}. Lägg upp året i Fortnox eller ändra datumet.",
        "Fortnox has no financial year for {value}. Add the year in Fortnox or change the date.",
    ),
    "period_locked": (
        "Fortnox har låst perioden t.o.m. {until}; datumet är {value}. Fråga ekonomi eller ändra datumet.",
        "Fortnox has locked the period until {until}; the date is {value}. Ask finance or change the date.",
    ),
    "no_customer": (
        "Affären har ingen kund i CRM. Koppla den till ett företag.",
        "The deal has no customer in the CRM. Connect it to a company.",
    ),
    "customer_waits": (
        "Kunden {value} väntar själv på granskning. Lös den först.",
        "The customer {value} is itself in review. Solve that first.",
    ),
    "article_waits": (
        "Artikeln {value} väntar själv på granskning. Lös den först.",
        "The article {value} is itself in review. Solve that first.",
    ),
    "ambiguous_customer": (
        "Flera kunder i Fortnox passar på {rung}: {numbers}. Välj en av dem.",
        "Several customers in Fortnox fit by {rung}: {numbers}. Choose one of them.",
    ),
    "same_name": (
        "Kund {numbers} i Fortnox har samma namn men inget annat gemensamt. Koppla eller skapa ny.",
        "Customer {numbers} in Fortnox has the same name and nothing else in common. Link it or create a new one.",
    ),
    "shared_email": (
        "Kund {numbers} i Fortnox har samma e-postadress men ett annat namn. Koppla eller skapa ny.",
        "Customer {numbers} in Fortnox has the same e-mail address but another name. Link it or create a new one.",
    ),
    "customer_claimed": (
        "Kund {value} i Fortnox hör redan till {other} i CRM. Slå ihop de två i CRM, eller välj vilken kund det är.",
        "Customer {value} in Fortnox already belongs to {other} in the CRM. Merge the two in the CRM, or choose which "
        "customer this is.",
    ),
    "inactive_customer": (
        "Kund {value} är inaktiv i Fortnox, som då inte tar emot någon faktura. Gör kunden aktiv där, eller välj en "
        "annan kund.",
        "Customer {value} is inactive in Fortnox, which then takes no invoice. Make the customer active there, or "
        "choose another customer.",
    ),
    "unknown_customer_number": (
        "CRM säger kundnummer {value}, som inte finns i Fortnox. Rätta numret i CRM.",
        "The CRM says customer number {value}, which is not in Fortnox. Correct the number in the CRM.",
    ),
    "number_taken": (
        "Numret {value} används redan av en annan post i Fortnox: {other}. Koppla eller byt nummer.",
        "The number {value} is already used by another record in Fortnox: {other}. Link it or change the number.",
    ),
    "number_deleted": (
        "Numret {value} har tillhört en post som är borttagen i Fortnox. Byt nummer i CRM.",
        "The number {value} belonged to a record that was deleted in Fortnox. Change the number in the CRM.",
    ),
    "no_route": (
        "Ingen regel säger vilket Fortnox-bolag affären hör till. Lägg till en regel i mappings/companies.yaml.",
        "No rule says which Fortnox company the deal belongs to. Add a rule to mappings/companies.yaml.",
    ),
    "moved_company": (
        "Affären hör nu till {company} men har redan dokument i {earlier}. Ångra flytten, eller makulera eller "
        "kreditera dokumentet och godkänn en ny faktura.",
        "The deal now belongs to {company} but already has a document in {earlier}. Undo the move, or cancel or credit "
        "the document and approve a new invoice.",
    ),
    "same_deal": (
        "Samma affär finns också i {system} som {record} (nyckel {key}), och den faktureras därifrån.",
        "The same deal is also in {system} as {record} (key {key}), and it is invoiced from there.",
    ),
    "document_booked": (
        "Affären ändrades efter att faktura {number} bokförts: {fields}. Kreditera och skapa ny faktura.",
        "The deal changed after invoice {number} was booked: {fields}. Credit it and make a new invoice.",
    ),
    "document_cancelled": (
        "Affären ändrades efter att faktura {number} makulerats. Godkänn en ny faktura.",
        "The deal changed after invoice {number} was cancelled. Approve a new invoice.",
    ),
    "both_changed": (
        "Faktura {number} ändrades i Fortnox och affären i CRM: {fields}. Välj vilket som gäller.",
        "Invoice {number} was changed in Fortnox and the deal in the CRM: {fields}. Choose which one holds.",
    ),
    "adopted_otherwise": (
        "Faktura {number} kopplades utan att Kvitt minns vad som sändes, och säger annat än affären: {fields}. Ändra "
        "den ena så att de säger detsamma, eller avfärda om fakturan ska gälla som den är.",
        "Invoice {number} was linked without Kvitt remembering what was sent, and says otherwise than the deal: "
        "{fields}. Change one of them so that they agree, or dismiss this if the invoice is to hold as it is.",
    ),
    "booked_otherwise": (
        "Faktura {number} är bokförd och kopplades utan att Kvitt minns vad som sändes. Den säger annat än affären: "
        "{fields}. Kreditera och skapa ny faktura, eller avfärda om den ska gälla.",
        "Invoice {number} is booked and was linked without Kvitt remembering what was sent. It says otherwise than "
        "the deal: {fields}. Credit it and make a new invoice, or dismiss this if it is to hold.",
    ),
    "no_longer_won": (
        "Affären är inte längre vunnen men har faktura {number}. Makulera eller kreditera i Fortnox.",
        "The deal is no longer won but has invoice {number}. Cancel or credit it in Fortnox.",
    ),
    "taken_out": (
        "Affären är undantagen i CRM, men dess faktura {number} är kvar som utkast, som Kvitt varken ändrar eller "
        "bokför. Makulera utkastet, eller avfärda om det ska stå kvar.",
        "The deal is marked not to be synced, but its invoice {number} is still a draft, which Kvitt neither changes "
        "nor books. Cancel the draft, or dismiss this if it is to stay.",
    ),
    "fault": (
        "Ett fel i Kvitt självt hindrar den här posten, och bara den. Rapportera felet med filen {value}. Är något i "
        "posten ovanligt kan det hjälpa att rätta det i CRM.",
        "A fault in Kvitt itself stops this record, and this one alone. Report it with the file {value}. If something "
        "in the record is unusual, it may help to correct it in the CRM.",
    ),
    "further_documents": (
        "Affären har ändrats, men utöver Kvitts faktura {number} bär också {numbers} i Fortnox dess referens. Kvitt "
        "ändrar ingen av dem. Ändra själv i Fortnox det som ska ändras, eller makulera det som inte ska gälla.",
        "The deal has changed, but besides Kvitt's invoice {number} {numbers} in Fortnox carry its reference too. "
        "Kvitt changes none of them. Change in Fortnox what is to change, or cancel what is not to count.",
    ),
    "several_documents": (
        "Flera fakturor i Fortnox bär samma referens: {numbers}. Makulera alla utom en.",
        "Several invoices in Fortnox carry the same reference: {numbers}. Cancel all but one.",
    ),
}


def sentence(problem: Mapping[str, Any], language: str) -> str:
    """Return a stored problem in words ("sv" or "en"); an unknown code is shown as it is."""
    swedish_english = _SENTENCES.get(problem["code"])
    if swedish_english is None:
        return str(problem["code"])
    field = problem.get("field") or ""
    row = problem.get("row")
    params = {"field": field, "source": field, **problem.get("params", {})}
    text = swedish_english[0 if language == "sv" else 1].format_map(_Known(params))
    if row is None:
        return text
    return f"Rad {row}: {text}" if language == "sv" else f"Row {row}: {text}"


def codes() -> frozenset[str]:
    """Return every problem code that has a sentence."""
    return frozenset(_SENTENCES)


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
