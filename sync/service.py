"""The sync process against the systems named in the settings: for as long as it is wanted, or once."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

from sync.app import background, build, run_all_once
from sync.demo import children
from sync.explain.report import report
from sync.flows.publisher import Pulse
from sync.log import log
from sync.setting_types import SettingsError
from sync.settings import Settings
from sync.store.tables import operations


@dataclass(frozen=True)
class Once:
    """What one pass over all flows came to."""

    figures: dict[str, Any]
    in_review: bool
    connection_lost: bool


async def run_service(settings: Settings, with_dashboard: bool) -> None:
    """Run schedules until cancelled."""
    app = build(settings)
    with contextlib.ExitStack() as stack:
        try:
            if with_dashboard:
                shown = stack.enter_context(children.dashboard(settings.dashboard_port, settings.data))
                log.info(f"The dashboard is at {shown} – stop with Ctrl+C.", action="dashboard_ready")
            with Pulse(app.publisher):
                async with background(app):
                    await asyncio.Event().wait()
        finally:
            await app.close()


async def once(settings: Settings) -> Once:
    """Run every flow once and say what came of it. Raises SettingsError where one names what is not there."""
    app = build(settings)
    try:
        tallies = await run_all_once(app)
        if app.engine.unknown_setting:
            raise SettingsError(app.engine.unknown_setting)
        if app.engine.recovery.on and not any(tally.broken for tally in tallies):
            await app.engine.recovery.over()
            tallies += await run_all_once(app)
        in_review = operations.counts(app.store).get("review", 0) > 0
        broken = any(tally.broken for tally in tallies) or bool(app.store.one("count_needing_person"))
    finally:
        await app.close()
    return Once(report(settings.data), in_review, broken)
