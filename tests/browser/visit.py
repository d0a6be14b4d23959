"""One browser window on the dashboard: it opens pages, waits until they are drawn, and notes what should not be."""

import re
from typing import Literal

from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.conftest import PATIENCE, ROOT

PICTURES = ROOT / "build" / "screenshots"
TITLES = {
    "overview": ("Översikt", "Overview"),
    "reconciliation": ("Avstämning", "Reconciliation"),
    "discounts": ("Rabatter", "Discounts"),
    "errors": ("Fel & omkörning", "Errors & replay"),
    "records": ("Poster", "Records"),
    "runs": ("Körningar", "Runs"),
}
STREAMLIT_LOOKS_FOR_ITS_SERVER = re.compile(r"/\w+/_stcore/(health|host-config)$")
ROW = 31
Scheme = Literal["light", "dark"]


class Visit:
    """One browser window that notes what it should not see."""

    def __init__(self, chromium: Browser, address: str, scheme: Scheme, locale: str = "sv-SE") -> None:
        self.address = address
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.context = chromium.new_context(locale=locale, color_scheme=scheme, viewport={"width": 1440, "height": 900})
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.page.route("**/*", self._allow_own_only)
        self.page.on("console", lambda message: self._note(message.type, message.text, message.location["url"]))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str, lang: str, title: str) -> Page:
        """Open a page and wait until it is drawn."""
        joint = "&" if "?" in path else "?"
        self.page.goto(f"{self.address}/{path}{joint}lang={lang}")
        expect(self.page.locator("h1").filter(has_text=title)).to_be_visible(timeout=60_000)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the script has ended and tables and charts are painted."""
        self.page.wait_for_selector("[data-test-script-state=notRunning]", timeout=60_000)
        expect(self.page.locator("[data-testid=stSkeleton]")).to_have_count(0, timeout=60_000)
        for shape, inner in (("stPlotlyChart", ".main-svg"), ("stDataFrame", "canvas")):
            for element in self.page.locator(f"[data-testid={shape}]").all():
                if element.is_visible():
                    expect(element.locator(inner).first).to_be_visible(timeout=60_000)
        self.page.wait_for_function("document.fonts.status === 'loaded'")

    def picture(self, name: str) -> None:
        """Save what the whole page looks like."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        length = self.page.evaluate(
            "Math.max(...[...document.querySelectorAll('[data-testid=stMain], section')].map(e => e.scrollHeight))"
        )
        self.page.set_viewport_size({"width": 1440, "height": max(900, min(int(length) + 10, 4000))})
        self.settle()
        self.page.screenshot(path=PICTURES / f"{name}.png")
        self.page.set_viewport_size({"width": 1440, "height": 900})

    def close(self) -> None:
        """Close the window and insist that nothing was wrong."""
        body = self.page.inner_text("body")
        self.context.close()
        assert self.foreign == []
        assert self.complaints == []
        assert "Traceback" not in body

    def _allow_own_only(self, route: Route, request: Request) -> None:
        if request.url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.foreign.append(request.url)
            route.abort()

    def _note(self, kind: str, text: str, url: str) -> None:
        """Note errors; on a deep link Streamlit itself first looks for its server below the page's path."""
        if kind == "error" and not STREAMLIT_LOOKS_FOR_ITS_SERVER.search(url):
            self.complaints.append(f"{text} {url}")


def click_cell(page: Page, table: int, *, row: int, left: int) -> None:
    """Click into a table, which is a canvas: its head and its rows are equally high."""
    element = page.locator("[data-testid=stDataFrame]").nth(table)
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box
    page.mouse.click(box["x"] + left, box["y"] + ROW * (row + 0.5))
