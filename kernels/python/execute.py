"""Executes one notebook for goicl.

usage: execute.py NOTEBOOK TIMEOUT

The end of standard input means that goicl is gone. Standard output gets one JSON
document: {"notebook": text of the executed notebook, "cell": number of the cell
that failed or 0, "error": why, "details": all it said}. The file is only read. Runs
after leftovers.py.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

GRACE = 8  # seconds between the interrupt of a cell and the end of its kernel

# What gonb writes to stderr, without an error of the cell, when a "!command"
# fails or a "%magic" does not exist.
SILENT_FAILURE = re.compile(
    r'^(exit status \d+|signal: .+|"%.*" unknown or not implemented yet\.)$', re.M
)


# An error of the compiler or of goimports, the place in the cell's file left out.
COMPILER = re.compile(r"^\S*main(?:_test)?\.go:\d+:\d+: (.+)$", re.M)

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Failed(Exception):
    """A cell failed. The text says why."""


class Runner:
    """Runs the cells of a notebook, and stops its kernel whatever happens."""

    def __init__(self, notebook, folder, timeout):
        self.cell = 0
        self.stopped = False
        self.group = None
        self.total = sum(is_executed(cell) for cell in notebook.cells)
        self.client = NotebookClient(
            notebook,
            kernel_name="gonb",
            timeout=timeout,
            startup_timeout=60,
            coalesce_streams=True,
            record_timing=False,
            resources={"metadata": {"path": folder}},
            on_notebook_start=self.on_start,
            on_cell_execute=self.on_cell,
            on_cell_executed=self.on_executed,
        )

    def on_start(self, **_):
        self.group = self.client.km.provisioner.pgid
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, self.stop)

    def stop(self):
        """Interrupts the cell, which may save its work, then ends the kernel."""
        if not self.stopped:
            self.stopped = True
            asyncio.ensure_future(self.client.km.interrupt_kernel())
            asyncio.get_running_loop().call_later(GRACE, kill_group, self.group)

    def on_cell(self, **_):
        if self.stopped:
            raise Failed("interrupted")
        self.cell += 1
        print(f"  cell {self.cell} of {self.total}", file=sys.stderr, flush=True)

    def on_executed(self, cell, execute_reply, **_):
        if self.stopped:
            raise Failed("interrupted")
        if execute_reply["content"]["status"] == "error":
            return  # nbclient raises it
        if SILENT_FAILURE.search(stream(cell, "stderr")):
            raise Failed(summary(said(cell)))

    def run(self):
        """Returns "" or why the notebook failed."""
        try:
            self.client.execute(stderr=subprocess.DEVNULL)
        except CellTimeoutError:
            return f"still running after {self.client.timeout} s; allow more with --timeout"
        except CellExecutionError:
            return summary(said(self.current_cell()))
        except DeadKernelError:
            return "interrupted" if self.stopped else "the Go kernel died; is there enough memory?"
        except Failed as error:
            return str(error)
        finally:
            kill_group(self.group)
            end_leftovers(0)
        return ""

    def current_cell(self):
        executed = [cell for cell in self.client.nb.cells if is_executed(cell)]
        return executed[self.cell - 1]


def is_executed(cell):
    return cell.cell_type == "code" and bool(cell.source.strip())


def stream(cell, name):
    return "".join(
        out.text for out in cell.outputs if out.output_type == "stream" and out.name == name
    )


def said(cell):
    """What the cell said about its failure, without colours and repetitions."""
    parts = [stream(cell, "stderr")]
    for out in cell.outputs:
        if out.output_type == "error":
            parts += ["\n".join(out.traceback), out.evalue]
    text = ""
    for part in parts:
        part = COLOUR.sub("", part).strip()
        if part not in text:
            text += part + "\n"
    return text.strip()


def summary(text):
    """The one line that says best why a cell failed."""
    compiler = COMPILER.findall(text)
    if compiler:
        return compiler[-1]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    panics = [line for line in lines if line.startswith(("panic: ", "fatal error: "))]
    reasons = [line for line in lines if not SILENT_FAILURE.match(line)]
    return (panics[:1] or reasons[-1:] or lines[-1:] or ["it failed without a message"])[0]


def read(text):
    """Parses a notebook and gives every cell an id that does not change."""
    raw = json.loads(text)
    seen = set()
    for number, cell in enumerate(raw.get("cells", []), 1):
        if cell.get("id") in seen | {None}:
            cell["id"] = f"cell-{number}"
        seen.add(cell["id"])
    raw["nbformat_minor"] = max(raw.get("nbformat_minor", 0), 5)
    return nbformat.reads(json.dumps(raw), as_version=4)


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def normalise(notebook):
    """Removes what differs between two runs of the same notebook."""
    notebook.metadata.get("language_info", {}).pop("version", None)
    tag_slides(notebook)
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for key in ("execution", "ExecuteTime"):
            cell.metadata.pop(key, None)
        cell.outputs = [out for out in cell.outputs if not is_erased(out)]
        count += is_executed(cell)
        cell.execution_count = count if is_executed(cell) else None
        for out in cell.outputs:
            out.pop("transient", None)
            if "execution_count" in out:
                out["execution_count"] = cell.execution_count


def tag_slides(notebook):
    """Says how each cell goes into slides (jupyter nbconvert --to slides), unless it does.

    A heading begins a slide; a picture or table, and a long text, come below it; the cells
    that set the notebook up are left out.
    """
    set_up = True
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        is_code = cell["cell_type"] == "code"
        heading = not is_code and re.search("^##? ", source, re.M) is not None
        if heading and cell is not notebook["cells"][0]:
            set_up = False
        kind = "-"
        if heading:
            kind = "slide"
        elif set_up:
            kind = "skip"
        elif is_code and any(is_large(out) for out in cell["outputs"]) or not is_code and len(source) > 500:
            kind = "subslide"
        cell["metadata"].setdefault("slideshow", {"slide_type": kind})


def is_large(out):
    data = out.get("data", {})
    return "image/png" in data or "text/html" in data


def is_erased(out):
    """A display that was updated to nothing, such as progress at its end."""
    data = out.get("data", {})
    return "data" in out and not any("".join(text).strip() for text in data.values())


def main(path, timeout):
    stop_with_parent()
    try:
        with open(path, encoding="utf-8") as file:
            notebook = read(file.read())
    except Exception as error:
        sys.exit(f"not a valid notebook ({first_line(error)}); open and save it in JupyterLab")
    title = KernelSpecManager().get_kernel_spec("gonb").display_name
    runner = Runner(notebook, os.path.dirname(path), int(timeout))
    error = runner.run()
    notebook.metadata.kernelspec = {"display_name": title, "language": "go", "name": "gonb"}
    normalise(notebook)
    result = {
        "notebook": nbformat.writes(notebook) + "\n",
        "cell": runner.cell if error else 0,
        "error": error,
        "details": said(runner.current_cell()) if error and runner.cell else "",
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
