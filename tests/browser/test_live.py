"""Three browser windows read every page while a sync works at full speed, and go on when it has stopped."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sync.store.publish import copies as publish
from tests.acceptance.processes import environment, wait_for
from tests.browser.conftest import ROOT, served
from tests.browser.visit import TITLES

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.verify]

WINDOWS = 3


@contextmanager
def syncing(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the demo world's sync at sixty times real speed, without a dashboard of its own."""
    command = [sys.executable, "-m", "sync", "demo", "--headless", "--data", str(data), "--speed", "60"]
    with (data.parent / "sync.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env=environment({"KVITT_INTERVAL_SECONDS": "30"})
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=60)


def read(page: Page, address: str, name: str, faults: int = 0) -> None:
    """Open a page and insist that it shows its title and so many red notices."""
    page.goto(f"{address}/{'' if name == 'overview' else name}?lang=sv")
    heading = page.locator("h1, h2, h3").filter(has_text=TITLES[name][0])
    expect(heading.or_(page.get_by_text("Första", exact=False)).first).to_be_visible(timeout=60_000)
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=60_000)
    assert page.locator("[data-testid=stException]").count() == 0
    notices = page.locator("[data-testid=stAlertContentError]").all_inner_texts()
    assert len(notices) == faults, notices


def test_three_windows_read_while_the_sync_works_and_after_it_stopped(chromium: Browser, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as address:
        windows = [chromium.new_context(locale="sv-SE").new_page() for _ in range(WINDOWS)]
        with syncing(data) as process:
            wait_for("the first copy", lambda: publish.newest(data))
            seen = set()
            for name in TITLES:
                for page in windows:
                    read(page, address, name)
                    seen.add(publish.newest(data))
            assert process.poll() is None, (tmp_path / "sync.log").read_text()
            assert len(seen) > 1, "the copies did not change while they were read"
        for page, name in zip(cycle(windows), TITLES, strict=False):
            read(page, address, name, faults=1)
        for page in windows:
            expect(page.get_by_text("Synken är stoppad", exact=False).first).to_be_visible(timeout=60_000)
