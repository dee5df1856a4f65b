#!/usr/bin/env python3
"""Serves one counterparty on loopback, for as long as whoever started this holds its standard input open.

    python3 serve.py NAME [--port N] [--set NAME=VALUE]... [--log FILE]     NAME: ministack, moto, prism

Prints one JSON line once the server answers: {"endpoint": "http://127.0.0.1:PORT", "pid": PID}. Stops the server when
standard input closes, so that a test that is killed leaves nothing behind; also on SIGTERM and SIGINT. Each server
gets a folder of its own for temporary files, and none of the caller's AWS settings.

Only the standard library: it runs before anything is installed.
"""

import argparse
import json
import os
import select
import shutil
import signal
import socket
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


class Counterparty:
    def __init__(self, command, environment, ready):
        self.command, self.environment, self.ready = command, environment, ready


def counterparty(name, port, settings):
    if name == "prism":
        path = os.path.join(INSTALLED, name, "node_modules", ".bin", "prism")
        # Which description is served says a setting: --set DESCRIPTION=FILE.
        command = [path, "mock", "-h", "127.0.0.1", "-p", str(port), settings["DESCRIPTION"]]
        return Counterparty(command, {}, "/")
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
    wanted = counterparty(name, port, settings)
    if not os.path.exists(wanted.command[0]):
        sys.exit(f"{name} is not installed: run tests/counterparties/install {name}")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_", "MINISTACK_"))}
    environment.update(wanted.environment)
    environment.update(settings, TMPDIR=folder, HOME=folder, S3_DATA_DIR=os.path.join(folder, "s3"))
    child = subprocess.Popen(
        wanted.command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        start_new_session=True,
    )
    deadline = time.monotonic() + READY_WITHIN
    try:
        while child.poll() is None:
            if answers(f"http://127.0.0.1:{port}{wanted.ready}") and child.poll() is None:
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
    parser.add_argument("name", choices=["ministack", "moto", "prism"])
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
            print(json.dumps({"endpoint": f"http://127.0.0.1:{port}", "pid": child.pid}), flush=True)
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
