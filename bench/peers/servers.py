# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# The servers that accept the rows: the sink of bench/sink, and a real QuestDB.
import base64
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Keys:
    """Files of a certificate authority that exists only for one run."""
    roots: str
    certificate: str
    key: str
    store: str  # the roots in a key store for Java
    password: str = "password"


@contextmanager
def certificates():
    with tempfile.TemporaryDirectory() as path:
        directory = Path(path)
        (directory / "extensions").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n"
                                       "basicConstraints=CA:FALSE\n")
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        commands = [
            ["openssl", "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
             "-subj", "/CN=bench"],
            ["openssl", "req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj",
             "/CN=localhost"],
            ["openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
             "-CAcreateserial", "-days", "2", "-extfile", "extensions", "-out", "server.pem"]]
        keys = Keys(*(str(directory / name) for name in
                      ("ca.pem", "server.pem", "server.key", "ca.p12")))
        for command in commands:
            subprocess.run(command, cwd=directory, check=True, capture_output=True)
        try:
            subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "bench", "-file",
                            "ca.pem", "-keystore", keys.store, "-storetype", "PKCS12",
                            "-storepass", keys.password],
                           cwd=directory, check=True, capture_output=True)
        except OSError:
            pass  # Java is not installed
        yield keys


class Sink:
    """Runs bench_sink on one processor."""

    def __init__(self, program, keys, processor, *options, count_rows=False):
        command = ["taskset", "-c", str(processor), program, "--certificate", keys.certificate,
                   "--key", keys.key, *options]
        self.process = subprocess.Popen(command + ([] if count_rows else ["--bytes-only"]),
                                        stdout=subprocess.PIPE, text=True)
        self.ports = json.loads(self.process.stdout.readline())

    def counts(self):
        """Waits until no other client is connected, and returns the totals since the last call."""
        total = {}
        end = time.monotonic() + 60
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=30)
            connection.request("GET", "/counts")
            counts = json.load(connection.getresponse())
            connection.close()
            others = counts.pop("others")
            total = {name: total.get(name, 0) + count for name, count in counts.items()}
            if others == 0:
                return total
            if time.monotonic() > end:
                sys.exit("a client that has ended still has a connection")
            time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class QuestDB:
    """Runs a real QuestDB, whose user is admin with the password quest."""
    login = "username=admin;password=quest;"

    def __init__(self, script):
        self.script = script
        self.directory = tempfile.TemporaryDirectory()

    def __enter__(self):
        subprocess.run([self.script, "start", self.directory.name, "--watch", str(os.getpid())],
                       check=True, stdout=subprocess.DEVNULL)
        settings = dict(line.split("=") for line in
                        Path(self.directory.name, "env").read_text().split())
        self.port = int(settings["questdb_http"])
        return self

    def __exit__(self, *_):
        subprocess.run([self.script, "stop", self.directory.name], check=True)
        self.directory.cleanup()

    def query(self, text):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        user = base64.b64encode(b"admin:quest").decode()
        connection.request("GET", "/exec?query=" + urllib.parse.quote(text),
                           headers={"Authorization": f"Basic {user}"})
        answer = json.load(connection.getresponse())
        connection.close()
        return answer

    def count(self, table, expected):
        """Returns the number of rows in a table as soon as it is @p expected, or after a minute."""
        end = time.monotonic() + 60
        while True:
            answer = self.query(f"select count() from {table}")
            rows = answer["dataset"][0][0] if "dataset" in answer else 0
            if rows == expected or time.monotonic() > end:
                return rows
            time.sleep(0.05)
