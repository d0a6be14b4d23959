"""Every control of every page is pressed in a real browser, and something is asserted of what it did.

The controls are found on the page itself: one that nobody says anything about fails its scene's test.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from tests.browser.visit import Visit, click_cell

pytestmark = [pytest.mark.browser, pytest.mark.verify]

Control = tuple[str, str]
IN_SIGHT = "[data-testid=stMain], [data-testid=stPopoverBody]"
SIDEBAR = "[data-testid=stSidebar]"
CONTROLS = "button, a[href]:not([href^='#']), input, textarea, [role=combobox], [role=radio], [role=tab], summary"
KIND_AND_NAME = """e => {
    const words = e.cloneNode(true);
    words.querySelectorAll('[data-testid=stIconMaterial]').forEach(icon => icon.remove());
    return [
        e.getAttribute('role') || ({SUMMARY: 'summary', A: 'link', BUTTON: 'button'})[e.tagName] || 'textbox',
        e.getAttribute('aria-label') || words.textContent || '']}"""
# What Streamlit draws itself on tables, charts, choices and passages of text.
STREAMLITS_OWN = re.compile(
    r"Show/hide columns|^Search$|Fullscreen|Clear selection|^Help for|^Open$|Download as|Zoom|Pan$"
    r"|^Decrement$|^Increment$|^Navigate to home page$"
)
HEADER = {("combobox", "Bolag"), ("combobox", "Period"), ("radio", "Svenska"), ("radio", "English")}


def choose(option: str) -> Callable[[Locator], None]:
    """Return how an option of a list is chosen."""

    def use(control: Locator) -> None:
        control.click()
        control.page.get_by_role("option", name=option).first.click()
        expect(control).to_have_value(re.compile(re.escape(option).replace(r"\ ", r"\s")))

    return use


def write(text: str) -> Callable[[Locator], None]:
    """Return how a text is written."""

    def use(control: Locator) -> None:
        control.fill(text)
        control.press("Enter")

    return use


def dismiss(control: Locator) -> None:
    """Say why, and press the button that this allows."""
    reason = control.page.get_by_label("Skäl (visas i spåret)").first
    reason.fill("dubbel")
    reason.press("Enter")
    expect(control).to_be_enabled()
    control.click()


def download(control: Locator) -> None:
    """Press a button that gives a file, and insist that it has rows."""
    with control.page.expect_download() as waiting:
        control.click()
    assert len(waiting.value.path().read_text(encoding="utf-8-sig").splitlines()) > 1


@dataclass(frozen=True)
class Press:
    """What a press leads to: words that are seen then, or a part of the address; and how the control is used."""

    seen: str = ""
    address: str = ""
    use: Callable[[Locator], None] = Locator.click


@dataclass(frozen=True)
class Step:
    """What a person does to come to a scene, and words that are seen when the page has followed."""

    do: Callable[[Page], None]
    seen: str


def select_first(seen: str) -> Step:
    """Return the step that marks a table's first row."""
    return Step(lambda page: click_cell(page, 0, row=1, left=12), seen)


def press(name: str, seen: str) -> Step:
    return Step(lambda page: page.get_by_role("button", name=name).first.click(), seen)


def show(name: str, seen: str) -> Step:
    return Step(lambda page: page.get_by_role("radio", name=name).first.click(), seen)


@dataclass(frozen=True)
class Scene:
    """A page as it stands after some steps, what each of its controls leads to, and those pressed in another scene."""

    path: str
    title: str
    presses: Mapping[Control, Press]
    steps: tuple[Step, ...] = ()
    elsewhere: Collection[Control] = ()
    where: str = IN_SIGHT


RUNS = {
    ("button", "Kör nu"): Press("Begärt: kör nu"),
    ("button", "Återuppta"): Press("Begärt: återuppta"),
    ("button", "Pausa"): Press("Skäl till pausen"),
    ("button", "Ändra schema"): Press("Spara schema"),
    ("combobox", "Flöde"): Press(use=choose("Affärer i Nordgruppen")),
}
GROUPS = {
    ("radio", "Fel i grupper"): Press("Välj en rad"),
    ("radio", "Granskningskö"): Press("Markera poster"),
    ("radio", "Lösta"): Press(),
}
QUEUE = {
    ("radio", "Granskningskö"): Press("Avfärda"),
    ("button", "Öppna"): Press("Det här stoppar posten", "op="),
    ("button", "Kör om 1"): Press("Ja, kör om"),
    ("button", "Avfärda 1"): Press("Skäl (visas i spåret)"),
}
IN_QUEUE = (show("Granskningskö", "Markera poster"), select_first("Avfärda 1"))
RECORD = {
    ("button", "Till sökningen"): Press("Affärer och dokument i perioden"),
    ("button", "Tillåt en ny faktura"): Press("Ja, gör en ny faktura"),
    ("summary", "POST"): Press("Skickat"),
    ("summary", "Senaste version"): Press('"description"'),
}
BRIDGE = {
    ("radio", "Brygga"): Press("Från pipeline till bokfört netto"),
    ("radio", "Månader"): Press("Per månad och bolag"),
    ("radio", "Orsak"): Press("Bakom staplarna"),
    ("radio", "Vem som gjorde skillnaden"): Press("Bakom staplarna"),
    ("radio", "Kund"): Press("Bakom staplarna"),
    ("radio", "Säljare"): Press("Bakom staplarna"),
}
SCENES = {
    "header": Scene(
        "",
        "Översikt",
        {
            ("combobox", "Bolag"): Press(address="company=syd", use=choose("Syd Maskin AB")),
            ("combobox", "Period"): Press("Från CRM till bokfört, 2026-05", use=choose("2026-05")),
            ("radio", "English"): Press("Signed in as"),
            ("radio", "Svenska"): Press("Inloggad som"),
            ("summary", "Alla orsaker"): Press("Alla orsaker"),
        },
    ),
    "bridge": Scene("reconciliation", "Avstämning", BRIDGE),
    "months": Scene(
        "reconciliation",
        "Avstämning",
        {("button", "Hämta som CSV"): Press(use=download)},
        (show("Månader", "Per månad och bolag"),),
        elsewhere=BRIDGE,
    ),
    "a bar": Scene(
        "reconciliation",
        "Avstämning",
        {("button", "Hämta som CSV"): Press(use=download)},
        (select_first("Hämta som CSV"),),
        elsewhere=BRIDGE,
    ),
    "discounts": Scene(
        "discounts",
        "Rabatter",
        {
            ("button", "Hämta som CSV"): Press(use=download),
            ("combobox", "Minsta differens, kr"): Press("Inga rader passar filtren", use=choose("1 000,00")),
            ("combobox", "Orsak"): Press(use=choose("Faktura ej bokförd")),
            ("combobox", "Produkt"): Press(use=choose("MP-10")),
            ("combobox", "Säljare"): Press(use=choose("Anna Lind")),
        },
    ),
    "groups": Scene("errors", "Fel & omkörning", GROUPS),
    "a group": Scene(
        "errors",
        "Fel & omkörning",
        {("radio", "Fel i grupper"): Press("Så här gör du"), ("button", "Visa posterna"): Press("Filter:")},
        (select_first("Så här gör du"),),
        elsewhere=GROUPS,
    ),
    "filtered queue": Scene(
        "errors",
        "Fel & omkörning",
        {("button", "Rensa filtret"): Press("Markera poster")},
        (select_first("Så här gör du"), press("Visa posterna", "Filter:")),
        elsewhere=GROUPS,
    ),
    "queue": Scene("errors", "Fel & omkörning", QUEUE, IN_QUEUE, elsewhere=GROUPS),
    "a replay": Scene(
        "errors",
        "Fel & omkörning",
        {("button", "Ja, kör om 1"): Press("Begärt")},
        (*IN_QUEUE, press("Kör om 1", "Ja, kör om")),
        elsewhere=(*GROUPS, *QUEUE),
    ),
    "a dismissal": Scene(
        "errors",
        "Fel & omkörning",
        {
            ("textbox", "Skäl (visas i spåret)"): Press(use=write("dubbel")),
            ("button", "Avfärda"): Press("Begärt", use=dismiss),
        },
        (*IN_QUEUE, press("Avfärda 1", "Skäl (visas i spåret)")),
        elsewhere=(*GROUPS, *QUEUE),
    ),
    "a held record": Scene(
        "errors",
        "Fel & omkörning",
        {
            ("button", "Till listan"): Press("Välj en rad"),
            ("button", "Till posten"): Press("Tidslinje", "record="),
            ("button", "Kör om utan ändring"): Press("Begärt"),
            ("button", "Avfärda"): Press("Skäl (visas i spåret)"),
        },
        (*IN_QUEUE, press("Öppna", "Det här stoppar posten")),
    ),
    "records": Scene(
        "records", "Poster", {("textbox", "Sök"): Press("Sökningen gäller alla perioder", "q=Livs", write("Livs"))}
    ),
    "runs": Scene("runs", "Körningar", RUNS),
    "a pause": Scene(
        "runs",
        "Körningar",
        {("textbox", "Skäl till pausen"): Press("Begärt: pausa", use=write("bokslut"))},
        (press("Pausa", "Skäl till pausen"),),
        elsewhere=RUNS,
    ),
    "a schedule": Scene(
        "runs",
        "Körningar",
        {
            ("radio", "med intervall"): Press("Minuter mellan körningar"),
            ("radio", "vid klockslag (cron)"): Press("Cron"),
            ("textbox", "Minuter mellan körningar"): Press(use=write("7")),
            ("button", "Spara schema"): Press("Begärt"),
        },
        (press("Ändra schema", "Spara schema"),),
        elsewhere=RUNS,
    ),
    "sidebar": Scene(
        "runs",
        "Körningar",
        {
            ("link", "Översikt"): Press("Från CRM till bokfört"),
            ("link", "Avstämning"): Press(address="/reconciliation"),
            ("link", "Rabatter"): Press(address="/discounts"),
            ("link", "Poster"): Press(address="/records"),
            ("link", "Fel & omkörning"): Press(address="/errors"),
            ("link", "Körningar"): Press(address="/runs"),
        },
        where=SIDEBAR,
    ),
    "a record": Scene("records?record=upsales:94/order/711", "Affär", RECORD),
    "another document": Scene(
        "records?record=upsales:94/order/711",
        "Affär",
        {("button", "Ja, gör en ny faktura"): Press("Begärt: tillåt ny faktura")},
        (press("Tillåt en ny faktura", "Ja, gör en ny faktura"),),
        elsewhere=RECORD,
    ),
}


def opened(visit: Visit, scene: Scene) -> Page:
    """Open a scene anew."""
    page = visit.open(scene.path, "sv", scene.title)
    for step in scene.steps:
        # A press at the very moment in which a list renews itself may be lost: whoever sees nothing presses again.
        for patience in (5_000, 15_000):
            step.do(page)
            if _is_seen(page, step.seen, patience):
                break
        expect(page.get_by_text(step.seen).first).to_be_visible()
        visit.settle()
    return page


def _is_seen(page: Page, words: str, patience: float) -> bool:
    try:
        page.get_by_text(words).first.wait_for(timeout=patience)
    except NotInTime:
        return False
    return True


def controls(page: Page, where: str) -> dict[Control, Locator]:
    """Return the controls that a part of a page shows; of several with one kind and name the first."""
    found: dict[Control, Locator] = {}
    for one in page.locator(where).locator(CONTROLS).all():
        if one.is_visible():
            kind, name = one.evaluate(KIND_AND_NAME)
            plain = re.sub(r"\s+", " ", name).strip()
            if not STREAMLITS_OWN.search(plain):
                found.setdefault((kind, plain), one)
    return found


def answer(scene: Scene, control: Control) -> Press | None:
    """Return what a control leads to: named whole, or by how its name begins."""
    named = _named(control, scene.presses)
    return scene.presses[named] if named else None


def _named(control: Control, among: Collection[Control]) -> Control | None:
    begins = [known for known in among if known[0] == control[0] and control[1].startswith(known[1])]
    return max(begins, key=lambda known: len(known[1]), default=None)


@pytest.mark.parametrize("name", SCENES)
def test_h1_every_control_does_what_it_says(chromium: Browser, full: str, name: str) -> None:
    scene = SCENES[name]
    visit = Visit(chromium, full, "light")
    elsewhere = {*scene.elsewhere, *(() if name == "header" else HEADER)}
    found = [
        one for one in controls(opened(visit, scene), scene.where) if answer(scene, one) or not _named(one, elsewhere)
    ]
    assert [control for control in found if answer(scene, control) is None] == []
    assert found
    for control in sorted(found):
        page = opened(visit, scene)
        wanted = answer(scene, control)
        assert wanted
        wanted.use(controls(page, scene.where)[control])
        if wanted.seen:
            expect(page.get_by_text(wanted.seen).first).to_be_visible(timeout=60_000)
        if control[0] == "radio":
            expect(page.get_by_role("radio", name=control[1], exact=True).first).to_be_checked()
        if wanted.address:
            expect(page).to_have_url(re.compile(re.escape(wanted.address)), timeout=60_000)
    visit.close()
