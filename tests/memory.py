"""Where tests keep what they make by the dozen: in memory, where the machine has room there."""

import os
import shutil
import tempfile
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path

MEMORY = Path("/dev/shm")


@cache
def memory_folder() -> Path:
    """Return a folder for what many tests of this process use; it goes when the process ends."""
    made = Path(tempfile.mkdtemp(prefix="kvitt-tests-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    # Unlike atexit, this is done in the soak's worker processes too.
    Finalize(None, shutil.rmtree, (made,), {"ignore_errors": True}, exitpriority=0)
    return made
