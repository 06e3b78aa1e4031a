# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Checks that what code and documentation cite is in this repository: each page exists, and each
# section that is cited is a heading of it.
#
#   citations.py pages ROOT   checks every text file below ROOT that the project wrote
#   citations.py selftest     checks that each rule can fail
#
# A citation is "docs/protocol.md", or "docs/protocol.md, Names" with a section; what follows a
# section is punctuation or the end of the comment. In Markdown, links are checked as well.
import pathlib
import re
import sys
import tempfile

TOPS = ("include", "src", "tests", "bench", "examples", "scripts", "docs", ".ci")
ROOT_FILES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CMakeLists.txt",
              "CMakePresets.json")
# Files of others; the examples below and in another test; names of pages that are generated.
SKIPPED = ("tests/data/", "tests/architecture/citations.py", "tests/architecture/snippets.py",
           "scripts/web/pages.py")
CODE = (".hpp", ".cpp", ".h", ".c", ".go", ".rs", ".java", ".js", ".ts")

PAGE = re.compile(r"(?<![\w./:*-])([\w.:/-]*\w\.md)\b(?:, (?=[A-Z]))?")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SECTION_SIGN = re.compile(r"(?<!RFC \d{4} )§")
CONTRACT = re.compile(r"\bcontract[ ,]*§", re.I)
HEADING = re.compile(r"^#{1,6} (.+?) *$", re.M)
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
# A comment that goes on in the next line, or a paragraph of Markdown.
NEXT_LINE = {"code": r"\n[ \t]*//+[!<]*[ \t]*(?=[^\s/])", "script": r"\n[ \t]*#[ \t]*(?=[^\s#])",
             "page": r"\n(?=[^\s#|`-])"}


def joined(path, text):
    """Returns the text with each comment or paragraph in one line."""
    kind = "page" if path.suffix == ".md" else "code" if path.suffix in CODE else "script"
    return re.sub(NEXT_LINE[kind], " ", text)


def headings(page):
    return HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))


def anchor(heading):
    """Returns what GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)

    def files(self):
        found = [self.root / name for name in ROOT_FILES]
        for top in TOPS:
            found += sorted((self.root / top).rglob("*"))
        for path in found:
            where = path.relative_to(self.root).as_posix()
            if path.is_file() and not where.startswith(SKIPPED):
                try:
                    yield where, path, path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    pass

    def page(self, path, name):
        """Returns the page that @p path calls @p name: by its path, or as one of docs/."""
        for base in (self.root, self.root / "docs", path.parent):
            if (base / name).is_file():
                return base / name
        return None

    def problems(self):
        for where, path, text in self.files():
            text = joined(path, text)
            for rule, what in ((CONTRACT, "cites a contract"), (SECTION_SIGN, "cites by §")):
                if rule.search(text):
                    yield f"{where}: {what}; name a section of docs/protocol.md, or an RFC"
                    break
            for cited in PAGE.finditer(text):
                yield from self.citation(where, path, text, cited)
            if path.suffix == ".md":
                for target in LINK.findall(FENCE.sub("", text)):
                    yield from self.link(where, path, target)

    def citation(self, where, path, text, cited):
        name = cited.group(1)
        if "://" in name:
            return
        page = self.page(path, name)
        if page is None:
            yield f"{where}: there is no {name}"
        elif cited.group().endswith(" "):
            rest = text[cited.end():].split("\n")[0]
            ends = r"(?=[.,;:)\]\"'`]|\s*$)"
            if not any(re.match(re.escape(one) + ends, rest) for one in headings(page)):
                yield f"{where}: {name} has no section of that name: {rest[:40]}"

    def link(self, where, path, target):
        file, _, section = target.partition("#")
        if "://" in target:
            return
        page = path.parent / file if file else path
        if not page.exists():
            yield f"{where}: a link leads nowhere: {target}"
        elif section and section not in map(anchor, headings(page)):
            yield f"{where}: no section for the link {target}"


def selftest():
    page = "# The page\n\n## Names\n\n## Types and values\n\n```\n# Not a heading\n```\n"
    cases = {
        "src/a.cpp": "// See docs/none.md.\n",
        "src/b.cpp": "// See docs/page.md, Name.\n",
        "src/c.cpp": "// See docs/page.md, Names and more.\n",
        "src/d.cpp": "// See docs/page.md, Types\n// and value.\n",
        "src/e.cpp": "// As the contract, §5, has it.\n",
        "src/f.cpp": "// As contract\n// §5.1 has it.\n",
        "src/g.cpp": "// See guide.md.\n",
        "src/h.cpp": "// See docs/page.md, Not a heading.\n",
        "scripts/i": "# See docs/page.md,\n# Type.\n",
        "docs/j.md": "See [names](page.md#name).\n",
        "docs/k.md": "See [names](pages.md).\n",
        "README.md": "See docs/page.md, Values.\n",
    }
    fine = {
        "src/l.cpp": "// (docs/page.md, Names): RFC 3629 §4.\n",
        "src/q.cpp": "/// See docs/page.md, Types\n/// and values\n///\n/// More.\nint i;\n",
        "src/m.cpp": "// docs/page.md, Names\n#pragma once\n// page.md, or docs/page.md, a page\n",
        "src/n.cpp": '// https://example.com/none.md\nauto page = "page.md";\n',
        "scripts/o": "# docs/page.md, Types and\n#   values; docs/page.md, Names.\n",
        "docs/page.md": page,
        "docs/p.md": "[Types](page.md#types-and-values), [me](#me), [code](../src/l.cpp)\n\n# Me\n",
    }
    with tempfile.TemporaryDirectory() as root:
        for name, text in (cases | fine).items():
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        blamed = {problem.split(":")[0] for problem in Tree(root).problems()}
    bad = [f"not reported: {name}" for name in cases.keys() - blamed]
    return bad + [f"reported without reason: {name}" for name in blamed - cases.keys()]


def main(command, *arguments):
    found = list(Tree(arguments[0]).problems()) if command == "pages" else selftest()
    print("\n".join(found) or "citations are clean")
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
