"""What the other scripts share: nothing that a kernel has started outlives them.

The programs of cells lie below TMPDIR, which no other kernel uses, and gopls runs in
a folder there.
"""

import os
import signal
import threading

import psutil


def stop_with_parent():
    """Has this process end when the one that started it ends."""

    def watch():
        os.read(0, 1)  # a pipe that nobody writes to: it ends with the parent
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def kill_group(group):
    """Ends every process of a kernel's group: the kernel, its cell's program."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError, TypeError):
        pass


def belongs(process, folder):
    try:
        return process.exe().startswith(folder) or process.cwd().startswith(folder)
    except psutil.Error:
        return False


def end_leftovers(grace):
    """Ends what runs below TMPDIR, if it does not within grace seconds by itself."""
    folder = os.path.join(os.path.realpath(os.environ["TMPDIR"]), "")
    left = [p for p in psutil.process_iter() if belongs(p, folder)]
    alive = psutil.wait_procs(left, timeout=grace)[1]
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=3)


