"""Room on the disk. DuckDB 1.5 may end the whole process when a commit finds none, so the store asks first."""

import errno
import os
import shutil
from pathlib import Path

# Bytes: more than any one transaction writes into the log.
RESERVE = 32 << 20


def refuse_full_disk(database: Path, copies: int = 0) -> None:
    """Raise OSError when the disk may not take a transaction, a checkpoint after it, and so many copies."""
    size = database.stat().st_size if database.exists() else 0
    wanted = RESERVE + size * (1 + copies)
    free = shutil.disk_usage(database.parent).free
    if free < wanted:
        reason = f"{os.strerror(errno.ENOSPC)}: {free >> 20} MB are free, {wanted >> 20} MB are needed"
        raise OSError(errno.ENOSPC, reason, str(database.parent))
