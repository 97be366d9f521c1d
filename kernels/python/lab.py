"""Serves JupyterLab for goicl.

The end of standard input means that goicl is gone, and stops the server. Runs after
leftovers.py.
"""

import os
import signal
import sys
import threading

from jupyterlab.labapp import main

GRACE = 5  # seconds that an interrupted cell has to save its work


def stop_with_parent():
    os.read(0, 1)  # a pipe that nobody writes to: it ends with the parent
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=stop_with_parent, daemon=True).start()
try:
    main()
finally:
    end_leftovers(GRACE)
