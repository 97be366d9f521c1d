"""Serves JupyterLab for goicl.

The end of standard input means that goicl is gone, and stops the server. Runs after
leftovers.py.
"""

from jupyterlab.labapp import main

GRACE = 5  # seconds that an interrupted cell has to save its work

stop_with_parent()
try:
    main()
finally:
    end_leftovers(GRACE)
