# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Checks that every piece of C++ in README.md and in docs/ is compiled: it is a region of a program
# in examples/, which examples/CMakeLists.txt builds.
#
#   snippets.py check ROOT   checks the pages
#   snippets.py count ROOT   counts the pieces, by program
#   snippets.py selftest     checks that each rule can fail
#
# A region begins with `// --8<-- [start:NAME]` and ends with `// --8<-- [end:NAME]`. A page names it
# (`--8<-- "examples/FILE.cpp:NAME"`), and the web site shows it. README.md has the text itself.
import collections
import pathlib
import re
import sys
import tempfile
import textwrap

BLOCK = re.compile(r"^( *)```(?:cpp|c\+\+|cxx|C\+\+)(?![\w+])[^\n]*\n(.*?)^\1```", re.M | re.S)
INCLUDE = re.compile(r'--8<-- "(examples/(\w+)\.cpp):(\w+)"\n')
MARKER = re.compile(r"^ *// --8<-- \[(start|end):(\w+)\]\n", re.M)
# Code of another client, which is no dependency. It must say so in its first line.
OTHERS = {"docs/migrating.md": "// c-questdb-client\n"}


def regions(text):
    """Yields (name, text) for each region of a program. Without an end marker, the text is None."""
    for start in MARKER.finditer(text):
        if start[1] == "start":
            end = re.compile(rf"^ *// --8<-- \[end:{start[2]}\]\n", re.M).search(text, start.end())
            if end:
                yield start[2], textwrap.dedent(MARKER.sub("", text[start.end():end.start()]))
            else:
                yield start[2], None


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.regions = {path.relative_to(self.root).as_posix():
                        dict(regions(path.read_text(encoding="utf-8")))
                        for path in sorted((self.root / "examples").glob("*.cpp"))}
        self.built = re.findall(r"\w+", (self.root / "examples/CMakeLists.txt").read_text())
        self.used = collections.Counter()

    def pages(self):
        for path in [self.root / "README.md", *sorted((self.root / "docs").rglob("*.md"))]:
            yield path.relative_to(self.root).as_posix(), path.read_text(encoding="utf-8")

    def problems(self):
        for page, text in self.pages():
            for block in BLOCK.finditer(text):
                line = text.count("\n", 0, block.start()) + 1
                for problem in self.block(page, textwrap.dedent(block[2])):
                    yield f"{page}:{line}: {problem}"
        for program, found in self.regions.items():
            for name, body in found.items():
                if body is None:
                    yield f"{program}: the region {name} does not end"
                elif not self.used[program, name]:
                    yield f"{program}: no page shows the region {name}"

    def block(self, page, code):
        if page in OTHERS and code.startswith(OTHERS[page]):
            return
        if page == "README.md":
            same = [key for key, body in self.all_regions() if body == code]
            if not same:
                yield "this code is no region of a program in examples/"
            self.used.update(same)
            return
        include = INCLUDE.fullmatch(code)
        if include is None:
            yield 'write --8<-- "examples/FILE.cpp:REGION", and nothing else, into a block of C++'
            return
        program, stem, name = include.groups()
        if name not in self.regions.get(program, {}):
            yield f"{program} has no region {name}"
        elif stem not in self.built:
            yield f"examples/CMakeLists.txt does not build {stem}"
        self.used[program, name] += 1

    def all_regions(self):
        for program, found in self.regions.items():
            for name, body in found.items():
                yield (program, name), body


def counts(root):
    tree = Tree(root)
    list(tree.problems())
    by_program = collections.Counter()
    for (program, _), count in tree.used.items():
        by_program[program] += count
    return [f"{count:4} {program}" for program, count in sorted(by_program.items())] + [
        f"{by_program.total():4} in all"]


def selftest():
    region = "// --8<-- [start:%s]\n    int %s;\n// --8<-- [end:%s]\n"
    files = {
        "examples/CMakeLists.txt": "set(examples good open unused)\n",
        "examples/good.cpp": "int x;\n" + region % (("all",) * 3),
        "examples/other.cpp": region % (("all",) * 3),
        "examples/open.cpp": "// --8<-- [start:all]\nint x;\n",
        "examples/unused.cpp": region % (("all",) * 3),
        "README.md": "```cpp\nint other;\n```\n",
        "docs/literal.md": "```cpp\nint x;\n```\n",
        "docs/mixed.md": '```cpp\n--8<-- "examples/good.cpp:all"\nint x;\n```\n',
        "docs/none.md": '```cpp\n--8<-- "examples/good.cpp:none"\n```\n',
        "docs/not_built.md": '```cpp\n--8<-- "examples/other.cpp:all"\n```\n',
        "docs/list.md": "- item\n\n  ```c++\n  int x;\n  ```\n",
        "docs/migrating.md": "```cpp\nint x;\n```\n",
    }
    fine = {
        "docs/good.md": '```cpp\n--8<-- "examples/good.cpp:all"\n```\n\n```sh\nls\n```\n',
        "docs/open.md": '```cpp\n--8<-- "examples/open.cpp:all"\n```\n',
    }
    expected = {"README.md", "docs/literal.md", "docs/mixed.md", "docs/none.md", "docs/list.md",
                "docs/not_built.md", "docs/migrating.md", "examples/open.cpp",
                "examples/unused.cpp"}
    bad = []
    with tempfile.TemporaryDirectory() as root:
        for name, text in (files | fine).items():
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        blamed = {problem.split(":")[0] for problem in Tree(root).problems()}
        bad += [f"not reported: {name}" for name in expected - blamed]
        bad += [f"reported without reason: {name}" for name in blamed - expected]
        (pathlib.Path(root) / "README.md").write_text("```cpp\nint all;\n```\n")
        if any(problem.startswith("README") for problem in Tree(root).problems()):
            bad.append("README.md: a region is not found")
    return bad


def main(command, *arguments):
    if command == "count":
        print("\n".join(counts(arguments[0])))
        return 0
    found = list(Tree(arguments[0]).problems()) if command == "check" else selftest()
    print("\n".join(found) or "every piece of C++ is compiled")
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
