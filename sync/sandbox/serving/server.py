"""Builds a sandbox and serves it: Fortnox and one CRM or several on loopback ports, in one process and one loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn

from sync.clock import Clock
from sync.sandbox.control import Control
from sync.sandbox.crm import Crm, CrmMaker
from sync.sandbox.crms import DEFAULT_CRM, maker, named
from sync.sandbox.fortnox import FortnoxApp, FortnoxQuirks
from sync.sandbox.fortnox.seed import seed_fortnox
from sync.sandbox.keeper import ClockKeeper, SandboxError, is_new_world, note_world, own_folder, start_clock, world_file
from sync.sandbox.sandbox import Sandbox
from sync.sandbox.serving.asgi import Scope
from sync.sandbox.serving.guard import Guard
from sync.sandbox.tables import Tables
from sync.sandbox.world import World, shared_out

HOST = "127.0.0.1"
_LONGEST_NAP = 0.5


def build(
    world: World,
    data: Path | None = None,
    speed: float = 1.0,
    port: int = 8600,
    *,
    clock: Clock | None = None,
    quirks: FortnoxQuirks = FortnoxQuirks(),  # noqa: B008 - frozen
    system: str = DEFAULT_CRM,
    crm: CrmMaker | None = None,
    scripted_faults: bool = False,
) -> Sandbox:
    """Return a sandbox of a world, kept below `data`/sandbox or only in memory.

    A folder that holds the world already is continued, not seeded again; another world there is refused
    with SandboxError. `clock` replaces the sandbox's own scaled clock (a simulation's virtual time); `system`
    names the CRM, or both; a single one `crm` may make in another way. `scripted_faults` arms the faults that a world
    has of its own.
    """
    folder = data / "sandbox" if data is not None else None
    is_new = data is None or is_new_world(world_file(data), world, system)
    lock = _own(folder, is_new)
    clock_file = folder / "clock.json" if folder else None
    time = clock or start_clock(speed, clock_file)
    by_company = {company.key: _tables(folder, f"fortnox-{company.key}") for company in world.companies}
    crm_tables = [_tables(folder, name) for name in named(system)]
    if is_new:
        seed_fortnox(by_company, world, time)
    made = _played(system, crm, crm_tables, world, time, is_new)
    if data is not None and is_new:
        note_world(world_file(data), world, time, system)
    numbers = {company.database_number: by_company[company.key] for company in world.companies}
    sandbox = Sandbox(
        world=world,
        clock=time,
        port=port,
        fortnox=FortnoxApp(numbers, time, quirks),
        crms=made,
        keeper=ClockKeeper(time, clock_file),
        tables=(*by_company.values(), *crm_tables),
        lock=lock,
    )
    if scripted_faults:
        sandbox.plan.add(list(world.faults))
    _open_doors(sandbox)
    sandbox.flush()
    return sandbox


def _played(
    system: str, make: CrmMaker | None, tables: list[Tables], world: World, clock: Clock, is_new: bool
) -> tuple[Crm, ...]:
    """Return the CRMs that a word names, each with its share of the world."""
    names = named(system)
    shares = zip(names, tables, shared_out(world, len(names)), strict=True)
    return tuple((make or maker(name))(own, share, clock, is_new) for name, own, share in shares)


def _own(folder: Path | None, is_new: bool) -> int | None:
    """Return the lock of a sandbox's folder, in which nothing is left that a new world would find; None without one."""
    if folder is None:
        return None
    lock = own_folder(folder)
    if is_new:
        _remove_half_made(folder)
    return lock


def _open_doors(sandbox: Sandbox) -> None:
    """Let each system answer on its port, and Fortnox's also what is asked of the sandbox itself."""
    sandbox.apps = {
        sandbox.port: Guard(Control(sandbox, sandbox.fortnox_door.asgi).asgi).asgi,
        **{
            sandbox.port + crm.offset: Guard(door.asgi).asgi
            for crm, door in zip(sandbox.crms, sandbox.crm_doors, strict=True)
        },
    }


async def serve(sandbox: Sandbox, port: int | None = None) -> None:
    """Serve until cancelled; raises SandboxError where a port is taken."""
    async with running(sandbox, port):
        await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def running(sandbox: Sandbox, port: int | None = None) -> AsyncIterator[int]:
    """Serve while the block runs and yield Fortnox's port; raises SandboxError where a port is taken."""
    sandbox.port, first = port or sandbox.port, sandbox.port
    apps = {own - first + sandbox.port: app for own, app in sandbox.apps.items()}
    sandbox.apps = apps
    sockets = _bind(list(apps))
    servers = [uvicorn.Server(_config(app)) for app in apps.values()]
    for faulty, server in zip(sandbox.faulty, servers, strict=True):
        faulty.drop = Dropper(server)
    # `_serve` is uvicorn without its signal handlers: signals belong to the process, not to the sandbox.
    parts = [
        *(asyncio.create_task(one._serve(sockets=[sock])) for one, sock in zip(servers, sockets, strict=True)),
        asyncio.create_task(_keep_acting(sandbox)),
    ]
    try:
        while not all(server.started for server in servers):  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.005)
        yield sandbox.port
    finally:
        await _stop(servers, parts)
        for faulty in sandbox.faulty:
            faulty.drop = None
        sandbox.flush()


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        interface="asgi3",
        lifespan="off",
        ws="none",
        proxy_headers=False,
        date_header=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )


async def _stop(servers: list[uvicorn.Server], parts: list[asyncio.Task[None]]) -> None:
    for server in servers:
        server.should_exit = True
    parts[-1].cancel()
    await asyncio.gather(*parts, return_exceptions=True)


async def _keep_acting(sandbox: Sandbox) -> None:
    """Wake the accountant when she is due, also while nobody calls."""
    while True:
        due = sandbox.accountant.next_due()
        wait = (due - sandbox.clock.now()).total_seconds() if due else _LONGEST_NAP
        await asyncio.sleep(min(max(wait, 0.01), _LONGEST_NAP))
        sandbox.act()
        sandbox.flush()


class Dropper:
    """Ends the TCP connection that a request came over."""

    def __init__(self, server: uvicorn.Server) -> None:
        self._server = server

    def __call__(self, scope: Scope) -> None:
        """Close the connection whose peer is the request's client."""
        for connection in list(self._server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None and transport.get_extra_info("peername") == tuple(scope["client"]):
                transport.close()


def _bind(ports: list[int]) -> list[socket.socket]:
    bound: list[socket.socket] = []
    for port in ports:
        # The protocol is named because asyncio turns Nagle's delay off (40 ms a call) only where it is.
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.append(sock)
        try:
            sock.bind((HOST, port))
        except OSError as problem:
            for one in bound:
                one.close()
            raise SandboxError(
                f"Port {port} on {HOST} is taken by another program: stop it or choose another --port."
            ) from problem
    return bound


def _tables(folder: Path | None, name: str) -> Tables:
    return Tables(folder / f"{name}.jsonl" if folder else None)


def _remove_half_made(folder: Path) -> None:
    """Remove journals of a seeding that was interrupted before its world was written down."""
    for journal in folder.glob("*.jsonl"):
        journal.unlink()
