# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
"""Starts the servers of the matrix, each of them once, with a port for each of its listeners.

A starter takes a list of listeners, and returns their ports by name. The kernel chooses the ports.
Every process is a child of this one, and is ended by its pid."""

import hashlib
import http.server
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

SKIPPED = 77  # ctest's SKIP_RETURN_CODE
PATIENCE = 60  # seconds until a server must listen; Go and Java compile first


def ended(child):
    """Returns whether a server has ended, after waiting a moment for that."""
    try:
        child.wait(0.05)
        return True
    except subprocess.TimeoutExpired:
        return False


class Listener:
    def __init__(self, version, kind):
        self.version = version  # "1.2" or "1.3"
        self.kind = kind  # kind of key
        self.name = f"{kind}-{version}"


class Servers:
    def __init__(self, certificates, work):
        self.certificates = certificates
        self.work = work
        self.here = os.path.dirname(os.path.abspath(__file__))
        self.children = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.terminate()
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def path(self, kind, suffix):
        return os.path.join(self.certificates, f"{kind}.{suffix}")

    def log(self):
        return os.path.join(self.work, "log")

    def run(self, command, **more):
        with open(self.log(), "ab") as log:
            child = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command],
                                     stdout=log, stderr=log, **more)
        self.children.append(child)
        return child

    def wait_for(self, pattern, count, child):
        """Returns all matches of `pattern` in the log as soon as there are `count` of them."""
        end = time.monotonic() + PATIENCE
        while True:
            with open(self.log()) as log:
                text = log.read()
            found = re.findall(pattern, text, re.M)
            if len(found) >= count:
                return found
            if ended(child) or time.monotonic() > end:
                sys.exit(f"the server does not listen:\n{text}")

    def wait_for_connections(self, ports, child):
        end = time.monotonic() + PATIENCE
        for port in ports.values():
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if ended(child) or time.monotonic() > end:
                        sys.exit(f"the server does not listen:\n{open(self.log()).read()}")

    # ------------------------------------------------------------ the servers

    def haproxy(self, listeners):
        backend = start_backend()
        sockets, ports = open_sockets(listeners)
        with open(os.path.join(self.work, "haproxy.cfg"), "w") as config:
            config.write("defaults\n mode http\n timeout connect 5s\n"
                         " timeout client 30s\n timeout server 30s\n"
                         "global\n ssl-default-bind-options ssl-min-ver TLSv1.2\n")
            for listener in listeners:
                config.write(f"listen {listener.name}\n"
                             f" bind fd@{sockets[listener.name].fileno()} ssl"
                             f" crt {self.path(listener.kind, 'pem')}"
                             f" ssl-min-ver TLSv{listener.version}"
                             f" ssl-max-ver TLSv{listener.version}\n"
                             f" server backend 127.0.0.1:{backend}\n")
        child = self.run(["haproxy", "-db", "-f", config.name],
                         pass_fds=[server.fileno() for server in sockets.values()])
        close_all(sockets)
        self.wait_for_connections(ports, child)
        return ports

    def nginx(self, listeners):
        backend = start_backend()
        sockets, ports = open_sockets(listeners)
        with open(os.path.join(self.work, "nginx.conf"), "w") as config:
            config.write(f"daemon off;\nworker_processes 1;\npid {self.work}/nginx.pid;\n"
                         "error_log stderr;\nevents {}\nhttp {\naccess_log off;\n"
                         "client_body_buffer_size 1m;\n")
            for place in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
                config.write(f"{place}_temp_path {self.work}/{place};\n")
            for listener in listeners:
                config.write(f"server {{ listen 127.0.0.1:{ports[listener.name]} ssl;"
                             f" ssl_certificate {self.path(listener.kind, 'crt')};"
                             f" ssl_certificate_key {self.path(listener.kind, 'key')};"
                             f" ssl_protocols TLSv{listener.version};"
                             f" location / {{ proxy_pass http://127.0.0.1:{backend}; }} }}\n")
            config.write("}\n")
        handles = [server.fileno() for server in sockets.values()]
        inherited = "".join(f"{handle};" for handle in handles)  # as nginx does in an upgrade
        child = self.run(["nginx", "-e", "stderr", "-c", config.name, "-p", self.work],
                         pass_fds=handles, env={**os.environ, "NGINX": inherited})
        close_all(sockets)
        self.wait_for_connections(ports, child)
        return ports

    def stunnel(self, listeners):
        backend = start_backend()
        with open(os.path.join(self.work, "stunnel.conf"), "w") as config:
            config.write("foreground = yes\npid =\ndebug = info\n")
            for listener in listeners:
                config.write(f"[{listener.name}]\naccept = 127.0.0.1:0\n"
                             f"connect = 127.0.0.1:{backend}\n"
                             f"cert = {self.path(listener.kind, 'pem')}\n"
                             f"sslVersionMin = TLSv{listener.version}\n"
                             f"sslVersionMax = TLSv{listener.version}\n")
        child = self.run([program("stunnel"), config.name])
        bound = self.wait_for(r"Service \[(\S+)\] \(FD=\d+\) bound to 127\.0\.0\.1:(\d+)",
                              len(listeners), child)
        return {name: int(port) for name, port in bound}

    def openssl(self, listeners):
        ports = {}
        for listener in listeners:
            child = self.run(["openssl", "s_server", "-accept", "127.0.0.1:0", "-rev",
                              "-cert", self.path(listener.kind, "pem"),
                              f"-tls{listener.version.replace('.', '_')}"],
                             stdin=subprocess.DEVNULL)
            bound = self.wait_for(r"^ACCEPT 127\.0\.0\.1:(\d+)$", len(ports) + 1, child)
            ports[listener.name] = int(bound[-1])
        return ports

    def go(self, listeners):
        binary = os.path.join(self.work, "server")
        subprocess.run(["go", "build", "-o", binary, os.path.join(self.here, "server.go")],
                       check=True, cwd=self.work)
        return self.run_listed([binary, self.certificates], listeners)

    def java(self, listeners):
        source = os.path.join(self.here, "Server.java")
        return self.run_listed(["java", "-XX:TieredStopAtLevel=1", source, self.certificates],
                               listeners)

    def run_listed(self, command, listeners):
        """Runs a server that reads its listeners from its input, and prints its ports."""
        child = self.run(command, stdin=subprocess.PIPE, text=True)
        for listener in listeners:
            child.stdin.write(f"{listener.name}={listener.version}:{listener.kind}\n")
        child.stdin.flush()
        bound = self.wait_for(r"^(\S+)=(\d+)$", len(listeners), child)
        return {name: int(port) for name, port in bound}


def program(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


PROGRAMS = {"haproxy": ["haproxy"], "nginx": ["nginx"], "stunnel": ["stunnel"],
            "openssl": ["openssl"], "go": ["go"], "java": ["java", "javac"]}


def require(server):
    missing = [name for name in PROGRAMS[server] if not program(name)]
    if missing:
        print(f"SKIPPED: {', '.join(missing)} is missing here (./scripts/setup interop)")
        sys.exit(SKIPPED)
    os.environ["PATH"] += ":/usr/sbin:/sbin"


def open_sockets(listeners):
    """Opens sockets for a server that inherits them: no other process can take their ports."""
    sockets = {listener.name: socket.create_server(("127.0.0.1", 0), backlog=64)
               for listener in listeners}
    for server in sockets.values():
        server.set_inheritable(True)
    return sockets, {name: server.getsockname()[1] for name, server in sockets.items()}


def close_all(sockets):
    for server in sockets.values():
        server.close()


class Backend(http.server.BaseHTTPRequestHandler):
    """Answers with the size and the hash of the request's body, like server.go and Server.java."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        text = f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def start_backend():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
