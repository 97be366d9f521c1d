"""Runs cells in the Go kernel for goicl, one after the other.

usage: session.py FOLDER

Starts the kernel in the folder. Each line of standard input is a request, each line
of standard output its answer, in JSON:

  {"code": TEXT}                    runs a cell
  {"code": TEXT, "interrupt": S}    runs it, and interrupts it S seconds after its first output
  {"restart": true}                 restarts the kernel

An answer has "seconds", and "after" the interrupt; "stdout", "stderr", "failed". The
end of standard input ends the kernel. Runs after leftovers.py.
"""

import json
import re
import signal
import sys
import time

from jupyter_client import KernelManager

LIMIT = 600  # seconds that a cell may take

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Cell:
    """The output of a cell, and when it came."""

    def __init__(self):
        self.started = time.monotonic()
        self.first = self.interrupted = None
        self.answer = {"stdout": "", "stderr": "", "failed": False}

    def take(self, kind, content):
        if kind == "stream":
            self.answer[content["name"]] += content["text"]
        elif kind == "error":
            self.answer["failed"] = True
            self.answer["stderr"] += COLOUR.sub("", "\n".join(content["traceback"])) + "\n"
        elif kind not in ("display_data", "execute_result", "update_display_data"):
            return
        self.first = self.first or time.monotonic()

    def due(self, wait):
        return wait and self.first and not self.interrupted and time.monotonic() > self.first + wait

    def end(self):
        now = time.monotonic()
        self.answer["seconds"] = now - self.started
        self.answer["after"] = now - self.interrupted if self.interrupted else 0
        return self.answer


class Session:
    """A kernel and the client that talks to it."""

    def __init__(self, folder):
        self.manager = KernelManager(kernel_name="gonb")
        self.manager.start_kernel(cwd=folder)
        try:
            self.connect()
        except BaseException:  # an exit, too, must not leave the kernel behind
            self.close()
            raise

    def connect(self):
        self.group = self.manager.provisioner.pgid
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=LIMIT)

    def run(self, code, interrupt):
        cell, asked = Cell(), self.client.execute(code)
        while time.monotonic() < cell.started + LIMIT:
            if cell.due(interrupt):
                cell.interrupted = time.monotonic()
                self.manager.interrupt_kernel()
            if not self.client.iopub_channel.msg_ready():
                if not self.manager.is_alive():
                    raise RuntimeError("the kernel died")
                time.sleep(0.005)
                continue
            message = self.client.get_iopub_msg()
            if message["parent_header"].get("msg_id") != asked:
                continue
            if message["content"].get("execution_state") == "idle":
                return cell.end()
            cell.take(message["msg_type"], message["content"])
        raise RuntimeError(f"a cell still ran after {LIMIT} s")

    def restart(self):
        started = time.monotonic()
        self.client.stop_channels()
        self.manager.restart_kernel()
        kill_group(self.group)
        self.connect()
        return {"seconds": time.monotonic() - started}

    def answer(self, request):
        if "restart" in request:
            return self.restart()
        return self.run(request["code"], request.get("interrupt"))

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()
        kill_group(self.group)
        end_leftovers(0)


def say(answer):
    print(json.dumps(answer), flush=True)


def main(folder):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started = time.monotonic()
    session = Session(folder)
    try:
        say({"seconds": time.monotonic() - started})
        for line in sys.stdin:
            say(session.answer(json.loads(line)))
    finally:
        session.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
