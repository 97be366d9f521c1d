"""Drives JupyterLab in a browser, for the end-to-end test of the notebooks.

usage: browser.py ADDRESS CHROMIUM PICTURES TRAINING NOTEBOOK...

Runs all cells of each notebook, moves the sliders of its panels, and looks at what the
cells show; interrupts the training that the notebook TRAINING starts; asks for a
completion. Takes a picture of each page.
Prints one line for each thing that holds. The first that does not ends it.
"""

import os
import sys
import time
from urllib.parse import urlsplit, urlunsplit

from playwright.sync_api import sync_playwright

LIMIT = 900_000  # milliseconds for all cells of a notebook

# Runs all cells; window.finished is true in the end if all of them succeeded.
RUN_ALL = """() => {
  window.finished = undefined;
  jupyterapp.commands.execute('notebook:run-all-cells').then(all => { window.finished = Boolean(all); });
}"""

# Scrolls to the cell that runs, since one out of sight displays nothing. Reports whether
# all have run, or a panel waits for its reader.
PANEL = "[data-address] input[type=range]"
FOLLOW = f"""() => {{
  const notebook = jupyterapp.shell.currentWidget.content;
  const running = notebook.widgets.findIndex(c => c.promptNode?.textContent.includes('*'));
  if (running >= 0) notebook.scrollToItem(running, 'start');
  return window.finished !== undefined || document.querySelector('{PANEL}') !== null;
}}"""

# Counts the frames that a panel shows from now on.
COUNT = f"""() => {{
  window.frames = 0;
  const image = document.querySelector('{PANEL}').closest('[data-address]').querySelector('img');
  new MutationObserver(() => window.frames++).observe(image, {{attributes: true, attributeFilter: ['src']}});
}}"""

# What stands in the notebook that is open: its failures, and its pictures.
LOOK = """() => {
  const cells = Array.from(jupyterapp.shell.currentWidget.content.model.cells);
  const outputs = cells.flatMap(c => c.toJSON().outputs ?? []);
  const text = o => [o.text ?? o.evalue].flat().join('');
  return {
    failures: outputs.filter(o => o.output_type === 'error' || o.name === 'stderr' && /exit status/.test(text(o))).map(text),
    pictures: outputs.filter(o => o.data && 'image/png' in o.data).length,
    outputs: outputs.length,
  };
}"""

# How many pictures are drawn on the part of the page that is in sight.
DRAWN = """() =>
  Array.from(document.querySelectorAll('.jp-OutputArea img')).filter(i => i.naturalWidth > 50).length
"""


class Lab:
    """JupyterLab in a page of the browser."""

    def __init__(self, browser, address, pictures):
        self.address, self.pictures, self.panels = urlsplit(address), pictures, 0
        self.page = browser.new_page(viewport={"width": 1280, "height": 1600})

    def open(self, notebook):
        path = "/lab/workspaces/" + plain(notebook) + "/tree/" + notebook
        self.page.goto(urlunsplit(self.address._replace(path=path)))
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.context?.isReady", timeout=LIMIT)
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.ready")

    def picture(self, name):
        self.page.screenshot(path=os.path.join(self.pictures, name + ".png"))

    def close(self):
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def run(self, notebook):
        started = time.monotonic()
        self.open(notebook)
        self.page.set_default_timeout(LIMIT)
        self.page.evaluate(RUN_ALL)
        while True:
            self.page.wait_for_function(FOLLOW, polling=250)
            if self.page.evaluate("() => window.finished !== undefined"):
                break
            self.panel(notebook)
        done = self.page.evaluate("() => window.finished")
        seen = self.page.evaluate(LOOK)
        name = plain(notebook)
        self.picture(name)
        if seen["failures"] or not done:
            fail(f"{notebook}: {seen['failures'] or 'not all cells ran'}")
        if not seen["outputs"]:
            fail(f"{notebook} shows nothing")
        self.draw(notebook, seen["pictures"])
        self.picture(name + "_end")
        self.close()
        say(f"{notebook}: all cells ran, {seen['pictures']} pictures, {time.monotonic() - started:.0f} s")

    def panel(self, notebook):
        """Moves a panel's first slider by keys, for two seconds, and presses Done."""
        self.page.evaluate(COUNT)
        self.page.focus(PANEL)
        started, moved = time.monotonic(), 0
        while time.monotonic() - started < 2:
            self.page.keyboard.press("ArrowLeft" if moved % 20 >= 10 else "ArrowRight")
            moved += 1
            time.sleep(0.04)
        self.page.wait_for_function("() => window.frames > 0", timeout=10_000)
        frames, took = self.page.evaluate("() => window.frames"), time.monotonic() - started
        self.picture(plain(notebook) + "_panel")
        self.page.click("[data-address] button")
        self.page.wait_for_selector(PANEL, state="detached", timeout=30_000)
        self.panels += 1
        say(f"{notebook}: a slider was moved {moved} times, and the picture changed {frames / took:.0f} times a second")

    def draw(self, notebook, pictures):
        """Scrolls through the notebook, since cells out of sight are not drawn."""
        most = 0
        for cell in self.page.query_selector_all(".jp-Notebook .jp-Cell"):
            cell.scroll_into_view_if_needed()
            most = max(most, self.page.evaluate(DRAWN))
        if pictures and not most:
            fail(f"{notebook} has {pictures} pictures, and the page draws none")

    def interrupt(self, notebook):
        self.open(notebook)
        self.page.evaluate(RUN_ALL)
        self.page.wait_for_selector(".jp-OutputArea progress, .jp-OutputArea img", timeout=120_000)
        time.sleep(1)
        self.picture("training")
        started = time.monotonic()
        self.page.click("[data-jp-item-name='interrupt']")
        self.page.wait_for_selector("text=/stopped at step [0-9]+ of [0-9]+; run again to go on/", timeout=30_000)
        took = time.monotonic() - started
        self.picture("interrupted")
        say(f"a training was interrupted, and said so after {took:.1f} s")

    def complete(self):
        """Asks how icl.Eval goes on, in a new cell of the notebook that is open."""
        for command in ("notebook:insert-cell-below", "notebook:enter-edit-mode"):
            self.page.evaluate(f"() => jupyterapp.commands.execute('{command}')")
        self.page.keyboard.type("%%\n_ = icl.Eval")
        for _ in range(5):  # the first answer may come too late for the page
            self.page.keyboard.press("Tab")
            try:
                self.page.wait_for_selector(".jp-Completer-item, .cm-line:has-text('icl.Evaluate')", timeout=20_000)
                break
            except Exception:
                self.page.keyboard.press("Escape")
                self.page.evaluate("() => jupyterapp.commands.execute('notebook:enter-edit-mode')")
        else:
            self.picture("completion")
            fail("icl.Eval was not completed")
        self.picture("completion")
        say("icl.Eval was completed")


def plain(notebook):
    """The path of a notebook as a name for a workspace or a file."""
    return notebook.removesuffix(".ipynb").replace("/", "-").replace(" ", "_")


def say(text):
    print(text, flush=True)


def fail(text):
    sys.exit(text)


def main(address, chromium, pictures, training, *notebooks):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        lab = Lab(browser, address, pictures)
        try:
            for notebook in notebooks:
                lab.run(notebook)
            if not lab.panels:
                fail("no notebook showed a panel")
            lab.interrupt(training)
            lab.complete()
            lab.close()
        except Exception:
            lab.picture("failed")
            raise
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
