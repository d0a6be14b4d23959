"""Commands as processes of their own that begin where the imports have ended: one server a test process forks them.

Starting Python and importing Kvitt takes longer than most commands that a test runs to their end.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path

_SERVER: ForkServerContext = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["sync.__main__"])


def to_its_end(
    arguments: Sequence[str], environment: Mapping[str, str], cwd: Path, folder: Path, seconds: float
) -> tuple[int, str, str]:
    """Run `python -m sync` with the arguments; return its exit code and what it said to stdout and to stderr.

    Raises TimeoutError when it has not ended within `seconds`; it is killed then.
    """
    out, err = folder / "stdout", folder / "stderr"
    process = _SERVER.Process(target=_command, args=(list(arguments), dict(environment), str(cwd), str(out), str(err)))
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"{' '.join(arguments)} did not end in {seconds:.0f} s: {err.read_text(encoding='utf-8')}")
    code = process.exitcode
    process.close()
    return code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")


def _command(arguments: list[str], environment: dict[str, str], cwd: str, out: str, err: str) -> None:
    """Be the command: what the forking server was given before is this process's no longer."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["sync", *arguments]
    from sync.__main__ import main

    main()
