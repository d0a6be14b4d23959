"""Works that go on side by side: none is left alone when another one fails."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

Ending = TypeVar("Ending")


async def gather_all(works: Iterable[Coroutine[Any, Any, Ending]]) -> list["asyncio.Future[Ending]"]:
    """Return works, in their order, when every one has ended: each holds what came of it, or the fault that it met.

    Nothing is still being sent when a run is over: what was sent beside a fault is in doubt, and looked up.
    """
    begun: list[asyncio.Future[Ending]] = [asyncio.ensure_future(work) for work in works]
    await asyncio.gather(*begun, return_exceptions=True)
    return begun
