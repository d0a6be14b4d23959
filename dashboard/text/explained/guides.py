"""What to do about each kind of error, by problem code, Fortnox code or class. (Swedish, English)."""

WORDS: dict[str, tuple[str, str]] = {
    "issue.silent_change": ("Svaret skiljer sig från det skickade", "The answer differs from what was sent"),
    "issue.temporary": ("Kvitt försöker igen", "Kvitt tries again"),
    "issue.unknown": ("Kvitt tar reda på vad som hände", "Kvitt finds out what happened"),
    "issue.login": ("Inloggning eller licens saknas", "Login or licence is missing"),
    "issue.2001304": ("Kontot finns inte i Fortnox", "The account is not in Fortnox"),
    "issue.2000401": ("Perioden är låst i Fortnox", "The period is locked in Fortnox"),
    "issue.DUPLICATE_VALUE": ("Värdet finns redan i CRM", "The value is in the CRM already"),
    "issue.missing": ("Obligatorisk uppgift saknas", "A required value is missing"),
    "issue.not_a_number": ("Inget tal", "Not a number"),
    "issue.not_a_date": ("Inget datum", "Not a date"),
    "issue.not_a_country": ("Inget land", "Not a country"),
    "issue.vat_number": ("Momsregistreringsnumret går inte att tyda", "The VAT number cannot be read"),
    "issue.article_number": ("Artikelnummer som Fortnox inte tar", "Article number that Fortnox refuses"),
    "issue.row_too_large": ("Antal gånger pris är orimligt", "Quantity times price cannot be"),
    "issue.not_in_table": ("Värdet saknas i kodtabellen", "The value is not in the code table"),
    "issue.characters": ("Tecken som Fortnox inte tar", "Characters that Fortnox refuses"),
    "issue.too_long": ("Texten är för lång", "The text is too long"),
    "issue.too_many_decimals": ("Fler än två decimaler", "More than two decimals"),
    "issue.not_allowed": ("Värdet går inte", "The value is not allowed"),
    "issue.not_editable": ("Kan inte ändras här", "Cannot be changed here"),
    "issue.not_in_fortnox": ("Finns inte i Fortnox", "Not in Fortnox"),
    "issue.no_rows": ("Affären har inga rader", "The deal has no rows"),
    "issue.too_many_rows": ("För många rader", "Too many rows"),
    "issue.rows_do_not_add_up": ("Raderna summerar inte", "The rows do not add up"),
    "issue.beyond_two_decimals": ("Går inte jämnt ut på öret", "Does not come out even to the öre"),
    "issue.discount_over_100": ("Rabatt över 100 %", "Discount over 100 %"),
    "issue.organisation_number": ("Fel organisationsnummer", "Wrong organisation number"),
    "issue.currency": ("Valutan saknas i Fortnox", "The currency is not in Fortnox"),
    "issue.no_rate": ("Kurs saknas eller är 1", "The rate is missing or 1"),
    "issue.money_otherwise": ("Beloppet har ändrats i Fortnox", "The amount was changed in Fortnox"),
    "issue.no_financial_year": ("Räkenskapsår saknas", "No financial year"),
    "issue.period_locked": ("Perioden är låst", "The period is locked"),
    "issue.no_customer": ("Affären saknar kund", "The deal has no customer"),
    "issue.customer_waits": ("Kunden väntar på granskning", "The customer is in review"),
    "issue.article_waits": ("Artikeln väntar på granskning", "The article is in review"),
    "issue.ambiguous_customer": ("Flera kunder passar", "Several customers fit"),
    "issue.same_name": ("Samma namn finns i Fortnox", "The same name is in Fortnox"),
    "issue.shared_email": ("Samma e-postadress, annat namn", "Same e-mail address, another name"),
    "issue.customer_claimed": ("Kunden hör till ett annat företag i CRM", "The customer belongs to another account"),
    "issue.inactive_customer": ("Kunden är inaktiv i Fortnox", "The customer is inactive in Fortnox"),
    "issue.unknown_customer_number": ("Kundnumret finns inte i Fortnox", "The customer number is not in Fortnox"),
    "issue.number_taken": ("Numret är upptaget", "The number is taken"),
    "issue.number_deleted": ("Numret är borttaget i Fortnox", "The number was deleted in Fortnox"),
    "issue.no_route": ("Ingen regel säger vilket bolag", "No rule says which company"),
    "issue.same_deal": ("Affären finns två gånger", "The deal is there twice"),
    "issue.moved_company": ("Affären har bytt bolag", "The deal has moved to another company"),
    "issue.document_booked": ("Ändrad efter bokföring", "Changed after booking"),
    "issue.document_cancelled": ("Ändrad efter makulering", "Changed after cancellation"),
    "issue.both_changed": ("Ändrad på båda sidor", "Changed on both sides"),
    "issue.adopted_otherwise": ("Länkad faktura säger annat", "The linked invoice says otherwise"),
    "issue.booked_otherwise": ("Bokförd faktura säger annat", "The booked invoice says otherwise"),
    "issue.no_longer_won": ("Inte längre vunnen", "No longer won"),
    "issue.fault": ("Fel i Kvitt", "A fault in Kvitt"),
    "issue.taken_out": ("Undantagen, men utkastet är kvar", "Taken out, but its draft remains"),
    "issue.further_documents": ("Ändrad affär med flera fakturor", "A changed deal with several invoices"),
    "issue.several_documents": ("Flera fakturor för samma affär", "Several invoices for one deal"),
    "guide.temporary": (
        "Inget. Kvitt försöker igen med längre och längre mellanrum, högst åtta gånger. Kör om för att försöka nu.",
        "Nothing. Kvitt tries again at longer and longer intervals, eight times at most. Replay to try now.",
    ),
    "guide.unknown": (
        "Inget. Svaret uteblev, så Kvitt väntar och frågar sedan Fortnox om dokumentet finns. Finns det länkas det, "
        "annars skickas det.",
        "Nothing. No answer came, so Kvitt waits and then asks Fortnox whether the document exists. If it does it is "
        "linked, otherwise it is sent.",
    ),
    "guide.login": (
        "Logga in i Fortnox som administratör, ge integrationen licens och rättighet, och återuppta flödet på sidan "
        "Körningar. Posterna går sedan iväg av sig själva.",
        "Log in to Fortnox as administrator, give the integration its licence and right, and resume the flow on the "
        "page Runs. The records then leave by themselves.",
    ),
    "guide.data": (
        "Öppna posten och rätta fältet här, eller rätta i CRM; då kommer rättelsen med av sig själv vid nästa körning.",
        "Open the record and correct the field here, or correct it in the CRM; then it comes along with the next run.",
    ),
    "guide.closed": (
        "Fråga ekonomi om perioden ska öppnas. Ska den vara stängd: öppna posten och ändra fakturadatum till en öppen "
        "period.",
        "Ask finance whether the period should be opened. If it stays closed: open the record and change the invoice "
        "date to an open period.",
    ),
    "guide.match": (
        "Öppna posten och välj vilken kund i Fortnox det är, eller att det är en ny.",
        "Open the record and choose which customer in Fortnox it is, or that it is a new one.",
    ),
    "guide.rule": (
        "Ändra regeln eller affären i CRM. Ska affären inte faktureras: avfärda den med ett skäl.",
        "Change the rule, or the deal in the CRM. If the deal is not to be invoiced: dismiss it with a reason.",
    ),
    "guide.silent": (
        "Jämför det skickade med svaret. Är Fortnox värde rätt: godkänn. Är det fel: rätta utkastet i Fortnox och "
        "godkänn sedan, eller kreditera om fakturan är bokförd. Kvitt bokför inte utkastet innan du har godkänt.",
        "Compare what was sent with the answer. If Fortnox's value is right: accept it. If not: correct the draft in "
        "Fortnox and accept then, or credit the invoice if it is booked. Kvitt does not book the draft before that.",
    ),
    "guide.crm.match": (
        "CRM tog inte emot det som Kvitt ville skriva: ett annat företag eller en annan affär har redan samma värde, "
        "eller posten finns inte kvar. Rätta eller slå ihop posterna i CRM och kör om, eller avfärda. Inget behöver "
        "ändras i Fortnox.",
        "The CRM refused what Kvitt wanted to write: another account or deal has the same value already, or the record "
        "is gone. Correct or merge the records in the CRM and replay, or dismiss this. Nothing has to change in "
        "Fortnox.",
    ),
    "guide.crm.data": (
        "CRM tog inte emot det som Kvitt ville skriva. Läs CRM:s svar, ändra fältet eller regeln där och kör om, eller "
        "avfärda. Inget behöver ändras i Fortnox.",
        "The CRM refused what Kvitt wanted to write. Read its answer, change the field or the rule there and replay, "
        "or dismiss this. Nothing has to change in Fortnox.",
    ),
    "guide.crm.login": (
        "Ge Kvitts användare i CRM rätt att skriva fältet, och återuppta flödet på sidan Körningar. Posterna går sedan "
        "iväg av sig själva.",
        "Give Kvitt's user in the CRM the right to write the field, and resume the flow on the page Runs. The records "
        "then leave by themselves.",
    ),
    "guide.crm.unknown": (
        "Inget. Svaret uteblev, så Kvitt väntar, läser posten i CRM och skriver det som saknas.",
        "Nothing. No answer came, so Kvitt waits, reads the record in the CRM and writes what is missing.",
    ),
    "guide.inactive_customer": (
        "Gör kunden aktiv i Fortnox; affären går sedan iväg av sig själv. Eller öppna posten och välj en annan kund.",
        "Make the customer active in Fortnox; the deal then leaves by itself. Or open the record and choose another.",
    ),
    "guide.customer_waits": (
        "Lös kundens egen rad i listan först; affären följer med av sig själv.",
        "Solve the customer's own line in the list first; the deal follows by itself.",
    ),
    "guide.article_waits": (
        "Lös artikelns egen rad i listan först; affären följer med av sig själv.",
        "Solve the article's own line in the list first; the deal follows by itself.",
    ),
    "guide.no_rows": (
        "Lägg till rader på affären i CRM, eller avfärda den om den inte ska faktureras.",
        "Add rows to the deal in the CRM, or dismiss it if it is not to be invoiced.",
    ),
    "guide.rows_do_not_add_up": (
        "Affärens summa och rader säger olika i CRM. Spara om affären där så att de stämmer.",
        "The deal's total and its rows disagree in the CRM. Save the deal again there so that they agree.",
    ),
    "guide.no_route": (
        "Ange bolag på affären i CRM, eller lägg till en regel i mappings/companies.yaml.",
        "Set the company on the deal in the CRM, or add a rule to mappings/companies.yaml.",
    ),
    "guide.currency": (
        "Lägg upp valutan i Fortnox register; affären går sedan iväg av sig själv. Eller ändra valuta och kurs här.",
        "Add the currency to Fortnox's register; the deal then leaves by itself. Or change currency and rate here.",
    ),
    "guide.no_rate": (
        "Ange kursen på affären i CRM, eller ändra kursen här.",
        "Set the rate of the deal in the CRM, or change the rate here.",
    ),
    "guide.money_otherwise": (
        "Kvitt bokför bara belopp som det självt har sänt. Bokför fakturan i Fortnox om den ska gälla som den är, "
        "eller rätta den där.",
        "Kvitt books only amounts that it has sent itself. Book the invoice in Fortnox if it is to hold as it is, or "
        "correct it there.",
    ),
    "guide.document_booked": (
        "Bokförda fakturor ändras aldrig. Kreditera i Fortnox och tillåt en ny faktura på affärens sida, eller avfärda "
        "ändringen.",
        "Booked invoices are never changed. Credit in Fortnox and allow another invoice on the deal's page, or dismiss "
        "the change.",
    ),
    "guide.booked_otherwise": (
        "Bokförda fakturor ändras aldrig. Avfärda om fakturan ska gälla som den är. Annars: kreditera i Fortnox och "
        "tillåt en ny faktura på affärens sida.",
        "Booked invoices are never changed. Dismiss this if the invoice is to hold as it is. Otherwise: credit it in "
        "Fortnox and allow another invoice on the deal's page.",
    ),
    "guide.both_changed": (
        "Avfärda om Fortnox version ska gälla. Ska CRM gälla: gör om ändringen i utkastet i Fortnox.",
        "Dismiss if Fortnox's version is to hold. If the CRM's is: make the change in the draft in Fortnox.",
    ),
    "guide.same_deal": (
        "Avfärda den här om den andra ska faktureras. Ska den här faktureras: avfärda den andra och kör sedan om den "
        "här. Är det två olika affärer: rätta nyckeln i CRM.",
        "Dismiss this one if the other is to be invoiced. If this one is: dismiss the other, and then replay this one. "
        "If they are two different deals: correct the key in the CRM.",
    ),
    "guide.moved_company": (
        "Ångra flytten i CRM. Eller makulera eller kreditera dokumentet i Fortnox, och tillåt en ny faktura på "
        "affärens sida: den görs i det nya bolaget.",
        "Undo the move in the CRM. Or cancel or credit the document in Fortnox, and allow another invoice on the "
        "deal's page: it is made in the new company.",
    ),
    "guide.taken_out": (
        "Makulera utkastet i Fortnox, eller ta bort undantaget i CRM så att Kvitt sköter det igen. Ska utkastet stå "
        "kvar för hand: avfärda.",
        "Cancel the draft in Fortnox, or take back the mark in the CRM so that Kvitt looks after it again. If the "
        "draft is to stay, handled by hand: dismiss.",
    ),
    "guide.fault": (
        "Rapportera felet med filen som nämns. Rätta det ovanliga i posten i CRM om du ser vad det är; Kvitt försöker "
        "igen i varje körning.",
        "Report the fault with the file that is named. Correct what is unusual in the record in the CRM if you see it; "
        "Kvitt tries again in every run.",
    ),
    "guide.further_documents": (
        "Ändra fakturorna i Fortnox så att de tillsammans säger vad affären säger, och avfärda. Ska Kvitt sköta "
        "affären igen: makulera de andra fakturorna och kör om.",
        "Change the invoices in Fortnox so that together they say what the deal says, and dismiss. If Kvitt is to "
        "look after the deal again: cancel the other invoices and replay.",
    ),
    "guide.several_documents": (
        "Makulera alla fakturor utom en i Fortnox och kör om.",
        "Cancel all invoices but one in Fortnox and replay.",
    ),
    "guide.2001304": (
        "Lägg upp kontot i Fortnox kontoplan, eller rätta artikelns försäljningskonto där, och kör om.",
        "Add the account to Fortnox's chart of accounts, or correct the article's sales account there, and replay.",
    ),
}
