# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
"""run.py SERVER CLIENT CERTIFICATES LIBRARY...: tests each TLS library of coquest against a server,
with TLS 1.2 and 1.3 and each kind of key. The request and the answer must arrive unchanged."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile

import servers

VERSIONS = ("1.2", "1.3")
KINDS = ("p256", "p384", "rsa2048", "rsa4096", "ed25519", "stranger")
POSTED = 200_000  # bytes: more than a dozen records
ECHOED = 1_000

# Kinds that must fail, with the reason, and a part of the error text.
IMPOSSIBLE = {"stranger": ("its root is not trusted", "certificate verify failed")}


def body(size):
    return "".join(chr(ord("a") + i * i % 26) for i in range(size))


def request_to(server):
    if server == "openssl":  # s_server -rev
        return f"echo {ECHOED}", "ok " + body(ECHOED)[::-1] + " "
    text = body(POSTED)
    answer = f"{POSTED} {hashlib.sha256(text.encode()).hexdigest()}"
    return f"post {POSTED}", "ok HTTP/1.1 200 OK " + answer


def ask(client, library, roots, lines):
    result = subprocess.run([client, library, roots], input="\n".join(lines) + "\n", text=True,
                            stdout=subprocess.PIPE, timeout=90, check=True)
    return result.stdout.splitlines()


def failures_of(server, library, listeners, answers, expected):
    for listener, answer in zip(listeners, answers, strict=True):
        reason, error = IMPOSSIBLE.get(listener.kind, ("", ""))
        good = answer.startswith("error ") and error in answer if reason else answer == expected
        note = f" refused, {reason}" if reason else ""
        print(f"{'ok  ' if good else 'FAIL'} {server:8} {library:8} TLS {listener.version} "
              f"{listener.kind}{note}{'' if good else ': ' + answer[:300]}")
        if not good:
            yield listener.name


def main(server, client, certificates, *libraries):
    servers.require(server)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # at ctest's timeout, end the servers too
    listeners = [servers.Listener(version, kind) for version in VERSIONS for kind in KINDS]
    roots = os.path.join(certificates, "root.crt")
    request, expected = request_to(server)
    failures = []
    with tempfile.TemporaryDirectory() as work, servers.Servers(certificates, work) as running:
        ports = getattr(running, server)(listeners)
        lines = [f"{ports[listener.name]} {request}" for listener in listeners]
        for library in libraries:
            answers = ask(client, library, roots, lines)
            failures += failures_of(server, library, listeners, answers, expected)
        if failures:
            print(open(running.log()).read()[-4000:])
    sys.exit(1 if failures else 0)


main(*sys.argv[1:])
