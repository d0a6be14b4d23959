"""Words of what is said of all figures together. (Swedish, English)."""

WORDS: dict[str, tuple[str, str]] = {
    "verdict.explained": ("Varje krona är förklarad.", "Every krona is explained."),
    "verdict.red": ("Fel", "Wrong"),
    "verdict.orange": ("Obs", "Note"),
    "verdict.unread": (
        "{title} har aldrig svarat. Det som kommer därifrån har ingen siffra, och inget är kontrollerat.",
        "{title} has never answered. What comes from there has no figure, and nothing is checked.",
    ),
    "verdict.silent": (
        "{title} svarar inte. Siffrorna därifrån gäller {time}.",
        "{title} does not answer. The figures from there are those of {time}.",
    ),
    "verdict.unexplained": ("{amount} är oförklarat.", "{amount} is unexplained."),
    "verdict.broken": (
        "Kontroller som inte håller ({count}): {names}.",
        "Checks that are not kept ({count}): {names}.",
    ),
    "verdict.no_company": (
        "Vunna affärer utan bolag: {count} ({amount}). De syns i inget bolags brygga.",
        "Won deals without a company: {count} ({amount}). They are in no company's bridge.",
    ),
    "verdict.unchecked": ("Inget är kontrollerat än.", "Nothing is checked yet."),
    "verdict.crm_total": ("Månader där CRM räknar annat än Kvitt", "Months in which the CRM counts other than Kvitt"),
    "verdict.crm_total_text": (
        "CRM säger självt hur många affärer som är vunna och deras summa. Skiljer det sig från det Kvitt har läst "
        "saknas en affär här, eller så är en borttagen där.",
        "The CRM itself says how many deals are won and their sum. Where that differs from what Kvitt has read, a "
        "deal is missing here, or one is deleted there.",
    ),
    "verdict.month": ("Månad", "Month"),
    "verdict.currency": ("Valuta", "Currency"),
    "verdict.crm_count": ("Affärer i CRM", "Deals in the CRM"),
    "verdict.own_count": ("Affärer i Kvitt", "Deals in Kvitt"),
    "verdict.crm_amount": ("Summa i CRM", "Sum in the CRM"),
    "verdict.own_amount": ("Summa i Kvitt", "Sum in Kvitt"),
    "verdict.difference": ("Differens", "Difference"),
    "verdict.asked": ("CRM svarade", "The CRM answered"),
}
