"""Talking to a sandbox's control routes: what it is, its clock, its own truth."""

import asyncio
from datetime import date, datetime
from typing import Any

import simplejson

from mappings.spec import Companies
from sync.clock import Pace, ScaledClock
from sync.connectors.crms import CRMS
from sync.connectors.http import HttpFault, open_http
from sync.settings import CompanySettings
from sync.web_address import web_address

CLOCK_SECONDS = 1.0


class SandboxLinkError(Exception):
    """The sandbox cannot be used; the message says what to do."""


class SandboxLink:
    """The control routes of a running sandbox."""

    def __init__(self, url: str) -> None:
        """Raises SandboxLinkError for what is no address."""
        try:
            self.url = web_address(url)
        except ValueError as error:
            raise SandboxLinkError(f"--sandbox {url} cannot be used: {error}.") from None
        self._http = open_http(self.url, None, 30.0)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def info(self) -> dict[str, Any]:
        """Return the world's tenants, credentials, routing and clock."""
        found: dict[str, Any] = await self._call("GET", "info")
        return found

    async def truth(self) -> dict[str, Any]:
        """Return what the sandbox itself counts."""
        found: dict[str, Any] = await self._call("GET", "truth")
        return found

    async def book_all(self) -> int:
        """Let the accountant book every document that is not booked; returns how many."""
        return int((await self._call("POST", "book-all"))["booked"])

    async def set_speed(self, speed: float) -> None:
        """Let the sandbox's clock go on at another speed."""
        await self._call("POST", "clock", {"speed": speed})

    async def follow_clock(self, clock: ScaledClock) -> None:
        """Adopt the sandbox's clock."""
        clock.set_pace(pace_of(await self._call("GET", "clock")))

    async def keep_following(self, clock: ScaledClock) -> None:
        """Adopt the sandbox's clock again and again; a sandbox that is away keeps its last pace."""
        while True:
            await asyncio.sleep(CLOCK_SECONDS)
            try:
                pace = pace_of(await self._call("GET", "clock"))
            except SandboxLinkError:
                continue
            if pace != clock.pace:
                clock.set_pace(pace)

    async def _call(self, method: str, name: str, body: Any = None) -> Any:
        content = None if body is None else simplejson.dumps(body)
        try:
            response = await self._http.request(method, f"/_sandbox/{name}", content=content)
        except HttpFault:
            raise SandboxLinkError(
                f"No sandbox answers at {self.url}. Start one with: python -m sync sandbox."
            ) from None
        if response.status_code != 200:
            raise SandboxLinkError(f"{self.url} is no Kvitt sandbox (it answered {response.status_code}).")
        return simplejson.loads(response.text, use_decimal=True)


def pace_of(clock: dict[str, Any]) -> Pace:
    """Return the pace that /_sandbox/clock describes."""
    return Pace(
        datetime.fromisoformat(clock["virtual_epoch"]),
        datetime.fromisoformat(clock["wall_epoch"]),
        float(clock["speed"]),
    )


def systems_of(info: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that adopt everything a sandbox says of itself.

    Raises SandboxLinkError for a sandbox of another Kvitt, with a CRM that is not in this one's list.
    """
    unknown = [crm["system"] for crm in info["crms"] if crm["system"] not in CRMS]
    if unknown:
        raise SandboxLinkError(f"The sandbox plays {unknown[0]}, which is not known here. Start one of this Kvitt.")
    return {
        **{crm["system"]: CRMS[crm["system"]].settings.of_sandbox(crm) for crm in info["crms"]},
        "companies": {
            company["key"]: CompanySettings(
                client_id=company["client_id"],
                client_secret=company["client_secret"],
                tenant_id=company["tenant_id"],
                go_live=date.fromisoformat(company["go_live"]),
                base_url=company["base_url"],
                auth_url=company["base_url"],
            )
            for company in info["companies"]
        },
    }


def routing_of(info: dict[str, Any]) -> dict[str, Companies]:
    """Return the routes of a sandbox's world, by CRM."""
    return {crm["system"]: Companies.model_validate(crm["routing"]) for crm in info["crms"]}
