#!/usr/bin/env python3
"""A small vendor with keys, for the pack of README.md: real HTTP over Python's own server, a few lines of state.

    python3 acme.py

Prints one JSON line, {"endpoint": "http://127.0.0.1:PORT"}, and serves until standard input closes. Administrators have
the token `acme-canary-token`. GET /_state tells the keys, and every request that came.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEYS = {
    "k-1": {"id": "k-1", "status": "on", "owner": "ci", "created": "2026-01-05T10:00:00Z"},
    "k-2": {"id": "k-2", "status": "on", "owner": "ci", "created": "2025-01-05T10:00:00Z"},
    "k-3": {"id": "k-3", "status": "on", "owner": "other", "created": "2025-01-05T10:00:00Z"},
}
CAME = []


class Acme(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def say(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def answer(self):
        if self.path == "/_state":
            return self.say(200, {"keys": KEYS, "came": CAME})
        CAME.append(f"{self.command} {self.path}")
        if self.headers.get("authorization") != "Bearer acme-canary-token":
            return self.say(401, {"error": "who are you"})
        url = urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        match (self.command, *parts):
            case ("GET", "v1", "account"):
                return self.say(200, {"id": "a-1"})
            case ("GET", "v1", "keys"):
                # One a page, so that further pages are read.
                owner, after = (parse_qs(url.query).get(name, [""])[0] for name in ("owner", "after"))
                left = [key for key in KEYS.values() if key["owner"] == owner and key["id"] > after]
                more = {"next": left[0]["id"]} if len(left) > 1 else {}
                return self.say(200, {"keys": left[:1], **more})
            case ("GET", "v1", "keys", name) if name in KEYS:
                return self.say(200, KEYS[name])
            case ("POST", "v1", "keys", name, "disable" | "enable" as verb) if name in KEYS:
                KEYS[name]["status"] = "off" if verb == "disable" else "on"
                return self.say(200, KEYS[name])
        return self.say(404, {"error": "no such key"})

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Acme)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"endpoint": f"http://127.0.0.1:{server.server_port}"}), flush=True)
sys.stdin.read()
