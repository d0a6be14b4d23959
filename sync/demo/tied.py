"""The dashboard as a process that ends with the one that started it, however that ends.

The parent holds the other end of our input: when it is gone, the input is at its end.
"""

import os
import runpy
import signal
import sys
import threading


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    os.umask(0o077)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["streamlit", "run", "dashboard/server.py", *sys.argv[1:]]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
