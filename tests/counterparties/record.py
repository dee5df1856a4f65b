#!/usr/bin/env python3
"""A recording proxy on loopback: forwards every request, writes down what went by, and breaks what it is told to.

    python3 record.py --upstream URL [--port N] [--delay-ms N] [--fault SELECTOR:KIND]... [--log FILE]
                      [--until-stdin-closes]

Prints {"endpoint": "http://127.0.0.1:PORT"} once it listens. One JSON line per request, when it ends:
{n, method, path, action, mutating, mutation, status, fault, access_key, at}. `mutation` counts the mutating requests,
from 1; `status` is null where no whole answer was sent.

SELECTOR: the number of a mutating request (`3`), a range (`3-5`), all of them (`*`), or the name of an action, reads
included (`ListAccessKeys`, and its second one `ListAccessKeys/2`). KIND:

    drop-before            close without forwarding          drop-after         forward, close without an answer
    reset-before           reset (RST) without forwarding    reset-after        forward, reset without an answer
    500-before             answer 500 without forwarding     500-after          forward, answer 500
    html                   answer 502 as HTML, not forwarded html-after         forward, answer HTML with 200
    throttle[:SECONDS]     answer Throttling, not forwarded, with Retry-After if told
    truncate               forward, send half the answer's body, close
    hang-before:SECONDS    hold, then close, never forwarded  hang-after:SECONDS forward, hold, close without an answer
    late:SECONDS           hold, then forward, whoever still listens

Control, on the same port:
    GET  /_record/log        the log so far, what is still under way included, as a JSON list
    POST /_record/faults     a JSON list of SELECTOR:KIND; replaces the faults
    POST /_record/reset      forget log, counters and faults
    GET  /_record/held?seconds=N   wait until a request is being held, answer its entry (408 after N seconds)
    POST /_record/release    end every hold now

Only the standard library. It forwards what it gets unchanged, Host included, so signatures stay valid.
"""

import argparse
import http.client
import json
import re
import socket
import struct
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

READS = re.compile(
    r"(Get|List|Describe|Lookup|Simulate|AssumeRole|Head|BatchGet|Search|Query|Scan|Select|Decode|Generate)"
)
READ_METHODS = {"GET", "HEAD", "OPTIONS"}
HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
OWN = {"content-length"} | HOP
KINDS = {
    "drop-before", "drop-after", "reset-before", "reset-after", "500-before", "500-after", "html", "html-after",
    "throttle", "truncate", "hang-before", "hang-after", "late",
}
BODILESS = {204, 304}
HTML = b"<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>"


def error_body(code, message):
    return (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>recorded</RequestId></ErrorResponse>"
    ).encode()


class Fault:
    def __init__(self, text):
        selector, _, kind = text.partition(":")
        self.kind, _, seconds = kind.partition(":")
        if not selector or self.kind not in KINDS:
            raise ValueError(f"no such fault: `{text}`")
        self.seconds = float(seconds) if seconds else None
        if self.kind in {"hang-before", "hang-after", "late"} and self.seconds is None:
            raise ValueError(f"`{text}` needs seconds")
        self.action = self.first = self.last = None
        if selector == "*":
            self.first, self.last = 1, float("inf")
        elif span := re.fullmatch(r"(\d+)(?:-(\d+))?", selector):
            self.first, self.last = int(span[1]), int(span[2] or span[1])
        elif named := re.fullmatch(r"([A-Za-z]\w*)(?:/(\d+))?", selector):
            self.action = named[1]
            self.first, self.last = (int(named[2]),) * 2 if named[2] else (1, float("inf"))
        else:
            raise ValueError(f"no such selector: `{text}`")

    def meets(self, action, mutation, nth):
        count = nth if self.action else mutation
        return (not self.action or self.action == action) and count is not None and self.first <= count <= self.last


def action_of(method, path, headers, body):
    """The operation's name: in the form body or query, the JSON target, or the path of the CBOR protocol."""
    if target := headers.get("X-Amz-Target"):
        return target.rsplit(".", 1)[-1]
    if found := re.search(r"/operation/(\w+)", path):
        return found[1]
    fields = urllib.parse.urlsplit(path).query
    if "x-www-form-urlencoded" in (headers.get("Content-Type") or ""):
        fields = f"{fields}&{body.decode('latin-1')}"
    found = re.search(r"(?:^|&)Action=(\w+)", fields)
    return found[1] if found else None


def mutates(method, action):
    if action:
        return READS.match(action) is None
    return method not in READ_METHODS


class Record:
    """What went by, and what is to be broken; shared by all threads."""

    def __init__(self, log):
        self.changed = threading.Condition()
        self.log = log
        self.release_count = 0
        self.clear()

    def clear(self):
        with self.changed:
            self.entries, self.faults, self.by_action, self.mutations = [], [], {}, 0

    def set_faults(self, texts):
        faults = [Fault(text) for text in texts]
        with self.changed:
            self.faults = faults

    def begin(self, method, path, action, access_key):
        mutating = mutates(method, action)
        with self.changed:
            self.by_action[action] = nth = self.by_action.get(action, 0) + 1
            if mutating:
                self.mutations += 1
            mutation = self.mutations if mutating else None
            fault = next((one for one in self.faults if one.meets(action, mutation, nth)), None)
            entry = {
                "n": len(self.entries) + 1, "method": method, "path": path, "action": action, "mutating": mutating,
                "mutation": mutation, "status": None, "fault": fault.kind if fault else None,
                "access_key": access_key, "at": time.time(), "held": False,
            }
            self.entries.append(entry)
        return entry, fault

    def end(self, entry, status):
        with self.changed:
            entry["status"] = status
            line = json.dumps({k: v for k, v in entry.items() if k != "held"})
            if self.log:
                self.log.write(line + "\n")
                self.log.flush()

    def hold(self, entry, seconds):
        deadline = time.monotonic() + seconds
        with self.changed:
            entry["held"] = True
            self.changed.notify_all()
            before = self.release_count
            self.changed.wait_for(lambda: self.release_count != before, deadline - time.monotonic())
            entry["held"] = False

    def wait_for_held(self, seconds):
        def held():
            return next((one for one in self.entries if one["held"]), None)

        with self.changed:
            entry = self.changed.wait_for(held, seconds)
            return dict(entry) if entry else None

    def release(self):
        with self.changed:
            self.release_count += 1
            self.changed.notify_all()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body; flushed by the server after each request
    record = upstream = None
    delay = 0.0

    def handle(self):
        self.onward = None
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        finally:
            if self.onward:
                self.onward.close()

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass

    def log_message(self, format, *args):
        pass

    def handle_expect_100(self):
        done = super().handle_expect_100()
        self.wfile.flush()
        return done

    def serve(self):
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            return self.answer(411, b"chunked requests are not recorded\n", "text/plain")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/_record/"):
            return self.control(body)
        signed = re.search(r"Credential=([^/,\s]+)/", self.headers.get("Authorization") or "")
        action = action_of(self.command, self.path, self.headers, body)
        entry, fault = self.record.begin(self.command, self.path, action, signed[1] if signed else None)
        status = None
        try:
            status = self.pass_on(entry, fault, body)
            self.wfile.flush()
        except (OSError, http.client.HTTPException):
            # The caller went away, or the upstream did: no whole answer was sent.
            self.close_connection = True
            status = None
        finally:
            self.record.end(entry, status)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = serve

    def pass_on(self, entry, fault, body):
        kind = fault.kind if fault else None
        if kind == "drop-before":
            return self.hang_up()
        if kind == "reset-before":
            return self.reset()
        if kind == "hang-before":
            self.record.hold(entry, fault.seconds)
            return self.hang_up()
        if kind == "500-before":
            return self.answer(500, error_body("ServiceFailure", "injected"), "text/xml")
        if kind == "html":
            return self.answer(502, HTML, "text/html")
        if kind == "throttle":
            more = [("Retry-After", f"{fault.seconds:g}")] if fault.seconds is not None else []
            return self.answer(400, error_body("Throttling", "Rate exceeded"), "text/xml", more)
        if kind == "late":
            self.record.hold(entry, fault.seconds)
        reply, content = self.forward(body)
        if kind == "drop-after":
            return self.hang_up()
        if kind == "reset-after":
            return self.reset()
        if kind == "hang-after":
            self.record.hold(entry, fault.seconds)
            return self.hang_up()
        if kind == "500-after":
            return self.answer(500, error_body("ServiceFailure", "injected"), "text/xml")
        if kind == "html-after":
            return self.answer(200, HTML, "text/html")
        if self.delay:
            time.sleep(self.delay)
        self.send_response_only(reply.status, reply.reason)
        for name, value in reply.getheaders():
            if name.lower() not in OWN:
                self.send_header(name, value)
        if self.command == "HEAD":
            if reply.getheader("Content-Length"):
                self.send_header("Content-Length", reply.getheader("Content-Length"))
        elif reply.status not in BODILESS:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if kind == "truncate":
            self.wfile.write(content[: len(content) // 2])
            return self.hang_up()
        if self.command != "HEAD":
            self.wfile.write(content)
        return reply.status

    def forward(self, body):
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in OWN]
        # A kept connection may have been closed by the upstream meanwhile; only then, and before any answer, again.
        for fresh in [self.onward is None, True]:
            if self.onward is None:
                self.onward = http.client.HTTPConnection(*self.upstream, timeout=120)
            try:
                self.onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in headers:
                    self.onward.putheader(name, value)
                if body or self.command in {"POST", "PUT", "PATCH"}:
                    self.onward.putheader("Content-Length", str(len(body)))
                self.onward.endheaders(body or None)
                reply = self.onward.getresponse()
                content = reply.read()
                if reply.will_close:
                    self.onward.close()
                    self.onward = None
                return reply, content
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.onward.close()
                self.onward = None
                if fresh:
                    raise

    def hang_up(self):
        self.close_connection = True
        return None

    def reset(self):
        linger = struct.pack("ii", 1, 0)
        with socket.socket(fileno=self.connection.detach()) as bare:
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return self.hang_up()

    def answer(self, status, body, kind, more=()):
        self.send_response_only(status)
        for name, value in [("Content-Type", kind), ("Content-Length", str(len(body))), *more]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return status

    def control(self, body):
        url = urllib.parse.urlsplit(self.path)
        try:
            match self.command, url.path:
                case "GET", "/_record/log":
                    with self.record.changed:
                        value = [dict(entry) for entry in self.record.entries]
                case "POST", "/_record/faults":
                    self.record.set_faults(json.loads(body or b"[]"))
                    value = {}
                case "POST", "/_record/reset":
                    self.record.clear()
                    value = {}
                case "POST", "/_record/release":
                    self.record.release()
                    value = {}
                case "GET", "/_record/held":
                    seconds = float(urllib.parse.parse_qs(url.query).get("seconds", ["10"])[0])
                    value = self.record.wait_for_held(seconds)
                    if value is None:
                        return self.answer(408, b'{"error":"nothing is held"}', "application/json")
                case _:
                    return self.answer(404, b'{"error":"no such control"}', "application/json")
        except ValueError as error:
            return self.answer(400, json.dumps({"error": str(error)}).encode(), "application/json")
        return self.answer(200, json.dumps(value).encode(), "application/json")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--upstream", required=True, help="http://HOST:PORT")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--delay-ms", type=float, default=0, help="added before every reply")
    parser.add_argument("--fault", action="append", default=[], metavar="SELECTOR:KIND")
    parser.add_argument("--log", help="append the JSON lines to this file")
    parser.add_argument("--until-stdin-closes", action="store_true")
    options = parser.parse_args()
    upstream = urllib.parse.urlsplit(options.upstream)
    if upstream.scheme != "http" or not upstream.hostname:
        parser.error("the upstream is http://HOST:PORT")

    Handler.record = Record(open(options.log, "a", encoding="utf-8") if options.log else None)
    Handler.upstream = (upstream.hostname, upstream.port or 80)
    Handler.delay = options.delay_ms / 1000
    try:
        Handler.record.set_faults(options.fault)
    except ValueError as error:
        parser.error(str(error))
    server = Server(("127.0.0.1", options.port), Handler)
    print(json.dumps({"endpoint": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)
    if options.until_stdin_closes:
        def wait():
            sys.stdin.read()
            server.shutdown()

        threading.Thread(target=wait, daemon=True).start()
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
