"""Invented names for the demo world. Phones are numbers that the Swedish regulator keeps for fiction."""

from sync.sandbox.words import words

COMPANY_STEMS = words(
    "Fjällbrynet Tallmossen Sjöglimten Åskvinden Rimfrosten Ljungvallen Stenröset Björklunden"
    " Granskuggan Havtornen Lavskrikan Mårdspåret Hjortronet Vintergatan Norrskenet Älvsnäckan"
    " Kråkbäret Tjäderspelet Myrullen Kattfotslätten Blåklockan Enbacken Ripvingen Lodjursbo"
    " Strömstaren Islandsmossan Renlaven Snömärlan Gullvivan Kabbelekan Vitsippan Daggkåpan"
    " Ormbunken Kardborren Prästkragen Nypontörnet Sälgruset Videungen Klibbalen Rönnstigen"
    " Lindarvet Ekstubben Almrot Hasselnöten Kornknarren Storspoven Tofsvipan Gråsiskan Domherren"
    " Talgoxen"
)

COMPANY_TRADES = (
    "Bygg",
    "Mekaniska",
    "El och Data",
    "Livs",
    "Transport",
    "Fastigheter",
    "Städservice",
    "Tryckeri",
    "Måleri",
    "Konsult",
    "Grossist",
    "Plåt",
    "Trädgård",
    "Verktyg",
    "Kontor",
    "Event",
)

FOREIGN: tuple[tuple[str, str, str, str, str], ...] = (
    ("Fjellrypa Handel AS", "NO", "Snøfnuggveien 4", "0150", "Oslo"),
    ("Nordlysbukta Industri AS", "NO", "Blåskjellgata 11", "5003", "Bergen"),
    ("Multekroken Bygg AS", "NO", "Lyngstien 7", "7010", "Trondheim"),
    ("Torskeryggen Teknikk AS", "NO", "Havsulegata 2", "4005", "Stavanger"),
    ("Reinlavlia Service AS", "NO", "Vidjeveien 19", "9008", "Tromsø"),
    ("Solvhella Transport AS", "NO", "Kvernsteinveien 3", "3015", "Drammen"),
    ("Lumihiutale Tukku Oy", "FI", "Pihkapolku 6", "00100", "Helsinki"),
    ("Tuulenpesä Kone Oy", "FI", "Käpytie 14", "33100", "Tampere"),
    ("Sinivuokko Palvelut Oy", "FI", "Vanamokuja 2", "20100", "Turku"),
    ("Karhunsammal Rakennus Oy", "FI", "Lehtorinne 9", "90100", "Oulu"),
    ("Revontuli Data Oy", "FI", "Jäkälätie 21", "70100", "Kuopio"),
    ("Moosglöckchen Handels GmbH", "DE", "Tannenzapfenweg 5", "20095", "Hamburg"),
    ("Kranichflug Technik GmbH", "DE", "Wacholdergasse 8", "18055", "Rostock"),
    ("Silberdistel Bau GmbH", "DE", "Flechtenstrasse 17", "24103", "Kiel"),
    ("Haselmaus Logistik GmbH", "DE", "Farnkrautallee 3", "28195", "Bremen"),
    ("Eisvogelufer Service GmbH", "DE", "Torfmoosweg 12", "23552", "Lübeck"),
)
"""Name, country, street, postal code and town of customers outside Sweden."""

STREETS = words(
    "Lavskriksvägen Hjortronstigen Rimfrostgatan Myrullsvägen Kabbelekegränd Enbärsgatan"
    " Videungsvägen Ripstigen Tofsvipegatan Snömärlevägen Domherregränd Strömstarevägen"
)

TOWNS: tuple[tuple[str, str, str], ...] = (
    ("Stockholm", "11120", "08-465 004 "),
    ("Göteborg", "41103", "031-390 06 "),
    ("Malmö", "21119", "040-628 04 "),
    ("Uppsala", "75310", "070-174 06 "),
    ("Umeå", "90325", "070-174 06 "),
    ("Kiruna", "98131", "0980-319 2 "),
    ("Lund", "22221", "040-628 04 "),
    ("Borås", "50330", "031-390 06 "),
    ("Gävle", "80310", "070-174 06 "),
    ("Luleå", "97231", "0980-319 2 "),
)
"""Town, a postal code of it, and the start of a telephone number kept for fiction."""

SELLERS = (
    "Alva Granlinge",
    "Elis Rimvik",
    "Tuva Lodbrink",
    "Melker Åsmoln",
    "Signe Björnvret",
    "Folke Tallström-Ek",
    "Ebba Sjöglimt",
    "Nils Havtorn",
)

ARTICLES: tuple[tuple[str, int], ...] = (
    ("Konsulttimme senior", 1450),
    ("Konsulttimme junior", 950),
    ("Projektledning, timme", 1250),
    ("Restid, timme", 550),
    ("Framkörning", 395),
    ("Utbildning halvdag", 9800),
    ("Utbildning heldag", 17500),
    ("Supportavtal bas, månad", 1290),
    ("Supportavtal plus, månad", 2490),
    ("Installation på plats", 6400),
    ("Driftsättning", 12800),
    ("Förstudie", 24500),
    ("Licens bas, år", 3990),
    ("Licens plus, år", 7990),
    ("Licens max, år", 14900),
    ("Arbetsbord 120 x 80", 3490),
    ("Arbetsbord 160 x 80", 4290),
    ("Höj- och sänkbart bord", 7890),
    ("Kontorsstol Hjortron", 4590),
    ("Kontorsstol Myrull", 6290),
    ("Konferensstol", 1990),
    ("Skärmvägg", 2790),
    ("Ljudabsorbent", 890),
    ("Förvaringsskåp lågt", 3190),
    ("Förvaringsskåp högt", 5490),
    ("Bordslampa", 1290),
    ("Golvlampa", 2190),
    ("Whiteboard 120 x 90", 2390),
    ("Whiteboardpennor, 10-pack", 189),
    ("Kopieringspapper, låda", 349),
    ("Kuvert C5, 500-pack", 429),
    ("Ringpärm, 25-pack", 975),
    ("Handsprit 5 l", 465),
    ("Torkpapper, pall", 8750),
    ("Rengöringsmedel 10 l", 640),
    ("Städvagn", 3890),
    ("Dammsugare industri", 6990),
    ("Skurmaskin, hyra per vecka", 4200),
    ("Borrhammare", 5290),
    ("Skruvdragare 18 V", 2190),
    ("Bitssats 32 delar", 389),
    ("Cirkelsåg", 3290),
    ("Laseravvägare", 4890),
    ("Arbetshandskar, 12-pack", 495),
    ("Skyddsglasögon", 129),
    ("Hjälm med visir", 749),
    ("Skyddsskor", 1195),
    ("Byggställning, hyra per vecka", 9800),
    ("Stege 4 m", 2390),
    ("Kabelvinda 50 m", 1190),
    ("Nätverksswitch 24 portar", 5390),
    ("Trådlös accesspunkt", 2890),
    ("Server, rackmonterad", 48500),
    ("Bildskärm 27 tum", 3690),
    ("Dockningsstation", 2290),
    ("Bärbar dator", 15900),
    ("Frakt zon 1", 450),
    ("Frakt zon 2", 890),
)
"""Name and list price in SEK of what is sold."""

REFUSED_ARTICLES: tuple[tuple[str, int], ...] = (
    ("Skylt <Entré>", 1850),
    ("Kampanjpaket \N{PARTY POPPER}", 4990),
)
"""Articles whose names hold characters that Fortnox refuses and that have no equal (fortnox/FACTS.md 5.1)."""

OCCASIONS = (
    "Höstleverans",
    "Ombyggnad kontor",
    "Utökning",
    "Ramavtal, avrop",
    "Nytt lager",
    "Serviceavtal",
    "Kompletterande beställning",
    "Uppstart",
    "Årsbeställning",
    "Provperiod",
    "Byte av utrustning",
    "Pilotprojekt",
)
