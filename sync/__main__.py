"""`python -m sync` and its commands (ARCHITECTURE.md: the command line). JSON goes to stdout, all else to stderr."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from mappings import MappingError
from sync import log
from sync.clock import ScaledClock, stockholm_date
from sync.connectors.errors import ApiError
from sync.demo.children import ChildError
from sync.demo.run import DemoWish, run_demo
from sync.demo.sandbox_link import SandboxLinkError
from sync.sandbox.crms import BOTH, CRMS, DEFAULT_CRM, FURTHEST
from sync.sandbox.keeper import SandboxError, seeded_day
from sync.sandbox.serving.server import build as build_sandbox
from sync.sandbox.serving.server import serve
from sync.sandbox.world import World
from sync.sandbox.worlds.csv_world import read_csv_world
from sync.sandbox.worlds.demo_world import demo_world
from sync.sandbox.worlds.errors import WorldError
from sync.service import once as run_once
from sync.service import run_service
from sync.setting_types import SettingsError
from sync.settings import Settings, load
from sync.store.folder import StoreBusyError, StoreError
from sync.store.publish import archive
from sync.store.reader.published import ReaderError

MOST_PORT = 65535 - FURTHEST
DONE, IN_REVIEW, BAD_INPUT, BUSY, NEEDS_PERSON = 0, 1, 2, 3, 4
_BAD_INPUT = (
    MappingError, SettingsError, StoreError, SandboxError, WorldError, ChildError, SandboxLinkError, ReaderError,
    archive.ArchiveError,
)  # fmt: skip

app = typer.Typer(
    help="Keeps a CRM and Fortnox in step, and proves it.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path | None, typer.Option("--data", help="The data folder.")]
PlayedCrm = Annotated[str, typer.Option("--crm", help=f"The CRM the world lives in: {', '.join(CRMS)} or {BOTH}.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]


@app.command()
def demo(
    world: Annotated[Path | None, typer.Option(help="A folder with customers.csv, products.csv, orders.csv …")] = None,
    crm: PlayedCrm = DEFAULT_CRM,
    data: Data = None,
    sandbox: Annotated[str | None, typer.Option(help="Use a running sandbox: the address of its Fortnox port.")] = None,
    speed: Annotated[float | None, typer.Option(min=0.1, max=10000, help="Sandbox seconds in a second.")] = None,
    book_all: Annotated[bool, typer.Option(help="Let the accountant book every document.")] = False,
    headless: Annotated[bool, typer.Option(help="Without a dashboard.")] = False,
    until_quiet: Annotated[bool, typer.Option(help="Headless: end when nothing is left to do.")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=MOST_PORT, help="The sandbox's Fortnox port.")] = None,
    dashboard_port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    as_json: AsJson = False,
) -> None:
    """Run the whole product against a sandbox: nothing to connect, nothing leaves this machine."""
    _check_crm(crm)
    if world is not None:
        read_csv_world(world, _say)
    wish = DemoWish(
        data=data or load().data / _demo_folder(world, crm),
        world=world,
        crm=crm,
        sandbox_url=sandbox,
        speed=speed,
        book_all=book_all,
        headless=headless,
        until_quiet=until_quiet,
        port=port,
        dashboard_port=dashboard_port,
        open_browser=sys.stdout.isatty(),
    )
    try:
        result = run_demo(wish)
    except KeyboardInterrupt:
        if headless and until_quiet:
            raise
        raise typer.Exit(DONE) from None
    if result is not None:
        _show(result, as_json)
        raise typer.Exit(IN_REVIEW if result["operations"]["review"] else DONE)


@app.command()
def run(
    data: Data = None,
    dashboard: Annotated[bool, typer.Option(help="Start the dashboard too.")] = True,
) -> None:
    """Keep the systems named in the settings in step until stopped."""
    asyncio.run(_until_stopped(run_service(_settings(data), dashboard)))


@app.command()
def once(data: Data = None, as_json: AsJson = False) -> None:
    """Run every flow once and stop."""
    outcome = asyncio.run(run_once(_settings(data)))
    _show(outcome.figures, as_json)
    raise typer.Exit(NEEDS_PERSON if outcome.connection_lost else IN_REVIEW if outcome.in_review else DONE)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=1, max=MOST_PORT, help="Fortnox here, the CRM just above.")] = 8600,
    world: Annotated[Path | None, typer.Option(help="A folder with CSV files in Northwind's columns.")] = None,
    crm: PlayedCrm = DEFAULT_CRM,
    speed: Annotated[float, typer.Option(min=0.1, max=10000)] = 1.0,
    data: Data = None,
    end_with_stdin: Annotated[bool, typer.Option(hidden=True)] = False,
    scripted_faults: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve the played Fortnox and a played CRM on this machine."""
    _check_crm(crm)
    built = build_sandbox(_world(world, data), data, speed, port, system=crm, scripted_faults=scripted_faults)
    log.log.info(f"The sandbox answers at http://127.0.0.1:{port}.", action="sandbox_ready", world=built.world.name)
    try:
        asyncio.run(_until_stopped(serve(built, port), end_with_stdin))
    finally:
        built.close()


@app.command()
def check(data: Data = None) -> None:
    """Say whether the installation is sound, from the published copy."""
    from sync.explain import report as reporting  # noqa: PLC0415 - keeps the other commands quick to start

    findings = reporting.check(_folder(data))
    for finding in findings:
        typer.echo(finding.sentence, err=True)
    raise typer.Exit(max(finding.exit_code for finding in findings))


@app.command()
def report(data: Data = None, as_json: AsJson = False) -> None:
    """Print the reconciliation's figures from the published copy."""
    from sync.explain import report as reporting  # noqa: PLC0415 - keeps the other commands quick to start

    _show(reporting.report(_folder(data)), as_json)


@app.command()
def backup(target: Path, data: Data = None) -> None:
    """Write everything Kvitt knows into one file, from the published copy."""
    archive.backup(_folder(data), target)
    typer.echo(f"Written: {target}", err=True)


@app.command()
def restore(source: Path, data: Data = None) -> None:
    """Unpack a backup into an empty data folder."""
    archive.restore(source, _folder(data))
    typer.echo(f"Restored into {_folder(data)}", err=True)


def main() -> None:
    """Run a command; every fault a user can cause ends in a sentence and its exit code."""
    log.configure(_secrets())
    # What Kvitt keeps is its owner's alone.
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _end_in_order)
    try:
        app(standalone_mode=True)
    except StoreBusyError as error:
        _end(error, BUSY)
    except _BAD_INPUT as error:
        _end(error, BAD_INPUT)
    except ApiError as error:
        _end(error, NEEDS_PERSON)
    except KeyboardInterrupt:
        sys.exit(DONE)
    except Exception as error:
        _end(RuntimeError(log.keep_fault(error)), BAD_INPUT)


def _end_in_order(number: int, frame: FrameType | None) -> None:
    """A demo that is told to end takes its dashboard and sandbox with it, as with Ctrl+C.

    A shell lets programs that it starts in the background ignore Ctrl+C: they are ended all the same.
    """
    as_with_ctrl_c = signal.getsignal(signal.SIGINT)
    if not callable(as_with_ctrl_c):
        raise KeyboardInterrupt
    as_with_ctrl_c(number, frame)


def _end(error: Exception, code: int) -> None:
    typer.echo(str(error), err=True)
    sys.exit(code)


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _show(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    for name, value in figures.items():
        typer.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}", err=True)


def _demo_folder(world: Path | None, crm: str) -> str:
    """Each world has a data folder of its own, also two of the same name in different places, and each CRM."""
    where = "demo" if crm == DEFAULT_CRM else f"demo-{crm}"
    if world is None:
        return where
    place = hashlib.sha256(str(world.resolve()).encode()).hexdigest()[:8]
    return f"{where}-{world.resolve().name}-{place}"


def _folder(data: Path | None) -> Path:
    return data or load().data


def _settings(data: Path | None) -> Settings:
    return load({"data": data} if data else None)


def _secrets() -> list[str]:
    """Return the secrets that must never reach a log; settings that cannot be read are told later, by the command."""
    try:
        return load().secrets()
    except SettingsError:
        return []


def _world(folder: Path | None, data: Path | None) -> World:
    if folder is not None:
        return read_csv_world(folder, _say)
    today: date = stockholm_date(ScaledClock().now())
    return demo_world((seeded_day(data) if data else None) or today)


def _check_crm(crm: str) -> None:
    if crm not in {*CRMS, BOTH}:
        known = " or ".join(f"--crm {name}" for name in (*CRMS, BOTH))
        raise SettingsError(f"There is no CRM {crm!r} to play; use {known}.")


async def _until_stopped(work: Coroutine[Any, Any, Any], end_with_stdin: bool = False) -> None:
    """Run until the work ends, a signal comes, or (a child) the parent has gone and closed our input."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    stop: Callable[[], object] = task.cancel
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop)
    if end_with_stdin:
        loop.add_reader(sys.stdin.fileno(), stop)
    with contextlib.suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    main()
