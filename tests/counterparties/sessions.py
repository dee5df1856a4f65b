#!/usr/bin/env python3
"""A fixture made for contain, in front of a real server: what no counterparty has of AWS's sessions.

    python3 sessions.py --upstream URL [--tells SECONDS] [--lives SECONDS] [--packs CHARACTERS] [--nameless]

Prints {"endpoint": "http://127.0.0.1:PORT"} once it listens, and serves until standard input closes. Everything is
forwarded as it comes, and AssumeRole with it, which is written down. Told so, it differs in this:

    --tells SECONDS      what AssumeRole answers says that the session ends so soon
    --lives SECONDS      a session with a source identity is refused (ExpiredToken) so soon after it was given, whatever
                         was told
    --packs CHARACTERS   a longer session policy is refused (PackedPolicyTooLarge)
    --nameless           a source identity is refused (AccessDenied), as by a trust policy without sts:SetSourceIdentity

GET /_fixture/assumed answers the fields of every AssumeRole so far, with the status of its answer; GET /_fixture/secrets
what was given that must be seen nowhere.

The form follows AWS's published API reference. No real account. Only the standard library.
"""

import argparse
import datetime
import json
import re
import sys
import threading
import time
import urllib.parse
from http.server import ThreadingHTTPServer

import record

LOCK = threading.Lock()
ASSUMED = []
SECRETS = []
ENDS = {}
OPTIONS = None


def refused(said):
    """What AWS would answer to such a request, where it would not let it through."""
    if OPTIONS.nameless and "SourceIdentity" in said:
        return 403, record.error_body("AccessDenied", "not authorized to perform: sts:SetSourceIdentity")
    if OPTIONS.packs is not None and len(said.get("Policy", "")) > OPTIONS.packs:
        return 400, record.error_body("PackedPolicyTooLarge", "Packed policy consumes 120% of allotted space")
    return None


class Handler(record.Handler):
    def pass_on(self, entry, fault, body):
        own = {"/_fixture/assumed": ASSUMED, "/_fixture/secrets": SECRETS}
        if self.path in own:
            with LOCK:
                return self.answer(200, json.dumps(own[self.path]).encode(), "application/json")
        is_query = "x-www-form-urlencoded" in (self.headers.get("Content-Type") or "")
        with LOCK:
            ends = ENDS.get(entry["access_key"])
        if is_query and ends is not None and time.time() > ends:
            return self.answer(403, record.error_body("ExpiredToken", "The security token is expired"), "text/xml")
        if not is_query or entry["action"] != "AssumeRole":
            return super().pass_on(entry, fault, body)
        said = dict(urllib.parse.parse_qsl(body.decode("latin-1")))
        answer = refused(said)
        if answer is None:
            reply, content = self.forward(body)
            answer = reply.status, self.given(said, content) if reply.status == 200 else content
        with LOCK:
            ASSUMED.append(said | {"status": answer[0], "by": entry["access_key"]})
        return self.answer(*answer, "text/xml")

    @staticmethod
    def given(said, content):
        now = time.time()
        with LOCK:
            SECRETS.extend(one.decode() for one in re.findall(rb"<(?:SecretAccessKey|SessionToken)>([^<]+)<", content))
        if OPTIONS.lives is not None and "SourceIdentity" in said:
            key = re.search(rb"<AccessKeyId>(\w+)</AccessKeyId>", content)[1].decode()
            with LOCK:
                ENDS[key] = now + OPTIONS.lives
        if OPTIONS.tells is None:
            return content
        end = datetime.datetime.fromtimestamp(now + OPTIONS.tells, datetime.timezone.utc)
        told = end.strftime("<Expiration>%Y-%m-%dT%H:%M:%SZ</Expiration>").encode()
        return re.sub(rb"<Expiration>[^<]*</Expiration>", told, content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = record.Handler.serve


def main():
    global OPTIONS
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--upstream", required=True, help="http://HOST:PORT")
    parser.add_argument("--tells", type=float, metavar="SECONDS")
    parser.add_argument("--lives", type=float, metavar="SECONDS")
    parser.add_argument("--packs", type=int, metavar="CHARACTERS")
    parser.add_argument("--nameless", action="store_true")
    OPTIONS = parser.parse_args()
    upstream = urllib.parse.urlsplit(OPTIONS.upstream)
    Handler.record = record.Record(None)
    Handler.upstream = (upstream.hostname, upstream.port or 80)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(json.dumps({"endpoint": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)

    def wait():
        sys.stdin.read()
        server.shutdown()

    threading.Thread(target=wait, daemon=True).start()
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
