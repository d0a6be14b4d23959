"""Every recorded answer of the resources we use is read by our own clients (decisions.md 39)."""

import asyncio
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import simplejson

from mappings.money import decimal
from sync.clock import ScaledClock
from sync.connectors.base import Item
from sync.connectors.errors import ApiError, AuthLost, Refused
from sync.connectors.fortnox.auth import FortnoxAccess
from sync.connectors.fortnox.client import RESOURCES, Fortnox
from sync.connectors.upsales.client import Upsales
from sync.core.measures import fortnox_document, upsales_deal
from tests.virtual_time import VirtualClock

SHARED = Path(os.environ.get("KVITT_SHARED") or Path(__file__).parents[2].parent / "shared")
RECORDINGS = SHARED / "recordings"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not part of the project"),
]
