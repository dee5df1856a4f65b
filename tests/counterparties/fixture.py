#!/usr/bin/env python3
"""A fixture made for contain, in front of a real server: what no counterparty has, in AWS's wire format.

    python3 fixture.py --upstream URL

Prints {"endpoint": "http://127.0.0.1:PORT"} once it listens, and serves until standard input closes. Everything is
forwarded as it comes, save two things that the counterparties lack:

- service-specific credentials (Create, List, Update), kept here in memory: they show what contain sends and reads, and
  enforce nothing;
- pages: every List… of IAM is answered one member a page, with IsTruncated and Marker, however many are asked for.

The form follows AWS's published API reference. No real account. Only the standard library.
"""

import argparse
import datetime
import json
import sys
import threading
import urllib.parse
import xml.etree.ElementTree as tree
from http.server import ThreadingHTTPServer

import record

SPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
tree.register_namespace("", SPACE)
LOCK = threading.Lock()
CREDENTIALS = []


def answer(action, inner):
    body = (
        f'<{action}Response xmlns="{SPACE}"><{action}Result>{inner}</{action}Result>'
        f"<ResponseMetadata><RequestId>fixture</RequestId></ResponseMetadata></{action}Response>"
    )
    return 200, body.encode()


def shown(credential, fields):
    return "".join(f"<{name}>{credential[name]}</{name}>" for name in fields)


KEPT = ["UserName", "Status", "ServiceUserName", "CreateDate", "ServiceSpecificCredentialId", "ServiceName"]


def create(said):
    with LOCK:
        number = len(CREDENTIALS) + 1
        made = {
            "UserName": said["UserName"],
            "ServiceName": said["ServiceName"],
            "Status": "Active",
            "ServiceUserName": f"{said['UserName']}-at-fixture-{number}",
            "ServicePassword": "made-by-the-fixture",
            "CreateDate": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ServiceSpecificCredentialId": f"ACCAFIXTURE{number:09}",
        }
        CREDENTIALS.append(made)
    inner = shown(made, [*KEPT, "ServicePassword"])
    return answer(
        "CreateServiceSpecificCredential", f"<ServiceSpecificCredential>{inner}</ServiceSpecificCredential>"
    )


def list_them(said):
    with LOCK:
        members = [shown(one, KEPT) for one in CREDENTIALS if one["UserName"] == said.get("UserName")]
    at = int(said.get("Marker", "0"))
    inner = "".join(f"<member>{one}</member>" for one in members[at : at + 1])
    more = at + 1 < len(members)
    marker = f"<Marker>{at + 1}</Marker>" if more else ""
    return answer(
        "ListServiceSpecificCredentials",
        f"<ServiceSpecificCredentials>{inner}</ServiceSpecificCredentials>"
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{marker}",
    )


def update(said):
    with LOCK:
        for one in CREDENTIALS:
            names = ["UserName", "ServiceSpecificCredentialId"]
            if all(one[name] == said.get(name) for name in names):
                one["Status"] = said["Status"]
                return 200, (
                    f'<UpdateServiceSpecificCredentialResponse xmlns="{SPACE}"><ResponseMetadata>'
                    "<RequestId>fixture</RequestId></ResponseMetadata></UpdateServiceSpecificCredentialResponse>"
                ).encode()
    return 404, record.error_body("NoSuchEntity", "the fixture has no such credential")


OWN = {
    "CreateServiceSpecificCredential": create,
    "ListServiceSpecificCredentials": list_them,
    "UpdateServiceSpecificCredential": update,
}


def paged(content, at):
    """One member of a listing, and where the next one is."""
    root = tree.fromstring(content)
    member = f"{{{SPACE}}}member"
    result = next((part for part in root if part.tag.endswith("Result")), None)
    listing = next((part for part in (result if result is not None else []) if part.find(member) is not None), None)
    if listing is None:
        return content
    members = listing.findall(member)
    for number, one in enumerate(members):
        if number != at:
            listing.remove(one)
    for name in ["IsTruncated", "Marker"]:
        for old in result.findall(f"{{{SPACE}}}{name}"):
            result.remove(old)
    more = at + 1 < len(members)
    tree.SubElement(result, f"{{{SPACE}}}IsTruncated").text = str(more).lower()
    if more:
        tree.SubElement(result, f"{{{SPACE}}}Marker").text = str(at + 1)
    return tree.tostring(root)


class Handler(record.Handler):
    def pass_on(self, entry, fault, body):
        said = dict(urllib.parse.parse_qsl(body.decode("latin-1")))
        action = entry["action"] or ""
        if action in OWN:
            status, content = OWN[action](said)
            return self.answer(status, content, "text/xml")
        if action.startswith("List") and said.get("Version") == "2010-05-08":
            reply, content = self.forward(body)
            if reply.status == 200:
                content = paged(content, int(said.get("Marker", "0")))
            return self.answer(reply.status, content, "text/xml")
        return super().pass_on(entry, fault, body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = record.Handler.serve


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--upstream", required=True, help="http://HOST:PORT")
    options = parser.parse_args()
    upstream = urllib.parse.urlsplit(options.upstream)
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
