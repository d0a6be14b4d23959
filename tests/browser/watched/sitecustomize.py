"""Python itself notes every address that this process asks for or connects to, save those of this machine.

A process that is started with this folder on its path appends them to the file that KVITT_CONNECTIONS names.
"""

import os
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any


def _outside(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return not ip_address(name).is_loopback
    except ValueError:
        return name != "localhost"


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    host: object = None
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    if host is not None and _outside(host):
        with Path(os.environ["KVITT_CONNECTIONS"]).open("a", encoding="utf-8") as file:
            file.write(f"{event} {host}\n")


sys.addaudithook(_note)
