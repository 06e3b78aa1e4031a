# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Reads what llvm-cov exports, prints which share of the lines and branches is covered, by folder,
# and lists what is not covered, by function. Exits with 1 if a share is below its floor.
#
#   coverage_report.py ROOT LINES.lcov BRANCHES.json FLOORS UNCOVERED
import collections
import json
import pathlib
import re
import subprocess
import sys

MARGIN = 0.5  # percent by which a share may exceed its floor before the floor should rise


def read_lines(lcov):
    """{file: {line: times}}; llvm-cov has added up the instances of templates."""
    files = collections.defaultdict(collections.Counter)
    for entry in lcov.read_text().splitlines():
        if entry.startswith("SF:"):
            lines = files[entry[3:]]
        elif entry.startswith("DA:"):
            number, times = entry[3:].split(",")[:2]
            lines[int(number)] += int(times)
    return files


def read_branches(exported):
    """{file: {(line, column, last line, last column): [times true, times false]}}"""
    files = {}
    for entry in exported["files"]:
        sums = files[entry["filename"]] = {}
        source = pathlib.Path(entry["filename"]).read_text().splitlines()
        for *place, true, false, _, _, _ in entry["branches"]:
            line, column, _, end = place
            if source[line - 1][column - 1 : end - 1] in ("true", "false"):
                continue  # while (true): no branch
            times = sums.setdefault(tuple(place), [0, 0])
            times[0] += true
            times[1] += false
    return files


def read_functions(exported):
    """{file: {(line, column, last line, last column): mangled name}}"""
    files = collections.defaultdict(dict)
    for entry in exported["functions"]:
        files[entry["filenames"][0]][tuple(entry["regions"][0][:4])] = entry["name"]
    return files


def drop_compile_time(file, lines, branches, functions):
    """Removes consteval functions, which only the compiler runs and clang counts as missed."""
    source = pathlib.Path(file).read_text().splitlines()
    for first, column, last, end in functions:
        before = "\n".join(source[max(first - 9, 0) : first - 1] + [source[first - 1][: column - 1]])
        if "consteval" in re.split(r"[;{}]", before)[-1]:
            for line in range(first, last + 1):
                lines.pop(line, None)
            for place in [b for b in branches if (first, column) <= b[:2] <= (last, end)]:
                del branches[place]


def demangle(names):
    names = sorted(set(names))
    bare = [re.sub(r"^[\w.]+:", "", name) for name in names]
    out = subprocess.run(["llvm-cxxfilt-19"], input="\n".join(bare), text=True, check=True,
                         stdout=subprocess.PIPE).stdout.splitlines()
    return dict(zip(names, out))


def uncovered(file, lines, branches, functions):
    """{place of a function: [what it does not cover]}; a lambda counts as a function."""
    found = collections.defaultdict(list)
    source = pathlib.Path(file).read_text().splitlines()

    def function_of(line, column):
        inside = [f for f in functions if f[:2] <= (line, column) <= f[2:]]
        return max(inside, default=(line, 0, line, 0))

    for line, times in sorted(lines.items()):
        if not times:
            text = source[line - 1]
            column = len(text) - len(text.lstrip()) + 1
            found[function_of(line, max(column, 1))].append((line, column, text.strip()))
    for place, times in sorted(branches.items()):
        line, column, last, end = place
        text = source[line - 1][column - 1 : end - 1 if line == last else None]
        if lines.get(line) and 0 in times:
            never = "reached" if times == [0, 0] else "true" if not times[0] else "false"
            found[function_of(line, column)].append((line, column, f"never {never}: {text}"))
    return found


def main(root, lcov, exported, floors, listing):
    lines = read_lines(pathlib.Path(lcov))
    exported = json.loads(pathlib.Path(exported).read_text())["data"][0]
    branches, functions = read_branches(exported), read_functions(exported)

    folders = collections.defaultdict(lambda: [0, 0, 0, 0])
    with open(listing, "w") as out:
        for file in sorted(lines):
            name = file.removeprefix(root + "/")
            drop_compile_time(file, lines[file], branches[file], functions[file])
            sides = [side for times in branches[file].values() for side in times]
            counts = (sum(map(bool, lines[file].values())), len(lines[file]),
                      sum(map(bool, sides)), len(sides))
            for folder in (str(pathlib.Path(name).parent), "all"):
                folders[folder] = [a + b for a, b in zip(folders[folder], counts)]
            missing = uncovered(file, lines[file], branches[file], functions[file])
            if missing:
                print("{}: {} of {} lines, {} of {} branches".format(name, *counts), file=out)
            names = demangle(functions[file][f] for f in missing if f in functions[file])
            for function, places in sorted(missing.items()):
                print(f"  {names.get(functions[file].get(function), '?')}", file=out)
                for line, column, text in sorted(places):
                    print(f"    {line}:{column} {text}", file=out)

    shares = {}
    print(f"{'folder':<24}{'lines':>8}{'branches':>10}")
    for folder, (run, count, taken, sides) in sorted(folders.items(), key=lambda f: f[0] == "all"):
        shares = {"lines": 100 * run / count, "branches": 100 * taken / max(sides, 1)}
        print(f"{folder:<24}{shares['lines']:>7.1f}%{shares['branches']:>9.1f}%")

    low = False
    for entry in pathlib.Path(floors).read_text().splitlines():
        if entry and not entry.startswith("#"):
            kind, floor = entry.split()
            if shares[kind] < float(floor):
                print(f"{kind}: {shares[kind]:.2f} %, below the floor of {floor} %; see {listing}")
                low = True
            elif shares[kind] >= float(floor) + MARGIN:
                print(f"{kind}: {shares[kind]:.2f} %; raise the floor of {floor} % in {floors}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
