#!/usr/bin/env python3
"""Serves one counterparty on loopback, for as long as whoever started this holds its standard input open.

    python3 serve.py NAME [--port N] [--set NAME=VALUE]... [--log FILE]

NAME is ministack, moto, oidc, postgres, prism or redis.

Prints one JSON line once the server answers: {"endpoint": "http://127.0.0.1:PORT", "pid": PID}; for PostgreSQL and Redis
the endpoint is HOST:PORT, and the administrator `admin` (in Redis `default`) has the password `of-the-test`. Stops it when
standard input closes, so that a test that is killed leaves nothing behind; also on SIGTERM and SIGINT. Each server
gets a folder of its own for temporary files, and none of the caller's AWS settings.

Only the standard library: it runs before anything is installed.
"""

import argparse
import glob
import json
import os
import pathlib
import pwd
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.environ.get("CARGO_TARGET_DIR") or os.path.join(HERE, "..", "..", "target")
INSTALLED = os.path.join(os.path.abspath(TARGET), "counterparties")
READY_WITHIN = 30


PASSWORD = "of-the-test"
# A key, its certificate for loopback, and the CA that signed it: for a server with `--set TLS=yes`.
PKI = pathlib.Path(HERE).parent / "fixtures" / "pki"


class Counterparty:
    """What is started, how it is told that it answers, and what has to be done in its folder first."""

    def __init__(self, command, environment, ready, prepare=None, user=None):
        self.command, self.environment, self.ready = command, environment, ready
        self.prepare, self.user = prepare, user

    def is_ready(self, port):
        if callable(self.ready):
            return self.ready(port)
        return answers(f"http://127.0.0.1:{port}{self.ready}")


def says(port, line, wanted, over_tls=False):
    """Whether a server answers one line as wanted."""
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as plain:
            connection = ssl.create_default_context(cafile=PKI / "ca.pem").wrap_socket(plain, server_hostname="127.0.0.1") if over_tls else plain
            connection.sendall(line)
            return connection.recv(64).startswith(wanted)
    except OSError:
        return False


def postgres(port, settings, folder):
    """PostgreSQL of Debian. It refuses to run as root, so root hands it to somebody without privileges."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not found:
        sys.exit("postgres is not installed: run tests/counterparties/install postgres")
    user = None
    if os.geteuid() == 0:
        names = {one.pw_name: one.pw_uid for one in pwd.getpwall()}
        user = names.get("postgres", names.get("nobody"))
    data = os.path.join(folder, "data")
    settings = dict(settings)
    key = os.path.join(folder, "server.key")
    if settings.pop("TLS", "no") == "yes":
        settings.update(ssl="on", ssl_cert_file=str(PKI / "server.pem"), ssl_key_file=key)

    def prepare(run):
        shutil.copyfile(PKI / "server.key", key)
        os.chmod(key, 0o600)
        secret = os.path.join(folder, "password")
        pathlib.Path(secret).write_text(PASSWORD)
        if user is not None:
            os.chown(folder, user, -1)
            os.chown(secret, user, -1)
            os.chown(key, user, -1)
        run([f"{found[-1]}/initdb", "--no-sync", "--auth=scram-sha-256", "--username=admin", f"--pwfile={secret}", data])

    command = [
        f"{found[-1]}/postgres", "-D", data, "-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1",
        "-c", "fsync=off", "-c", "log_statement=all",
    ]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]

    def ready(port):
        return subprocess.run(
            [f"{found[-1]}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False,
        ).returncode == 0

    return Counterparty(command, {}, ready, prepare, user)


def redis(port, settings, folder):
    """Redis of Debian, with an ACL file unless `--set ACLFILE=no`, over TLS with `--set TLS=yes`."""
    rules = f"user default on >{PASSWORD} ~* &* +@all"
    command = ["/usr/bin/redis-server", "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
    settings = dict(settings)
    over_tls = settings.pop("TLS", "no") == "yes"
    if over_tls:
        command += ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no"]
        command += ["--tls-cert-file", str(PKI / "server.pem"), "--tls-key-file", str(PKI / "server.key")]
        command += ["--tls-ca-cert-file", str(PKI / "ca.pem")]
    else:
        command += ["--port", str(port)]
    if settings.pop("ACLFILE", "yes") == "yes":
        file = os.path.join(folder, "users.acl")
        pathlib.Path(file).write_text(rules + "\n")
        command += ["--aclfile", file]
    else:
        command += ["--requirepass", PASSWORD]
    for name, value in settings.items():
        command += [f"--{name}", value]
    return Counterparty(command, {}, lambda port: says(port, b"PING\r\n", b"-NOAUTH", over_tls))


def counterparty(name, port, settings, folder):
    if name == "prism":
        path = os.path.join(INSTALLED, name, "node_modules", ".bin", "prism")
        # Which description is served says a setting: --set DESCRIPTION=FILE.
        command = [path, "mock", "-h", "127.0.0.1", "-p", str(port), settings["DESCRIPTION"]]
        return Counterparty(command, {}, "/")
    if name == "postgres":
        return postgres(port, settings, folder)
    if name == "redis":
        return redis(port, settings, folder)
    if name == "oidc":
        module = os.path.join(INSTALLED, "oidc", "node_modules", "oidc-provider", "lib", "index.js")
        if not os.path.exists(module):
            sys.exit("oidc is not installed: run tests/counterparties/install oidc")
        environment = {"MODULE": pathlib.Path(module).as_uri(), "PORT": str(port)}
        return Counterparty(["node", os.path.join(HERE, "oidc.mjs")], environment, "/.well-known/openid-configuration")
    binary = {"ministack": "ministack", "moto": "moto_server"}[name]
    path = os.path.join(INSTALLED, name, "bin", binary)
    if name == "ministack":
        environment = {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
        }
        return Counterparty([path], environment, "/_ministack/health")
    return Counterparty([path, "-H", "127.0.0.1", "-p", str(port)], {}, "/moto-api/data.json")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return reply.status < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def stop(child):
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(2)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def caller_is_gone():
    readable, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(readable) and not os.read(sys.stdin.fileno(), 4096)


def start(name, port, settings, folder, log):
    """Starts the server and waits until it answers; None if it ended first, as when the port was taken meanwhile."""
    wanted = counterparty(name, port, settings, folder)
    if not shutil.which(wanted.command[0]):
        sys.exit(f"{name} is not installed: run tests/counterparties/install {name}")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_", "MINISTACK_"))}
    environment.update(wanted.environment)
    environment.update(settings if not wanted.prepare else {}, TMPDIR=folder, HOME=folder, S3_DATA_DIR=os.path.join(folder, "s3"))
    environment.update(DEBUG="")
    common = dict(
        env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True,
        user=wanted.user, extra_groups=None if wanted.user is None else [],
    )
    if wanted.prepare:
        wanted.prepare(lambda command: subprocess.run(command, check=True, **common))
    child = subprocess.Popen(wanted.command, **common)
    deadline = time.monotonic() + READY_WITHIN
    try:
        while child.poll() is None:
            if wanted.is_ready(port) and child.poll() is None:
                return child
            if time.monotonic() > deadline or caller_is_gone():
                break
            time.sleep(0.03)
    except BaseException:
        stop(child)
        raise
    stop(child)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=["ministack", "moto", "oidc", "postgres", "prism", "redis"])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="for the server's environment")
    parser.add_argument("--log", help="where the server's own output goes; default nowhere")
    options = parser.parse_args()
    settings = dict(one.split("=", 1) for one in options.set)

    def end(_signal, _frame):
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    folder = tempfile.mkdtemp(prefix="counterparty-")
    child = None
    try:
        with open(options.log or os.devnull, "ab") as log:
            for _ in range(1 if options.port else 5):
                port = options.port or free_port()
                child = start(options.name, port, settings, folder, log)
                if child:
                    break
            else:
                sys.exit(f"{options.name} did not start")
            scheme = "" if options.name in ("postgres", "redis") else "http://"
            print(json.dumps({"endpoint": f"{scheme}127.0.0.1:{port}", "pid": child.pid}), flush=True)
            while child.poll() is None:
                readable, _, _ = select.select([sys.stdin], [], [], 0.5)
                if readable and not os.read(sys.stdin.fileno(), 4096):
                    return
            sys.exit(f"{options.name} ended by itself with {child.returncode}")
    finally:
        if child:
            stop(child)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
