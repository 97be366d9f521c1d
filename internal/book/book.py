"""Makes a static site of notebooks and pages of Markdown.

Reads one JSON document from standard input:

    root      the folder that all paths are relative to
    dir       the folder to write to
    source    the address at which files that are no page are shown, by path
    start     the Markdown of the first page
    groups    [{title, pages: [path]}], in order

Writes a page for each path, under its own name with the extension .html, index.html, and what
the pages show. Ends with an error that names them if links lead nowhere.
"""

import html
import json
import os
import posixpath
import re
import shutil
import sys
from urllib.parse import quote, unquote, urlsplit

import nbformat
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html_mistune
from pygments.formatters import HtmlFormatter

STYLE = """
:root { --ink: #1d2433; --soft: #5b6475; --line: #dde1e8; --back: #f6f7f9; --link: #0b5cad; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); font: 17px/1.55 system-ui, sans-serif; }
a { color: var(--link); }
header { display: flex; gap: 1rem; align-items: center; flex-wrap: wrap; padding: .6rem 1rem; border-bottom: 1px solid var(--line); background: var(--back); }
header a { font-weight: 600; text-decoration: none; color: var(--ink); }
header input[type=search] { flex: 1 1 12rem; max-width: 30rem; font: inherit; padding: .25rem .6rem; }
#found { padding: 0 1rem; }
#found li { margin: .5rem 0; }
#contents { position: absolute; opacity: 0; }
label[for=contents] { display: none; cursor: pointer; border: 1px solid var(--line); padding: .15rem .6rem; background: #fff; }
#contents:focus-visible + label { outline: 2px solid var(--link); }
.columns { display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav { padding: 1rem; border-right: 1px solid var(--line); font-size: 15px; }
nav h2 { font-size: 13px; text-transform: uppercase; letter-spacing: .05em; color: var(--soft); margin: 1.2rem 0 .3rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { margin: .3rem 0; }
nav [aria-current] { font-weight: 700; }
main { padding: 1rem 2rem 4rem; max-width: 60rem; min-width: 0; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; }
img, svg { max-width: 100%; height: auto; }
pre { overflow-x: auto; background: var(--back); padding: .7rem; font-size: 14px; line-height: 1.4; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 15px; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
details.code { margin: .6rem 0; }
details > summary { cursor: pointer; color: var(--soft); }
.prompt { display: none; }
footer { margin-top: 3rem; display: flex; justify-content: space-between; gap: 1rem; }
@media (max-width: 800px) {
  .columns { display: block; }
  label[for=contents] { display: inline-block; }
  nav { display: none; border: 0; }
  #contents:checked ~ .columns nav { display: block; }
  main { padding: 1rem; }
}
@media print { header, nav, footer { display: none; } .columns { display: block; } }
"""

SCRIPT = """
const box = document.getElementById("search"), list = document.getElementById("found");
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(w => w.length > 1);
  list.replaceChildren();
  if (!words.length) return;
  const hits = [];
  for (const part of PARTS) {
    const title = (part.page + " " + part.title).toLowerCase(), text = part.text.toLowerCase();
    if (!words.every(w => title.includes(w) || text.includes(w))) continue;
    hits.push([words.filter(w => title.includes(w)).length, part]);
  }
  hits.sort((a, b) => b[0] - a[0]);
  for (const [, part] of hits.slice(0, 12)) {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = ROOT + part.at;
    link.textContent = part.page + (part.title && part.title !== part.page ? " – " + part.title : "");
    const at = Math.max(0, part.text.toLowerCase().indexOf(words[0]) - 60);
    const text = document.createElement("div");
    text.textContent = (at ? "… " : "") + part.text.slice(at, at + 180) + (part.text.length > at + 180 ? " …" : "");
    item.append(link, text);
    list.append(item);
  }
  if (!hits.length) list.append(Object.assign(document.createElement("li"), {textContent: "Nothing found."}));
});
const all = document.getElementById("code");
if (all) all.addEventListener("click", () => {
  const open = all.getAttribute("aria-pressed") !== "true";
  all.setAttribute("aria-pressed", open);
  all.textContent = open ? "Hide the Go code" : "Show the Go code";
  document.querySelectorAll("details.code").forEach(d => { d.open = open; });
});
"""

MATH = """<script>window.MathJax = {tex: {inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]]}, tex2jax: {inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true}};</script>
<script src="%s" async></script>"""


# What an exporter shows in place of an output's image/png.
BEFORE_PNG = {"text/html", "text/markdown", "image/svg+xml", "text/latex"}


def address(path):
    """The page of a path."""
    return posixpath.splitext(path)[0] + ".html"


class Book:
    def __init__(self, request):
        self.root, self.dir, self.source = request["root"], request["dir"], request["source"]
        self.start, self.groups = request["start"], request["groups"]
        self.paths = [p for g in self.groups for p in g["pages"]]
        self.exporter = HTMLExporter(template_name="basic")
        self.titles, self.bodies, self.parts, self.wrong = {}, {}, [], []

    def write(self):
        for path in self.paths:
            self.bodies[path] = self.read(path)
        self.bodies["index.md"] = BeautifulSoup(markdown2html_mistune(self.start), "html.parser")
        for path, body in self.bodies.items():
            self.finish(path, body)
            self.titles[path] = title(body, path)
        self.list_pages(self.bodies["index.md"])
        for i, path in enumerate(["index.md", *self.paths]):
            self.index(path)
            self.put(address(path), self.page(path, i))
        self.put("style.css", STYLE + HtmlFormatter(style="friendly").get_style_defs(".highlight"))
        self.put("book.js", "const PARTS = " + json.dumps(self.parts, ensure_ascii=False) + ";\n" + SCRIPT)
        self.check()

    def read(self, path):
        name = os.path.join(self.root, path)
        if path.endswith(".md"):
            with open(name, encoding="utf-8") as f:
                return BeautifulSoup(markdown2html_mistune(f.read()), "html.parser")
        notebook = nbformat.read(name, as_version=4)
        text, _ = self.exporter.from_notebook_node(notebook)
        body = BeautifulSoup(text, "html.parser")
        shown = [o.data for c in notebook.cells for o in c.get("outputs", []) if "data" in o]
        described = [d.get("text/plain", "") for d in shown if "image/png" in d and not BEFORE_PNG & d.keys()]
        for image, words in zip(body.select(".output_png img"), described):
            image["alt"] = words
        return body

    def finish(self, path, body):
        """Makes a body one of a page: links between pages, code folded, tables that scroll."""
        for mark in body.select("a.anchor-link"):
            mark.decompose()
        for tag, key in (("a", "href"), ("img", "src")):
            for node in body.find_all(tag):
                if node.get(key):
                    node[key] = self.link(path, node[key])
        for cell in body.select(".code_cell > .input"):
            fold = body.new_tag("details", attrs={"class": "code"})
            cell.wrap(fold)
            summary = body.new_tag("summary")
            summary.string = "Go code"
            fold.insert(0, summary)
        for table in body.find_all("table"):
            table.wrap(body.new_tag("div", attrs={"class": "wide", "tabindex": "0"}))
        for image in body.find_all("img"):
            image["loading"] = "lazy"

    def link(self, path, target):
        """The target of a link in path, as the page of path has it."""
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            return target
        if not parts.path:
            return "#" + anchor(unquote(parts.fragment))
        to = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
        end = "#" + anchor(unquote(parts.fragment)) if parts.fragment else ""
        if to == "README.md":
            to = "index.md"
        if to in self.bodies:
            return relative(path, address(to)) + end
        name = os.path.join(self.root, to)
        if to.startswith("..") or not os.path.exists(name):
            self.wrong.append(f"{path}: no file {target}")
        elif to.lower().endswith((".png", ".svg", ".jpg")):
            os.makedirs(os.path.dirname(os.path.join(self.dir, to)), exist_ok=True)
            shutil.copyfile(name, os.path.join(self.dir, to))
            return relative(path, to)
        return self.source + quote(to) + end

    def list_pages(self, body):
        """Lists all pages on the first one, with what each begins with."""
        for group in self.groups:
            heading = body.new_tag("h2")
            heading.string = group["title"]
            body.append(heading)
            pages = body.new_tag("ul")
            for path in group["pages"]:
                item = body.new_tag("li")
                link = body.new_tag("a", href=quote(address(path)))
                link.string = self.titles[path]
                item.append(link)
                pages.append(item)
            body.append(pages)

    def index(self, path):
        """Adds the sections of a page to what is searched."""
        part, page, seen = None, self.titles[path], {}
        for node in self.bodies[path].find_all(["h1", "h2", "h3", "h4", "p", "li", "td", "pre"]):
            text = " ".join(node.get_text(" ").split())
            if node.name in ("h1", "h2", "h3", "h4"):
                seen[anchor(text)] = seen.get(anchor(text), 0) + 1
                node["id"] = anchor(text) + (f"-{seen[anchor(text)]}" if seen[anchor(text)] > 1 else "")
                part = {"at": quote(address(path)) + "#" + quote(node["id"]), "page": page, "title": text, "text": ""}
                self.parts.append(part)
            elif part is not None and text and not node.find_parent("details", class_="code"):
                part["text"] += text + " "

    def page(self, path, i):
        root = relative(path, "x")[:-1]
        around = ["index.md", *self.paths]
        ends = []
        for j, word in ((i - 1, "←"), (i + 1, "→")):
            other = around[j] if 0 <= j < len(around) else None
            name = f"{html.escape(self.titles[other])}" if other else ""
            ends.append(f'<a href="{relative(path, quote(address(other)))}">{word} {name}</a>' if other else "<span></span>")
        code = '<button id="code" aria-pressed="false">Show the Go code</button>' if self.bodies[path].find("details", class_="code") else ""
        body = str(self.bodies[path])
        math = MATH % html.escape(self.exporter.mathjax_url) if "$" in self.bodies[path].get_text() else ""
        return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(self.titles[path])} · GoICL</title><link rel="stylesheet" href="{root}style.css">{math}</head>
<body><header><a href="{root}index.html">GoICL</a><input type="search" id="search" placeholder="Search" aria-label="Search">{code}</header>
<ul id="found" aria-live="polite"></ul>
<input type="checkbox" id="contents"><label for="contents">Contents</label>
<div class="columns"><nav aria-label="Contents">{self.contents(path)}</nav>
<main>{body}<footer>{"".join(ends)}</footer></main></div>
<script>const ROOT = {json.dumps(root)};</script><script src="{root}book.js"></script></body></html>
"""

    def contents(self, path):
        out = []
        for group in self.groups:
            out.append(f"<h2>{html.escape(group['title'])}</h2><ul>")
            for to in group["pages"]:
                here = ' aria-current="page"' if to == path else ""
                out.append(f'<li><a href="{relative(path, quote(address(to)))}"{here}>{html.escape(self.titles[to])}</a></li>')
            out.append("</ul>")
        return "".join(out)

    def put(self, name, text):
        name = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w", encoding="utf-8") as f:
            f.write(text)

    def check(self):
        """Looks for links of the written pages to files and headings that are not there."""
        pages = {}
        for path in self.bodies:
            with open(os.path.join(self.dir, address(path)), encoding="utf-8") as f:
                pages[address(path)] = BeautifulSoup(f.read(), "html.parser")
        for at, page in pages.items():
            for node in page.find_all(["a", "img", "link", "script"]):
                target = node.get("href") or node.get("src") or ""
                parts = urlsplit(target)
                if parts.scheme or parts.netloc or target == "":
                    continue
                to = posixpath.normpath(posixpath.join(posixpath.dirname(at), unquote(parts.path))) if parts.path else at
                if not os.path.exists(os.path.join(self.dir, to)):
                    self.wrong.append(f"{at}: no page {target}")
                elif parts.fragment and to in pages and not pages[to].find(id=unquote(parts.fragment)):
                    self.wrong.append(f"{at}: no heading {target}")


def title(body, path):
    heading = body.find(["h1", "h2"])
    return " ".join(heading.get_text().split()) if heading else posixpath.basename(path)


def anchor(text):
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-") or "part"


def relative(path, to):
    return posixpath.relpath(to, posixpath.dirname(path) or ".")


book = Book(json.load(sys.stdin))
book.write()
if book.wrong:
    sys.exit("links that lead nowhere: " + "; ".join(book.wrong[:10]))
print(json.dumps({"pages": len(book.bodies), "parts": len(book.parts)}))
