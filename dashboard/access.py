"""Who uses the dashboard: in local mode the operating-system user, as admin, on loopback only."""

import getpass
from dataclasses import dataclass
from ipaddress import ip_address

import streamlit as st


@dataclass(frozen=True)
class Actor:
    """The person at the browser and their role."""

    name: str
    role: str


def actor() -> Actor:
    """Return who asks. Without a login provider that is who started the dashboard."""
    return Actor(getpass.getuser(), "admin")


def on_loopback(address: str | None) -> bool:
    """Return whether a server address can only be reached from this machine."""
    if address == "localhost":
        return True
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def listens_locally() -> bool:
    """Return whether this server listens on this machine only; without login it may do nothing else."""
    return on_loopback(st.get_option("server.address"))
