# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Looks for words that the glossary (docs/architecture.md, Words) has replaced, and for phrases that
# a reader has to decode.
#
#   words.py check ROOT [FOLDER...]   checks every text file below ROOT that the project wrote, or
#                                     those of some folders and files
#   words.py count ROOT               counts what it finds, by folder
#   words.py selftest                 checks that each rule can fail
import collections
import pathlib
import re
import sys
import tempfile

TOPS = ("include", "src", "tests", "bench", "examples", "scripts", "docs", ".ci")
ROOT_FILES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CMakeLists.txt")
# Files of others, measurements, and the examples below.
SKIPPED = ("tests/data/", "docs/bench/", "tests/architecture/words.py")
CODE = (".hpp", ".cpp")

# What may lie between two words of a phrase: a space, or a line end with the marks of a comment or
# of a text that continues.
GAP = r"(?:[ \t]+|[ \t]*\"?[ \t]*\n[ \t]*(?:\"|//+[!<]*|#+)?[ \t]*)"

# In any text, also as a part of a name: what to write instead.
WORDS = {
    r"unsent": "unacknowledged (not sent: an attempt that is aborted)",
    r"unsure": "unconfirmed",
    r"doubts?": "unconfirmed",
    r"maybe_applied": "unconfirmed",
    r"good-?bye": "close_notify, shutdown",
    rf"h[au]ng(?:s|ing)?(?:[_-]|{GAP})ups?": "the peer closed the connection",
    r"let_go": "drop",
}
PHRASES = {
    "which see": "\"See X.\"",
    "be it": "\"whether A or B\"",
    "nobody is": "what happens instead",
    "for want of": "because there is no",
    "of late": "recently",
    "takes? note": "marks, records, counts",
    "without a word": "silently",
    "where it is none": "\"if it is not a ...\"",
    "see its type": "what it does",
}
# In C++ alone, outside of comments and texts, as a whole name.
NAMES = {
    r"lanes?_?": "connection",
    r"guests?_?": "borrowed_buffer",
    r"starve": "stop_for_lack_of_memory",
    r"noticed_?|(?:add_|own_)?notices?": "event",
    r"why|how": "a noun: failure, diagnostics, options",
    r"(?:(?<=\bstatus )|(?<=\bstatus& )|(?<=\bstatus&& ))(?:fault|problem|finding|why)":
        "result, or a noun with it",
    r"(?<=\bclass )fault|(?<=\bstruct )fault|(?<=\bdetail::)fault": "status",
    r"(?:tls|server)_fault": "tls_status, server_error",
}

LITERAL = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
                     r"|(?<!\w)'(?:\\.|[^'\\\n])+'", re.S)


def rules():
    """Yields (the pattern, what to write instead, whether it is for C++ alone)."""
    for word, better in WORDS.items():
        yield re.compile(rf"(?<![a-z]){word}(?![a-z])", re.I), better, False
    for phrase, better in PHRASES.items():
        yield re.compile(r"\b" + phrase.replace(" ", GAP) + r"\b", re.I), better, False
    for name, better in NAMES.items():
        yield re.compile(rf"\b(?:{name})\b"), better, True


RULES = list(rules())


def code_of(text):
    """Returns C++ with spaces in place of its comments and texts, the lines where they were."""
    return LITERAL.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def files(root, folders):
    found = [root / name for name in ROOT_FILES]
    for top in TOPS:
        found += sorted((root / top).rglob("*"))
    for path in found:
        where = path.relative_to(root).as_posix()
        chosen = not folders or any(where == one or where.startswith(one.rstrip("/") + "/")
                                    for one in folders)
        if chosen and path.is_file() and not where.startswith(SKIPPED):
            try:
                yield where, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                pass


def problems(root, folders=()):
    """Yields (file, what is wrong with it)."""
    for where, text in files(pathlib.Path(root), folders):
        code = code_of(text) if where.endswith(CODE) else ""
        for pattern, better, in_code in RULES:
            source = code if in_code else text
            for found in pattern.finditer(source):
                line = source.count("\n", 0, found.start()) + 1
                word = " ".join(found.group().split())
                yield where, f"{where}:{line}: {word}: write {better}"


def counts(root):
    folders = collections.Counter(str(pathlib.PurePosixPath(where).parent)
                                  for where, _ in problems(root))
    return [f"{count:5} {folder}" for folder, count in sorted(folders.items())]


def selftest():
    cases = {
        "src/a.cpp": "buffer unsent_rows;\n",
        "src/b.cpp": "// Rows that are unsure.\n",
        "src/c.cpp": "// Rows that are in doubt.\n",
        "src/d.cpp": "auto state = delivery::maybe_applied;\n",
        "src/e.cpp": "void send_goodbye();\n",
        "src/f.cpp": "/// The peer hung up.\n",
        "src/g.cpp": 'auto text = "the server hangs "\n            "up";\n',
        "src/h.cpp": "bool hung_up_ = false;\n",
        "src/i.cpp": "void let_go();\n",
        "src/j.cpp": "/// As session, which\n/// see.\n",
        "src/k.cpp": "// Any text, be it long.\n",
        "src/l.cpp": "// Nobody is told.\n",
        "src/m.cpp": "// It fails for want\n// of memory.\n",
        "src/n.cpp": "// What was sent of late.\n",
        "src/o.cpp": "/// Takes note of a row.\n",
        "src/p.cpp": "// It ends without a word.\n",
        "src/q.cpp": "/// Null where it is none.\n",
        "src/r.cpp": "/// Sets a hook; see its type.\n",
        "src/s.cpp": "lane& one = lanes_.front();\n",
        "src/t.cpp": "std::vector<guest> guests_;\n",
        "src/u.cpp": "void starve() noexcept;\n",
        "src/v.cpp": "bool noticed = false;\n",
        "src/z.cpp": "void add_notice(tls_event event);\n",
        "src/z.hpp": "const diagnostics& why;\n",
        "src/w.cpp": "status problem = send();\n",
        "src/y.cpp": "void fail(status&& why);\n",
        "src/x.hpp": "class fault {\n};\n",
        "src/y.hpp": "detail::fault send();\n",
        "src/z.hpp": "status tls_fault();\n",
        "scripts/a": "# It hangs\n# up.\n",
        "docs/faults.md": "The server hangs\nup.\n",
        "README.md": "`take_unsent()` returns them.\n",
    }
    # C++ that a rule of names would report if it were not a comment, a text or part of a name.
    fine = {
        "src/fine.cpp": "// A fault of the peer, which is noticed soon; lanes do not starve.\n"
                        'auto field = "usage_guest", raw = R"(lane)"; // guest\n'
                        "auto x = vget_lane_u64(y, 1'000) + lane_count('\"', status.fault());\n"
                        "/* detail::fault */ class fault_matrix;\n",
        "docs/protocol.md": "Faults, and what nobody has seen; which sees it. Undoubtedly.\n",
        "tests/data/README.md": "The server hangs up.\n",
    }
    with tempfile.TemporaryDirectory() as root:
        for name, text in (cases | fine).items():
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        blamed = {where for where, _ in problems(root)}
        reported = collections.Counter(pattern for pattern, _, in_code in RULES
                                       for name, text in cases.items()
                                       if pattern.search(code_of(text) if in_code else text))
        chosen = {where for where, _ in problems(root, ["docs", "src/a.cpp"])}
    bad = [f"not reported: {name}" for name in cases.keys() - blamed]
    bad += [f"reported without reason: {name}" for name in blamed - cases.keys()]
    bad += [f"no case for {pattern.pattern}" for pattern, _, _ in RULES if not reported[pattern]]
    if chosen != {"docs/faults.md", "src/a.cpp"}:
        bad.append(f"folders are not told apart: {sorted(chosen)}")
    return bad


def main(command, *arguments):
    if command == "count":
        found = counts(arguments[0])
    elif command == "check":
        found = [problem for _, problem in problems(arguments[0], arguments[1:])]
    else:
        found = selftest()
    print("\n".join(found) or "the words are those of the glossary")
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
