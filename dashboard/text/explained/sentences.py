"""What the sync keeps as sentences: as it is kept in English, and how the pages say it. (Swedish, English).

`{system}` is a system's name, `{kind}` a kind of record. `{said}` are the words of somebody else, `{names}` names that
they have given: both are quoted. A sentence about a pause, a run or a connection needs a line here.
"""

SENTENCES: dict[str, tuple[str, str]] = {
    "Has not answered yet.": ("Har inte svarat än.", "Has not answered yet."),
    "The sync was stopped.": ("Synken stoppades.", "The sync was stopped."),
    # How a system answers.
    "{system} cannot be reached.": ("{system} kan inte nås.", "{system} cannot be reached."),
    "{system} shows a certificate that is not trusted ({said}): correct its address, or what this machine trusts.": (
        "{system} visar ett certifikat som inte är betrott ({said}): rätta adressen, eller vad den här datorn litar "
        "på.",
        "{system} shows a certificate that is not trusted ({said}): correct its address, or what this machine trusts.",
    ),
    "{system} does not speak TLS at its address: correct the address or its port.": (
        "{system} talar inte TLS på sin adress: rätta adressen eller porten.",
        "{system} does not speak TLS at its address: correct the address or its port.",
    ),
    "{system} has an address that cannot be called: correct its setting.": (
        "{system} har en adress som inte går att anropa: rätta inställningen.",
        "{system} has an address that cannot be called: correct its setting.",
    ),
    "{system} did not answer in time.": ("{system} svarade inte i tid.", "{system} did not answer in time."),
    "{system} did not answer.": ("{system} svarade inte.", "{system} did not answer."),
    "{system} broke off its answer, or gave one that is not HTTP.": (
        "{system} avbröt sitt svar, eller gav ett som inte är HTTP.",
        "{system} broke off its answer, or gave one that is not HTTP.",
    ),
    "{system} does not answer. The others go on without it, and it is asked again.": (
        "{system} svarar inte. De andra går vidare, och det frågas igen.",
        "{system} does not answer. The others go on without it, and it is asked again.",
    ),
    "{system} answered {status} to {method}.": (
        "{system} svarade {status} på {method}.",
        "{system} answered {status} to {method}.",
    ),
    "{system} answered {status}.": ("{system} svarade {status}.", "{system} answered {status}."),
    "{system} gave an answer that is not JSON.": (
        "{system} gav ett svar som inte är JSON.",
        "{system} gave an answer that is not JSON.",
    ),
    "{system} gave an answer that cannot be read.": (
        "{system} gav ett svar som inte går att läsa.",
        "{system} gave an answer that cannot be read.",
    ),
    "{system} gave an answer that cannot be read ({status}).": (
        "{system} gav ett svar som inte går att läsa ({status}).",
        "{system} gave an answer that cannot be read ({status}).",
    ),
    "{system} gave no answer of its own (status {status}).": (
        "Svaret kom från något på vägen till {system}, inte därifrån (status {status}).",
        "The answer came from something on the way to {system}, not from there (status {status}).",
    ),
    "{system} says that we call too often.": (
        "{system} säger att vi anropar för ofta.",
        "{system} says that we call too often.",
    ),
    "{system} takes no more calls now: {said}": (
        "{system} tar inte emot fler anrop nu: {said}",
        "{system} takes no more calls now: {said}",
    ),
    "{system} is busy: {said}.": ("{system} är upptagen: {said}.", "{system} is busy: {said}."),
    "{system} refused: {said} (code {code}).": (
        "{system} avvisade: {said} (kod {code}).",
        "{system} refused: {said} (code {code}).",
    ),
    "{system}'s calls of the day are nearly used up ({used} of {most}): reading rests for a while. "
    "Let other programs call less often, or buy more calls.": (
        "Dagens anrop till {system} är nästan slut ({used} av {most}): läsningen vilar ett tag. Låt andra program "
        "anropa mer sällan, eller köp fler anrop.",
        "{system}'s calls of the day are nearly used up ({used} of {most}): reading rests for a while. Let other "
        "programs call less often, or buy more calls.",
    ),
    # What its answers lack.
    "The answer lacks its part {names}.": ("I svaret saknas delen {names}.", "The answer lacks its part {names}."),
    "{system}'s answer lacks the record.": (
        "I svaret från {system} saknas posten.",
        "The answer from {system} lacks the record.",
    ),
    "{system}'s answer lacks its versions.": (
        "I svaret från {system} saknas versionerna.",
        "The answer from {system} lacks its versions.",
    ),
    "{system}'s answer to a query lacks its records.": (
        "I svaret från {system} på en fråga saknas posterna.",
        "The answer from {system} to a query lacks its records.",
    ),
    "{system}'s list of {names} does not show what it counts.": (
        "Listan {names} från {system} visar inte det antal den säger.",
        "The list {names} from {system} does not show what it counts.",
    ),
    "One of {system}'s records of kind {kind} lacks its id.": (
        "En post av slaget {kind} från {system} saknar id.",
        "A record of the kind {kind} from {system} lacks its id.",
    ),
    "One of {system}'s records of kind {kind} lacks its Id.": (
        "En post av slaget {kind} från {system} saknar id.",
        "A record of the kind {kind} from {system} lacks its id.",
    ),
    "Fortnox's {names} lacks its {said}.": (
        "I Fortnox post {names} saknas {said}.",
        "Fortnox's record {names} lacks its {said}.",
    ),
    "{system} names a next page that is none: {said}.": (
        "{system} anger en nästa sida som inte är någon: {said}.",
        "{system} names a next page that is none: {said}.",
    ),
    "{system} gives the same page of {names} again and again.": (
        "{system} ger samma sida av {names} om och om igen.",
        "{system} gives the same page of {names} again and again.",
    ),
    # Ways in that only a person can mend.
    "{system} does not accept the credentials.": (
        "{system} godtar inte inloggningsuppgifterna.",
        "{system} does not accept the credentials.",
    ),
    "{system} does not let Kvitt in: {said} ({code}). Correct the app or the settings.": (
        "{system} släpper inte in Kvitt: {said} ({code}). Rätta appen eller inställningarna.",
        "{system} does not let Kvitt in: {said} ({code}). Correct the app or the settings.",
    ),
    "{system} does not let Kvitt in: {said}. Reconnect the company.": (
        "{system} släpper inte in Kvitt: {said}. Anslut bolaget igen.",
        "{system} does not let Kvitt in: {said}. Reconnect the company.",
    ),
    "The private key for {system} cannot be used. Name a PEM file with an RSA key in {setting}.": (
        "Den privata nyckeln till {system} går inte att använda. Ange en PEM-fil med en RSA-nyckel i {setting}.",
        "The private key for {system} cannot be used. Name a PEM file with an RSA key in {setting}.",
    ),
    "{system} names {said}, which is not https. Check {setting}.": (
        "{system} anger {said}, som inte är https. Kontrollera {setting}.",
        "{system} names {said}, which is not https. Check {setting}.",
    ),
    "{system} does not show its Organization to Kvitt's user. Give it API access.": (
        "{system} visar inte sin organisation för Kvitts användare. Ge den API-åtkomst.",
        "{system} does not show its organisation to Kvitt's user. Give it API access.",
    ),
    "{system} does not answer API version {version}. Set {setting} to one of: {versions}.": (
        "{system} svarar inte på API-version {version}. Sätt {setting} till en av: {versions}.",
        "{system} does not answer API version {version}. Set {setting} to one of: {versions}.",
    ),
    "{system} does not show {names} to Kvitt's user. Give its permission set read access.": (
        "{system} visar inte {names} för Kvitts användare. Ge dess behörighetsuppsättning läsåtkomst.",
        "{system} does not show {names} to Kvitt's user. Give its permission set read access.",
    ),
    "{names} cannot be set and is left out. Give the permission set of Kvitt's user edit access.": (
        "{names} går inte att skriva och utelämnas. Ge behörighetsuppsättningen för Kvitts användare rätt att "
        "redigera.",
        "{names} cannot be set and is left out. Give the permission set of Kvitt's user edit access.",
    ),
    "{companies} share {names} for their customer numbers, which has room for one: of an account that is a customer of "
    "several, the others' numbers are not told to the CRM. Give each company its own field in the mapping and start "
    "Kvitt again.": (
        "{companies} delar {names} för sina kundnummer, och där ryms ett: för ett företag som är kund hos flera får "
        "CRM inte veta de andras nummer. Ge varje bolag ett eget fält i mappningen och starta om Kvitt.",
        "{companies} share {names} for their customer numbers, which has room for one: of an account that is a "
        "customer of several, the others' numbers are not told to the CRM. Give each company its own field in the "
        "mapping and start Kvitt again.",
    ),
    # Who is at the other end.
    "“{said}” is active in {system} and would send the same deals. Deactivate it there first.": (
        "{said} är aktiv i {system} och skulle skicka samma affärer. Stäng av den där först.",
        "{said} is active in {system} and would send the same deals. Deactivate it there first.",
    ),
    "{system} answers as {identity} ({said}) but is paired with {wanted}. "
    "Correct the settings, or use another data folder.": (
        "{system} svarar som {identity} ({said}) men är kopplat till {wanted}. Rätta inställningarna, eller använd en "
        "annan datamapp.",
        "{system} answers as {identity} ({said}) but is paired with {wanted}. Correct the settings, or use another "
        "data folder.",
    ),
    "{system} answers as {identity} ({said}), which this data folder knows as {known}. "
    "Name it {name} in the settings, or use another data folder.": (
        "{system} svarar som {identity} ({said}), som den här datamappen känner som {known}. Kalla det {name} i "
        "inställningarna, eller använd en annan datamapp.",
        "{system} answers as {identity} ({said}), which this data folder knows as {known}. Name it {name} in the "
        "settings, or use another data folder.",
    ),
    "The settings name {system} no more. Name it there again to let this flow go on.": (
        "Inställningarna nämner inte {system} längre. Ange det där igen, så går flödet vidare.",
        "The settings name {system} no more. Name it there again to let this flow go on.",
    ),
    "{count} records of kind {kind} that Kvitt knows are no longer shown by {system}. "
    "If they were deleted there, let the flow go on: Kvitt follows. If a right was taken from Kvitt's "
    "user, give it back first, and then let the flow go on.": (
        "{count} poster av slaget {kind} som Kvitt känner visas inte längre av {system}. Är de borttagna där: "
        "återuppta flödet, så följer Kvitt efter. Har Kvitts användare mist en rättighet: ge den tillbaka först, och "
        "återuppta sedan flödet.",
        "{count} records of the kind {kind} that Kvitt knows are no longer shown by {system}. If they were deleted "
        "there, let the flow go on: Kvitt follows. If a right was taken from Kvitt's user, give it back first, and "
        "then let the flow go on.",
    ),
    "{system}'s orders have no custom field {names}, which the mapping reads to tell a deal's "
    "company. They have: {said}. Name one of them in the "
    "mapping, or make the field in {system}, and start Kvitt again.": (
        "Ordrarna i {system} har inget eget fält {names}, som mappningen läser för att veta en affärs bolag. De har: "
        "{said}. Ange ett av dem i mappningen, eller skapa fältet i {system}, och starta om Kvitt.",
        "The orders in {system} have no custom field {names}, which the mapping reads to tell a deal's company. They "
        "have: {said}. Name one of them in the mapping, or make the field in {system}, and start Kvitt again.",
    ),
    "{system} has no order stage {stage}, which {setting} names as the won one. "
    "It has: {said}. Name one of them and start Kvitt again.": (
        "{system} har ingen orderfas {stage}, som {setting} anger som den vunna. Det har: {said}. "
        "Ange en av dem och starta om Kvitt.",
        "{system} has no order stage {stage}, which {setting} names as the won one. It has: {said}. "
        "Name one of them and start Kvitt again.",
    ),
    # What a write came to.
    "{kind} {key} is no longer in Fortnox.": (
        "Nummer {key} ({kind}) finns inte längre i Fortnox.",
        "Number {key} ({kind}) is no longer in Fortnox.",
    ),
    "The document was saved by somebody else meanwhile.": (
        "Dokumentet sparades av någon annan under tiden.",
        "The document was saved by somebody else meanwhile.",
    ),
    "The {kind} {key} is no longer in {system}.": (
        "Posten {key} ({kind}) finns inte längre i {system}.",
        "The record {key} ({kind}) is no longer in {system}.",
    ),
    "{system} has no action {names} for {kind} {key}.": (
        "{system} kan inte göra {names} med posten {key} ({kind}).",
        "{system} cannot do {names} with the record {key} ({kind}).",
    ),
    "The custom fields of {kind} have not been read yet.": (
        "De egna fälten på slaget {kind} har inte lästs än.",
        "The custom fields of the kind {kind} have not been read yet.",
    ),
    "The fields of {kind} have not been read yet.": (
        "Fälten på slaget {kind} har inte lästs än.",
        "The fields of the kind {kind} have not been read yet.",
    ),
    "The process stopped between sending and hearing the answer.": (
        "Kvitt stoppades mellan sändningen och svaret.",
        "Kvitt stopped between sending and hearing the answer.",
    ),
    "The store is older than what was sent: whether this was sent is not known.": (
        "Databasen är äldre än det som har sänts: om detta sändes är inte känt.",
        "The database is older than what was sent: whether this was sent is not known.",
    ),
    # Kvitt itself.
    "A fault in Kvitt itself ({names}). Nothing is lost; please report it with {said}.": (
        "Ett fel i Kvitt självt ({names}). Inget är förlorat; rapportera felet med {said}.",
        "A fault in Kvitt itself ({names}). Nothing is lost; please report it with {said}.",
    ),
    "{count} records cannot be understood and are in no figure: {said}.": (
        "{count} poster går inte att förstå och finns inte i någon siffra: {said}.",
        "{count} records cannot be understood and are in no figure: {said}.",
    ),
    "{path} is damaged: {said}. Stop Kvitt and restore a backup into an empty folder.": (
        "{path} är skadad: {said}. Stoppa Kvitt och återställ en säkerhetskopia till en tom mapp.",
        "{path} is damaged: {said}. Stop Kvitt and restore a backup into an empty folder.",
    ),
    "{path} cannot be written: {said}. Nothing is sent until it can; make room on its disk.": (
        "{path} kan inte skrivas: {said}. Inget skickas förrän det går; gör plats på disken.",
        "{path} cannot be written: {said}. Nothing is sent until it can; make room on its disk.",
    ),
    "{path} cannot be written: {said}. Nothing is sent.": (
        "{path} kan inte skrivas: {said}. Inget skickas.",
        "{path} cannot be written: {said}. Nothing is sent.",
    ),
}
