"""Serves JupyterLab for goicl.

The end of standard input means that goicl is gone, and stops the server. The
programs of cells lie below TMPDIR, which no other server uses.
"""

import os
import signal
import sys
import threading

import psutil
from jupyterlab.labapp import main

GRACE = 5  # seconds that an interrupted cell has to save its work


def stop_with_parent():
    os.read(0, 1)  # a pipe that nobody writes to: it ends with the parent
    os.kill(os.getpid(), signal.SIGTERM)


def program(process):
    try:
        return process.exe()
    except psutil.Error:
        return ""


def end_cells():
    """Ends the cells that go on although they and their kernel were interrupted."""
    folder = os.path.join(os.path.realpath(os.environ["TMPDIR"]), "")
    cells = [p for p in psutil.process_iter() if program(p).startswith(folder)]
    for process in psutil.wait_procs(cells, timeout=GRACE)[1]:
        process.kill()


threading.Thread(target=stop_with_parent, daemon=True).start()
try:
    main()
finally:
    end_cells()
