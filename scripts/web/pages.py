# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# A hook of mkdocs (mkdocs.yml). The pages in docs/ are written for the repository; this file makes
# a web site of them: it adds the pages of the top folder, the examples and the reference of
# Doxygen, and turns links to files of the repository into links to these.
import os
import posixpath
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "build/reference"  # scripts/site lets Doxygen write it
TOP_PAGES = {"CONTRIBUTING.md": "contributing.md", "SECURITY.md": "security.md",
             "CHANGELOG.md": "changelog.md", "README.md": "index.md"}
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")
FENCE = re.compile(r"(^ *```.*?^ *```)", re.M | re.S)
ALERT = re.compile(r"^> \[!(WARNING|CAUTION|NOTE)\]\n((?:>.*\n?)+)", re.M)
MARKER = re.compile(r"^ *// --8<-- .*\n", re.M)


def example(path):
    """Returns the page of an example."""
    source = MARKER.sub("", path.read_text(encoding="utf-8"))
    return f"# {path.name}\n\n```cpp\n{source}```\n\nAll programs: [Examples](../examples.md).\n"


def on_files(files, config):
    for name, page in TOP_PAGES.items():
        if page != "index.md":
            files.append(File.generated(config, page, abs_src_path=str(ROOT / name)))
    for path in sorted((ROOT / "examples").glob("*.cpp")):
        files.append(File.generated(config, f"examples/{path.stem}.md", content=example(path)))
    for path in sorted(REFERENCE.rglob("*")):
        if path.is_file():
            files.append(File.generated(config, path.relative_to(REFERENCE.parent).as_posix(),
                                        abs_src_path=str(path)))
    return files


def in_site(target):
    """Returns the page for a file of the repository, relative to docs/. None: it has no page."""
    if target.startswith("docs/"):
        return target[len("docs/"):]
    if target in TOP_PAGES:
        return TOP_PAGES[target]
    if re.fullmatch(r"examples/\w+\.cpp", target):
        return target[:-len(".cpp")] + ".md"
    if re.fullmatch(r"include/coquest/\w+\.hpp", target):
        name = target.split("/")[-1].replace("_", "__").replace(".", "_8")
        return f"reference/{name}.html"
    return None


def on_page_markdown(markdown, page, config, files):
    source = page.file.src_uri
    top = {site: name for name, site in TOP_PAGES.items() if site != "index.md"}
    folder = posixpath.dirname(top.get(source, "docs/" + source))

    def translated(found):
        words, target = found.groups()
        path, mark, section = target.partition("#")
        if "://" in target or not path or source.startswith("examples/"):
            return found.group()
        path = posixpath.normpath(posixpath.join(folder, path))
        if not (ROOT / path).exists():
            return found.group()  # mkdocs reports it
        there = in_site(path)
        if there is None:
            return words
        if re.fullmatch(r"(docs/)?[\w-]+\.md", words):  # readers of the site see no file names
            words = re.search(r"^# (.+)", (ROOT / path).read_text(encoding="utf-8"), re.M)[1]
        there = os.path.relpath(there, posixpath.dirname(source) or ".")
        return f"[{words}]({there}{mark}{section})"

    def admonition(found):
        kind = {"CAUTION": "danger"}.get(found[1], found[1].lower())
        body = re.sub(r"^> ?", "    ", found[2], flags=re.M)
        return f"!!! {kind}\n\n{body}"

    pieces = FENCE.split(ALERT.sub(admonition, markdown))
    return "".join(piece if i % 2 else LINK.sub(translated, piece)
                   for i, piece in enumerate(pieces))
