# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Enforces the table of layers: what a file of a layer includes, directly or through this project's
# own headers, and what the core archive needs from elsewhere.
#
#   layering.py includes ROOT           checks every file under include/ and src/
#   layering.py symbols NM ARCHIVE      checks the undefined symbols of the core archive
#   layering.py selftest                checks that each rule can fail
import pathlib
import re
import subprocess
import sys
import tempfile

# Public headers belong to core unless they are listed here.
PUBLIC_LAYERS = {
    "coquest/row_awaitable.hpp": "sender",
    "coquest/sender.hpp": "sender",
    "coquest/sender_builder.hpp": "sender",
    "coquest/sender_pool.hpp": "sender",
    "coquest/row.hpp": "sender",
    "coquest/detail/asio_setup.hpp": "sender",
    "coquest/detail/error_code.hpp": "sender",
    "coquest/detail/row_entry.hpp": "sender",
    "coquest/async.hpp": "sender",
    "coquest/coquest.hpp": "sender",
    "coquest/wolfssl.hpp": "tls",
    "coquest/openssl.hpp": "tls",
}
# What a class keeps in a header of its own belongs to the class.
PARTS = {"src/net/stream_state": "src/net/stream",
         "include/coquest/detail/buffer_inline": "include/coquest/buffer"}
ASIO = r"asio(/|\.hpp)"
TLS_LIBRARY = r"(wolfssl|openssl)/"
SOCKETS = r"(sys/socket|netinet/|netdb|poll|sys/epoll)"
THREADS = r"(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier)$"
# layer: (layers of this project that it may include, what it must not include from elsewhere)
RULES = {
    "core": ({"core"}, [ASIO, TLS_LIBRARY, SOCKETS, r"arpa/", THREADS]),
    "tls": ({"core", "tls"}, [ASIO, SOCKETS]),
    "net": ({"core", "tls", "net"}, [TLS_LIBRARY]),
    "sender": ({"core", "tls", "net", "sender"}, [TLS_LIBRARY]),
    "tools": ({"core", "tls", "net", "sender", "tools"}, [TLS_LIBRARY]),
}
# The folders of core and tls, floor by floor: a folder includes itself and those of lower floors.
FLOORS = {
    "core": [{"text"}, {"ilp"}, {"config", "delivery", "metrics"}, {"http", "connect"}],
    "tls": [{"x509"}, {"trust"}, {"session"}, {"wolfssl", "openssl"}],
}
# The folders that may include a TLS library: the backend on that library.
BACKENDS = {"wolfssl": "wolfssl/", "openssl": "openssl/"}
PUBLIC_FORBIDDEN = [TLS_LIBRARY, r"asio\.hpp$", r"asio/experimental/"]
# What time it is, for a caller who asks to stamp a row; nothing in core acts on it.
CLOCK_FILES = {"src/core/ilp/timestamp.cpp"}
# A setuid program must not let its caller choose servers and roots: secure_getenv, in one place.
ENVIRONMENT_FILES = {"src/core/config/environment.cpp"}
ENVIRONMENT = re.compile(r"\b(getenv|secure_getenv|environ)\b(?=\s*[(\[;])")
# g++ 12 miscompiles some coroutines that await inside a condition: resuming them crashes.
CONDITION = re.compile(r"\b(if|while|switch) \(")
CLOCKS = re.compile(r"(steady|system|high_resolution)_clock::now|\b(time|gettimeofday)\(")
FOREIGN_SYMBOLS = re.compile(
    r"\b(asio::|wolfSSL_|wc_|SSL_|EVP_|X509_|BIO_|OPENSSL_|socket$|connect$|getaddrinfo)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.closures = {}

    def files(self):
        for top in ("include", "src"):
            for path in sorted((self.root / top).rglob("*")):
                if path.suffix in (".hpp", ".cpp") and self.layer(path):
                    yield path

    def layer(self, path):
        parts = path.relative_to(self.root).parts
        if parts[0] == "include":
            return PUBLIC_LAYERS.get("/".join(parts[1:]), "core")
        return parts[1] if parts[1] in RULES else None

    def resolve(self, path, name):
        for base in (path.parent, self.root / "src", self.root / "include"):
            if (base / name).is_file():
                return (base / name).resolve()
        return None

    def includes(self, path):
        """Returns the project's files and the foreign names that a file includes."""
        own, foreign = [], []
        for _, name in INCLUDE.findall(path.read_text()):
            target = self.resolve(path, name)
            if target:
                own.append(target)
            else:
                foreign.append(name)
        return own, foreign

    def foreign(self, path):
        """Returns every foreign name that a file includes, with the file that includes it."""
        if path not in self.closures:
            self.closures[path] = {}
            own, foreign = self.includes(path)
            found = {name: path for name in foreign}
            for target in own:
                found = self.foreign(target) | found
            self.closures[path] = found
        return self.closures[path]

    def folder_problem(self, path, target):
        """Says why a file of src/ must not include another of the same layer; None if it may."""
        layer, folder = path.relative_to(self.root).parts[1:3]
        if layer not in FLOORS or target.relative_to(self.root).parts[:2] != ("src", layer):
            return None
        floors = {name: floor for floor, names in enumerate(FLOORS[layer]) for name in names}
        other = target.relative_to(self.root).parts[2]
        for name in (folder, other):
            if name not in floors:
                return f"{name} is no folder of {layer}: add it to FLOORS"
        if folder == other or floors[other] < floors[folder]:
            return None
        return f"{layer}/{folder} must not include {layer}/{other}, which is not below it"

    def circles(self):
        """Yields each pair of rooms (a header and its source) that include each other, at any
        distance."""
        def room_of(path):
            name = str(path.relative_to(self.root).with_suffix(""))
            return PARTS.get(name, name)

        rooms = {}
        for path in self.files():
            rooms.setdefault(room_of(path), set()).update(map(room_of, self.includes(path)[0]))
        reached = {}
        for room in rooms:
            found, left = set(), [room]
            while left:
                for target in rooms.get(left.pop(), ()) - found:
                    found.add(target)
                    left.append(target)
            reached[room] = found
        for room, found in sorted(reached.items()):
            for other in sorted(found):
                if room < other and room in reached.get(other, ()):
                    yield f"{room}.hpp: is in a circle of includes with {other}.hpp"

    def problems(self):
        yield from self.circles()
        for path in self.files():
            where, layer = path.relative_to(self.root), self.layer(path)
            allowed, forbidden = RULES[layer]
            for target in self.includes(path)[0]:
                if self.layer(target) not in allowed:
                    yield f"{where}: {layer} must not include {target.relative_to(self.root)}"
                if where.parts[0] == "src" and (problem := self.folder_problem(path, target)):
                    yield f"{where}: {problem}"
            forbidden = list(forbidden)
            if str(where).startswith("include"):
                forbidden += PUBLIC_FORBIDDEN
            elif layer == "tls":
                mine = [p for b, p in BACKENDS.items() if path.parent.name == b]
                forbidden += [p for p in BACKENDS.values() if p not in mine]
            for name, via in self.foreign(path).items():
                if any(re.match(rule, name) for rule in forbidden):
                    by = "" if via == path else f", by way of {via.relative_to(self.root)}"
                    yield f"{where}: must not include <{name}>{by}"
            for condition in conditions(path.read_text()):
                if "co_await" in condition:
                    yield f"{where}: await into a variable, not in a condition: {condition}"
            if layer == "core" and str(where) not in CLOCK_FILES:
                for match in CLOCKS.finditer(path.read_text()):
                    yield f"{where}: core must not read a clock: {match.group()}"
            if str(where) not in ENVIRONMENT_FILES and ENVIRONMENT.search(path.read_text()):
                yield f"{where}: read the environment by core/config/environment.hpp"


def conditions(text):
    """Yields what stands in the brackets behind each if, while and switch."""
    for match in CONDITION.finditer(text):
        depth, end = 1, match.end()
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield text[match.end():end - 1]


def symbol_problems(nm_output):
    return [line.strip() for line in nm_output.splitlines() if FOREIGN_SYMBOLS.search(line)]


def selftest():
    cases = {
        "src/core/text/a.cpp": "#include <asio/post.hpp>\n",
        "src/core/text/b.cpp": "#include <mutex>\n",
        "src/core/text/c.cpp": '#include "net/n.hpp"\n',
        "src/core/text/d.cpp": "auto t = std::chrono::steady_clock::now();\n",
        "src/tls/trust/e.cpp": 'auto* v = std::getenv("SSL_CERT_FILE");\n',
        "src/core/text/floor.cpp": '#include "core/ilp/low.hpp"\n',
        "src/core/config/same_floor.cpp": '#include "core/delivery/same.hpp"\n',
        "src/core/cellar/unknown.cpp": '#include "core/ilp/low.hpp"\n',
        "src/core/delivery/circle.hpp": '#include "core/delivery/circle_back.hpp"\n',
        "src/net/await.cpp": "if (f(\n        co_await g())) {\n",
        "src/net/n.hpp": "#include <wolfssl/ssl.h>\n",
        "src/net/m.cpp": '#include "sender/s.hpp"\n',
        "src/sender/s.hpp": '#include "net/n.hpp"\n',
        "src/tls/wolfssl/backend.cpp": "#include <openssl/ssl.h>\n",
        "src/tls/x509/pem.cpp": "#include <wolfssl/ssl.h>\n",
        "include/coquest/sender.hpp": "#include <asio.hpp>\n",
        "include/coquest/wolfssl.hpp": "#include <wolfssl/ssl.h>\n",
    }
    fine = {
        "src/core/ilp/low.hpp": "#include <string>\n",
        "src/core/delivery/same.hpp": '#include "core/ilp/low.hpp"\n',
        "src/core/delivery/circle_back.hpp": '#include "core/delivery/circle.hpp"\n',
        "src/tls/wolfssl/session.cpp": "#include <wolfssl/ssl.h>\n",
        "src/net/await_fine.cpp": "if (x) {\n    co_await g();\n}\nif (y)\n    co_await f();\n",
        "src/net/fine.cpp": "#include <asio/post.hpp>\n#include <thread>\n",
        "include/coquest/name.hpp": "#include <string>\n",
    }
    with tempfile.TemporaryDirectory() as root:
        for name, text in (cases | fine).items():
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        blamed = {problem.split(":")[0] for problem in Tree(pathlib.Path(root).resolve()).problems()}
    bad = [f"not reported: {name}" for name in cases.keys() - blamed]
    bad += [f"reported without reason: {name}" for name in blamed - cases.keys()]
    if not symbol_problems("    U wolfSSL_new\n    U asio::detail::x\n") or \
            symbol_problems("    U std::__throw_bad_alloc()\n    U memcpy\n"):
        bad.append("symbols are not told apart")
    return bad


def main(command, *arguments):
    if command == "includes":
        found = list(Tree(pathlib.Path(arguments[0]).resolve()).problems())
    elif command == "symbols":
        nm, archive = arguments
        output = subprocess.run([nm, "-u", "-C", archive], check=True, text=True,
                                stdout=subprocess.PIPE).stdout
        found = [f"core needs {symbol}" for symbol in symbol_problems(output)]
    else:
        found = selftest()
    print("\n".join(found) or "layers are clean")
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
