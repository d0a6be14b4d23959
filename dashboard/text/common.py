"""Words of the header, the banners and the states that every page can be in. (Swedish, English)."""

WORDS: dict[str, tuple[str, str]] = {
    "page.overview": ("Översikt", "Overview"),
    "page.records": ("Poster", "Records"),
    "page.runs": ("Körningar", "Runs"),
    "page.reconciliation": ("Avstämning", "Reconciliation"),
    "page.discounts": ("Rabatter", "Discounts"),
    "header.company": ("Bolag", "Company"),
    "header.company_all": ("Alla bolag", "All companies"),
    "header.period": ("Period", "Period"),
    "header.period_all": ("Alla perioder", "All periods"),
    "header.company_unknown": (
        "Länkens bolag finns inte här; alla bolag visas",
        "The link's company is not here; all companies are shown",
    ),
    "header.period_unknown": (
        "Länkens period finns inte här; alla perioder visas",
        "The link's period is not here; all periods are shown",
    ),
    "header.not_by_period": ("Gäller nu, oavsett vald period", "As of now, whatever the chosen period"),
    "header.language": ("Språk", "Language"),
    "header.crm": ("CRM", "CRM"),
    "header.crm_none": ("inget CRM anslutet", "no CRM connected"),
    "header.signed_in": ("Inloggad som {user}, lokalt", "Signed in as {user}, locally"),
    "language.sv": ("Svenska", "Svenska"),
    "language.en": ("English", "English"),
    "fresh.chip": ("Data till {time}, {age} gamla", "Data till {time}, {age} old"),
    "fresh.help": (
        "Sidan läser en kopia som synken lägger ut när något ändras. Tiden är synkens klocka, svensk tid.",
        "The page reads a copy that the sync publishes when something changes. The time is the sync's clock, "
        "Swedish time.",
    ),
    "fresh.none": ("Inga data än", "No data yet"),
    "unit.ex_vat": ("exkl. moms, SEK", "excl. VAT, SEK"),
    "banner.stopped": (
        "Synken är stoppad. Sidorna visar det som lästes senast ({time}); sökning och avstämning fungerar. "
        "Inget nytt hämtas eller skickas, och det du ber om väntar. Starta synken med make run (make demo i demon).",
        "The sync is stopped. The pages show what was read last ({time}); search and reconciliation work. "
        "Nothing new is fetched or sent, and what you ask for waits. Start the sync with make run (make demo in the "
        "demo).",
    ),
    "banner.cannot_store": (
        "Synken kan inte spara och sänder därför inget. Den går vidare av sig själv när disken tar emot igen.",
        "The sync cannot store anything and therefore sends nothing. It goes on by itself when the disk takes it "
        "again.",
    ),
    "banner.cannot_publish": (
        "Synken arbetar men kan inte lägga ut nya kopior: sidorna visar äldre data tills disken har plats.",
        "The sync works but cannot publish new copies: the pages show older data until the disk has room.",
    ),
    "banner.working": (
        "Synken är upptagen med ett stort arbete. Sidorna visar läget dessförinnan, och det du ber om väntar så länge.",
        "The sync is busy with one large piece of work. The pages show the state before it, and what you ask for waits "
        "until it is done.",
    ),
    "banner.working_at": ("Det som pågår: {flow}", "What goes on: {flow}"),
    "banner.recovery_new": (
        "Kvitt börjar med tomt minne. Det läser båda systemen och sänder inget före {time}: har en tidigare Kvitt "
        "sänt något vars svar inte hunnit fram hittas det och kopplas i stället för att skapas igen.",
        "Kvitt starts with an empty memory. It reads both systems and sends nothing before {time}: what an earlier "
        "Kvitt may have sent a moment ago is found and linked instead of made again.",
    ),
    "banner.recovery_behind": (
        "Databasen är äldre än det som har sänts (återställd kopia, skadad logg eller borttagen fil). Kvitt läser "
        "om, kopplar det som redan finns i Fortnox och sänder inget före {time}.",
        "The database is older than what was sent (a restored copy, a damaged log or a removed file). Kvitt reads "
        "again, links what is in Fortnox already, and sends nothing before {time}.",
    ),
    "banner.paused": ("Pausat; återuppta på sidan Körningar", "Paused; resume on the page Runs"),
    "banner.no_reason": ("Inget skäl angivet.", "No reason given."),
    "banner.needs_person": (
        "Anslutningen behöver en person; dess flöden väntar",
        "The connection needs a person; its flows wait",
    ),
    "banner.unreachable": (
        "Svarar inte; Kvitt försöker igen av sig självt",
        "Does not answer; Kvitt tries again by itself",
    ),
    "banner.notice": (
        "Anslutningen fungerar, men något bör rättas",
        "The connection works, but something should be mended",
    ),
    "banner.setting": ("Se inställningarna {names}", "See the settings {names}"),
    "banner.never": ("aldrig", "never"),
    "banner.last_success": ("Senaste svar {time}", "Last answer {time}"),
    "none.title": ("Inga data än", "No data yet"),
    "none.waiting": (
        "Synken är igång men har inte lagt ut någon kopia än. Sidan visar den så snart den finns.",
        "The sync is running but has not published a copy yet. The page shows it as soon as it is there.",
    ),
    "none.never": (
        "Synken har aldrig körts på den här datamappen. Starta demon med make demo, eller synken mot dina system "
        "med make run. Den här sidan uppdaterar sig själv.",
        "The sync has never run on this data folder. Start the demo with make demo, or the sync against your "
        "systems with make run. This page updates itself.",
    ),
    "none.folder": ("Datamapp:", "Data folder:"),
    "first.title": ("Första körningen pågår", "The first run is in progress"),
    "first.text": (
        "Kvitt läser allt som finns i systemen en gång. Siffrorna kommer när första körningen är klar.",
        "Kvitt reads everything in the systems once. The figures come when the first run is done.",
    ),
    "first.not_started": (
        "Inget flöde har körts än. Första körningen visas här.",
        "No flow has run yet. The first run is shown here.",
    ),
    "error.read": (
        "Den utlagda kopian kunde inte läsas. Ladda om sidan; hjälper det inte, starta om synken så läggs en ny ut.",
        "The published copy could not be read. Reload the page; if that does not help, restart the sync and a new "
        "one is published.",
    ),
    "error.open_to_all": (
        "Dashboarden vägrar: utan inloggning får den bara lyssna på den egna datorn. Sätt server.address till "
        "127.0.0.1.",
        "The dashboard refuses: without login it may only listen on this machine. Set server.address to 127.0.0.1.",
    ),
    "first.read": ("Lästa poster", "Records read"),
    "first.system": ("System", "System"),
    "table.open": ("Öppna", "Open"),
    "table.export": ("Hämta som CSV", "Download as CSV"),
    "table.unit": ("{name}, enhet", "{name}, unit"),
    "table.page": ("Visar {first}–{last} av {total}", "Showing {first}–{last} of {total}"),
    "table.empty": ("Inget att visa.", "Nothing to show."),
    "word.none": ("–", "–"),
}
