# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Compares docs/faults.md with the sources of the tests. The tests of fault 46 are those with
# row_46 or row46 in their names. Other pages that name tests are checked for names that exist, and
# docs/delivery-tests.md for promises without a test.
#
#   fault_matrix.py check ROOT     checks the pages against the tests of a source tree
#   fault_matrix.py selftest       checks that each rule can fail
import fnmatch
import pathlib
import re
import sys
import tempfile

MATRIX = "docs/faults.md"
# In these pages, the last column of a table names tests.
PAGES = ("SECURITY.md", "docs/delivery-tests.md", "docs/peer-input-bounds.md", "docs/tls-checks.md")
PROMISES = "docs/delivery-tests.md"  # each line of its tables has a test
GTEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P)\(\s*(\w+)\s*,\s*(\w+)\s*\)",
                   re.M)
CTEST = re.compile(r"add_test\(\s*NAME\s+([^\s)]+)")
FAULT = re.compile(r"(?:^|_)row_?(\d+)(?=_|$)")
QUOTED = re.compile(r"`([^`]+)`")
# suite.test, where either may end in a wildcard; a file has an extension in place of the test.
NAME = re.compile(r"\w+\.[\w.*]+")
FILE = re.compile(r".*\.([ch]pp|md|py|txt|crt|pem)")


def tests_of(root):
    """Returns the names of all tests, as patterns where CMake fills in a variable."""
    found = set()
    for path in sorted((root / "tests").rglob("*")):
        if path.suffix == ".cpp":
            found |= {f"{suite}.{test}" for suite, test in GTEST.findall(path.read_text())}
        elif path.name == "CMakeLists.txt":
            found |= {re.sub(r"\$\{\w+\}", "*", name) for name in CTEST.findall(path.read_text())}
    return found


def faults_of(test):
    return {int(number) for number in FAULT.findall(test.split(".", 1)[-1])}


def matches(pattern, test):
    return fnmatch.fnmatchcase(test, pattern) or fnmatch.fnmatchcase(pattern, test)


def rows(text):
    """Yields the cells of each table row."""
    for line in text.splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def names_in(cell):
    return [name for name in QUOTED.findall(cell)
            if NAME.fullmatch(name) and not FILE.fullmatch(name)]


def unknown_names(page, text, tests):
    for cells in rows(text):
        for name in names_in(cells[-1]):
            if not any(matches(name, test) for test in tests):
                yield f"{page}: there is no test {name}"


def promise_problems(text):
    for cells in rows(text):
        if cells[0] != "promise" and not cells[0].startswith("---") and not names_in(cells[-1]):
            yield f"{PROMISES}: no test for: {cells[0]}"


def matrix_problems(text, tests):
    lines = {}
    for cells in rows(text):
        if not cells[0].isdigit():
            continue
        number, names = int(cells[0]), names_in(cells[-1])
        if lines and number <= max(lines):
            yield f"{MATRIX}: fault {number} is out of order, or appears twice"
        lines[number] = names
        if not names and not cells[-1].startswith("no test"):
            yield f"{MATRIX}: fault {number} neither names a test nor says why there is none"
        for test in sorted(tests):
            others = faults_of(test)
            if others and number not in others and any(matches(name, test) for name in names):
                yield f"{MATRIX}: fault {number} names {test}, which belongs to another fault"
    for test in sorted(tests):
        for number in sorted(faults_of(test)):
            if number not in lines:
                yield f"{MATRIX}: {test} belongs to fault {number}, which is not in the page"
            elif not any(matches(name, test) for name in lines[number]):
                yield f"{MATRIX}: fault {number} does not name {test}"


def problems(root):
    tests = tests_of(root)
    for page in (MATRIX, *PAGES):
        yield from unknown_names(page, (root / page).read_text(), tests)
    yield from promise_problems((root / PROMISES).read_text())
    yield from matrix_problems((root / MATRIX).read_text(), tests)


def selftest():
    source = ("TEST(matrix, row_01_refused)\n{\n}\nTEST_F(matrix, row_1_once_more)\n"
              "TEST_P(tcp_faults, row01_row02_both)\nTEST(server,\n     stops_row_2)\n"
              "TEST(arrow, throws)\n")
    cmake = "add_test(NAME scripts.hash_of_${case} COMMAND x)\n"
    head = "| # | fault | tests |\n|---|---|---|\n"
    first = "| 1 | refused | `matrix.row_01_*`, `matrix.row_1_*`, `tcp_faults.row01_*` |\n"
    second = "| 2 | stopped | `server.stops_row_2`, `tcp_faults.row01_row02_both` |\n"
    third = "| 3 | flood | no test: there is no such queue |\n"
    good = head + first + second + third
    page = "| promise | test |\n|---|---|\n| hash | `scripts.hash_of_jar`, `pem.cpp`, `arrow.*` |\n"
    broken = {
        "does not name matrix.row_1_once_more": (head + first.replace("`matrix.row_1_*`, ", "") +
                                                 second, page),
        "does not name tcp_faults.row01_row02_both": (
            head + first + second.replace("`tcp_faults.row01_row02_both`", ""), page),
        "fault 2, which is not in the page": (head + first + third, page),
        "there is no test matrix.row_09_*": (good.replace("`matrix.row_1_*`",
                                                          "`matrix.row_1_*`, `matrix.row_09_*`"),
                                             page),
        "which belongs to another fault": (good.replace("`server.stops_row_2`", "`matrix.*`, "
                                                        "`server.stops_row_2`"), page),
        "out of order, or appears twice": (good + first, page),
        "neither names a test nor says": (good.replace("no test: there", "there"), page),
        "there is no test arrow.throw": (good, page.replace("arrow.*", "arrow.throw")),
        "no test for: rows are kept": (good, page + "| rows are kept | of course |\n"),
    }
    bad = []
    for expected, (matrix, other) in {"": (good, page), **broken}.items():
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            files = {"tests/a.cpp": source, "tests/CMakeLists.txt": cmake, MATRIX: matrix}
            for name, text in (files | dict.fromkeys(PAGES, other)).items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            found = "\n".join(problems(root))
        if bool(found) != bool(expected) or expected not in found:
            bad.append(f"expected \"{expected}\", found \"{found}\"")
    return bad


def main(command, *arguments):
    found = list(problems(pathlib.Path(arguments[0]))) if command == "check" else selftest()
    print("\n".join(found) or "the pages agree with the tests")
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
