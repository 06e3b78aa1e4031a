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
    "coquest/committed.hpp": "sender",
    "coquest/sender.hpp": "sender",
    "coquest/sender_pool.hpp": "sender",
    "coquest/async.hpp": "sender",
    "coquest/coquest.hpp": "sender",
    "coquest/wolfssl.hpp": "tls",
    "coquest/openssl.hpp": "tls",
}
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
# The one file, by prefix of its name, that may include a TLS library: that library's backend.
BACKENDS = {"wolfssl": "wolfssl/", "openssl": "openssl/"}
PUBLIC_FORBIDDEN = [TLS_LIBRARY, r"asio\.hpp$", r"asio/experimental/"]
# What time it is, for a caller who asks to stamp a row; nothing in core acts on it.
CLOCK_FILES = {"src/core/timestamp.cpp"}
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

    def problems(self):
        for path in self.files():
            where, layer = path.relative_to(self.root), self.layer(path)
            allowed, forbidden = RULES[layer]
            for target in self.includes(path)[0]:
                if self.layer(target) not in allowed:
                    yield f"{where}: {layer} must not include {target.relative_to(self.root)}"
            forbidden = list(forbidden)
            if str(where).startswith("include"):
                forbidden += PUBLIC_FORBIDDEN
            elif layer == "tls":
                mine = [p for b, p in BACKENDS.items() if path.name.startswith(b)]
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
        "src/core/a.cpp": "#include <asio/post.hpp>\n",
        "src/core/b.cpp": "#include <mutex>\n",
        "src/core/c.cpp": '#include "net/n.hpp"\n',
        "src/core/d.cpp": "auto t = std::chrono::steady_clock::now();\n",
        "src/net/await.cpp": "if (f(\n        co_await g())) {\n",
        "src/net/n.hpp": "#include <wolfssl/ssl.h>\n",
        "src/net/m.cpp": '#include "sender/s.hpp"\n',
        "src/sender/s.hpp": '#include "net/n.hpp"\n',
        "src/tls/wolfssl.cpp": "#include <openssl/ssl.h>\n",
        "src/tls/pem.cpp": "#include <wolfssl/ssl.h>\n",
        "include/coquest/sender.hpp": "#include <asio.hpp>\n",
        "include/coquest/wolfssl.hpp": "#include <wolfssl/ssl.h>\n",
    }
    fine = {
        "src/tls/wolfssl_session.cpp": "#include <wolfssl/ssl.h>\n",
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
