#!/usr/bin/env python3
"""An independent client (boto3): builds the world that a test starts from, tries credentials, tells what is there.

    boto/bin/python world.py --endpoint URL COMMAND ...
    boto/bin/python world.py listen

Secrets come by standard input and go by standard output, never by argument. Answers are one JSON document. Ends with
0 when an answer was had, a refusal included; with 1 and a line on standard error when none was had.

Told to listen, it takes one such call a line, {"arguments": [...], "input": ..., "admin"?: credentials}, and answers each
with a line, {"said": ...} or {"failed": "why"}, until standard input closes: to start takes longer than most answers.

The administrator is root, `test`/`test`, unless ADMIN (JSON credentials) is in the environment.
Credentials are {"access_key_id", "secret_access_key", "session_token"?}.
"""

import argparse
import concurrent.futures
import contextlib
import datetime
import io
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import botocore.exceptions
import botocore.parsers
import botocore.session
from botocore.config import Config

USER = "ci-deploy"
PACE = Config(
    connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 1}, max_pool_connections=16,
    s3={"addressing_style": "path"}, parameter_validation=True,
)
SESSION = botocore.session.Session()
# Nothing of the caller's settings: no profile, no shared files, no metadata service.
SESSION.set_config_variable("config_file", os.devnull)
SESSION.set_config_variable("credentials_file", os.devnull)


def root():
    given = os.environ.get("ADMIN")
    return json.loads(given) if given else {"access_key_id": "test", "secret_access_key": "test"}


def client(endpoint, service, credentials=None):
    who = credentials or root()
    return SESSION.create_client(
        service, region_name="us-east-1", endpoint_url=endpoint, config=PACE,
        aws_access_key_id=who["access_key_id"], aws_secret_access_key=who["secret_access_key"],
        aws_session_token=who.get("session_token"),
    )


def stamp(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(value):
    if isinstance(value, datetime.datetime):
        return stamp(value)
    if hasattr(value, "read"):
        return value.read().decode()
    raise TypeError(type(value).__name__)


def say(value):
    json.dump(value, sys.stdout, default=plain, sort_keys=True, indent=1)
    print()


def heard():
    return json.load(sys.stdin)


def session(credentials, **more):
    return {
        "access_key_id": credentials["AccessKeyId"],
        "secret_access_key": credentials["SecretAccessKey"],
        "session_token": credentials["SessionToken"],
        "expires": stamp(credentials["Expiration"]),
        **more,
    }


def mint(iam, user):
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return {
        "user": user, "access_key_id": made["AccessKeyId"], "secret_access_key": made["SecretAccessKey"],
        "created": stamp(made["CreateDate"]),
    }


def policy(*actions):
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    )


def next_second(after):
    """Waits for the clock to pass a whole second: servers keep creation times in seconds."""
    while time.time() < after:
        time.sleep(0.02)


def build(endpoint):
    """The world of one leaked key; see README.md."""
    iam, sts = client(endpoint, "iam"), client(endpoint, "sts")
    account = sts.get_caller_identity()["Account"]
    for user, actions in {
        USER: ["iam:Get*", "iam:List*", "iam:CreateAccessKey", "sts:*", "s3:ListAllMyBuckets"],
        "release-bot": ["sts:AssumeRole", "s3:ListAllMyBuckets"],
        "responder": ["*"],
    }.items():
        iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName="work", PolicyDocument=policy(*actions))
    trust = json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole",
        }],
    })
    arns = {}
    for role in ["role-a", "role-b"]:
        arns[role] = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=role, PolicyName="work", PolicyDocument=policy("iam:List*", "s3:ListAllMyBuckets"))
    bot, responder = mint(iam, "release-bot"), mint(iam, "responder")
    leaked, sibling = mint(iam, USER), mint(iam, USER)
    # Both keys are older than `since`, every session is younger.
    since = int(time.time()) + 1
    next_second(since + 1)
    as_leaked = client(endpoint, "sts", leaked)
    token = as_leaked.get_session_token(DurationSeconds=3600)["Credentials"]
    role_a = as_leaked.assume_role(RoleArn=arns["role-a"], RoleSessionName="leaked")["Credentials"]
    healthy = client(endpoint, "sts", bot).assume_role(RoleArn=arns["role-b"], RoleSessionName="healthy")["Credentials"]
    return {
        "account": account,
        "user": USER,
        "since": stamp(datetime.datetime.fromtimestamp(since, datetime.timezone.utc)),
        "responder": responder,
        "leaked": leaked,
        "sibling": sibling,
        "session": session(token),
        "role_a": session(role_a, role="role-a", arn=arns["role-a"]),
        "role_b": session(healthy, role="role-b", arn=arns["role-b"]),
        "bot": bot,
    }


CALLS = {
    "sts:GetCallerIdentity": ("sts", "get_caller_identity", {}),
    "iam:GetUser": ("iam", "get_user", {}),
    "iam:ListUsers": ("iam", "list_users", {"MaxItems": 1}),
    "iam:ListAccountAliases": ("iam", "list_account_aliases", {}),
    "s3:ListAllMyBuckets": ("s3", "list_buckets", {}),
}


def code(error):
    return error.response.get("Error", {}).get("Code")  # none where the answer was not the API's


def attempt(endpoint, credentials, call):
    service, operation, parameters = CALLS[call]
    try:
        getattr(client(endpoint, service, credentials), operation)(**parameters)
        return {"accepted": True, "call": call, "code": None, "status": 200}
    except botocore.exceptions.ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status >= 500:
            raise
        if code(error) is None:
            raise
        return {"accepted": False, "call": call, "code": code(error), "status": status}


def attempts(endpoint, named, call):
    return {name: attempt(endpoint, who, who.get("call") or call) for name, who in named.items()}


def pages(iam, operation, key, **parameters):
    for page in iam.get_paginator(operation).paginate(**parameters):
        yield from page[key]


def principal(iam, kind, name):
    by = {f"{kind.title()}Name": name}
    return {
        "policies": {
            one: getattr(iam, f"get_{kind}_policy")(PolicyName=one, **by)["PolicyDocument"]
            for one in pages(iam, f"list_{kind}_policies", "PolicyNames", **by)
        },
        "attached": sorted(
            one["PolicyArn"] for one in pages(iam, f"list_attached_{kind}_policies", "AttachedPolicies", **by)
        ),
    }


def snapshot(endpoint):
    iam = client(endpoint, "iam")
    users, roles = {}, {}
    for user in pages(iam, "list_users", "Users"):
        name = user["UserName"]
        keys = pages(iam, "list_access_keys", "AccessKeyMetadata", UserName=name)
        boundary = iam.get_user(UserName=name)["User"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        users[name] = principal(iam, "user", name) | {
            "boundary": boundary,
            "keys": {key["AccessKeyId"]: key["Status"] for key in keys},
        }
    for role in pages(iam, "list_roles", "Roles"):
        name = role["RoleName"]
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        roles[name] = principal(iam, "role", name) | {
            "boundary": boundary,
            "trust": iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"],
        }
    return {"users": users, "roles": roles}


def seed(endpoint, users, keys):
    """Users with keys, for the benchmark: [{"user", "keys": [id, ...]}, ...]."""
    iam = client(endpoint, "iam")

    def one(number):
        name = f"bench-{number:03}"
        iam.create_user(UserName=name)
        return {"user": name, "keys": [mint(iam, name)["access_key_id"] for _ in range(keys)]}

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(users)))


def post(url, body=b"", kind="text/plain"):
    request = urllib.request.Request(url, data=body, method="POST", headers={"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return reply.status


def reset(endpoint):
    """Back to the empty world, whichever server this is."""
    for path in ["/_ministack/reset", "/moto-api/reset"]:
        try:
            if post(urllib.parse.urljoin(endpoint, path)) == 200:
                return {"reset": path}
        except urllib.error.HTTPError:
            continue
    sys.exit("this server knows no reset")


def listen():
    lines = sys.stdin
    for line in lines:
        asked = json.loads(line)
        os.environ.pop("ADMIN", None)
        if asked.get("admin"):
            os.environ["ADMIN"] = json.dumps(asked["admin"])
        sys.stdin, out, err = io.StringIO(json.dumps(asked["input"])), io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                run(asked["arguments"])
            answer = {"said": json.loads(out.getvalue())}
        except SystemExit as ended:
            answer = {"failed": err.getvalue() or str(ended)}
        except Exception as error:
            answer = {"failed": repr(error)}
        print(json.dumps(answer), flush=True)


def run(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--endpoint", required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="make the world of one leaked key, tell its credentials")
    trial = commands.add_parser("try", help="stdin: {NAME: credentials}; tell which are accepted")
    trial.add_argument("--call", choices=sorted(CALLS), default="s3:ListAllMyBuckets")
    new = commands.add_parser("mint-key", help="stdin: credentials; with them, make an access key")
    new.add_argument("--user", default=USER)
    role = commands.add_parser("assume", help="stdin: credentials; with them, assume a role")
    role.add_argument("arn")
    any_call = commands.add_parser("call", help="stdin: {credentials?, parameters?}; any operation of the SDK")
    any_call.add_argument("service")
    any_call.add_argument("operation", help="as in boto3, e.g. put_user_policy")
    may = commands.add_parser("may", help="the same; tells whether it was accepted, a refusal included")
    may.add_argument("service")
    may.add_argument("operation")
    commands.add_parser("snapshot", help="keys, policies, boundaries and trust of all users and roles")
    many = commands.add_parser("seed", help="users with keys, for the benchmark")
    many.add_argument("--users", type=int, default=50)
    many.add_argument("--keys", type=int, default=2)
    commands.add_parser("reset", help="empty the server")
    switch = commands.add_parser("enforce", help="moto only: check credentials and policies from now on, or not")
    switch.add_argument("state", choices=["on", "off"])
    options = parser.parse_args(arguments)
    endpoint = options.endpoint.rstrip("/")

    try:
        match options.command:
            case "build":
                say(build(endpoint))
            case "try":
                say(attempts(endpoint, heard(), options.call))
            case "mint-key":
                say(mint(client(endpoint, "iam", heard()), options.user))
            case "assume":
                made = client(endpoint, "sts", heard()).assume_role(RoleArn=options.arn, RoleSessionName="again")
                say(session(made["Credentials"], arn=options.arn))
            case "call":
                given = heard()
                one = client(endpoint, options.service, given.get("credentials"))
                answer = getattr(one, options.operation)(**given.get("parameters", {}))
                answer.pop("ResponseMetadata", None)
                say(answer)
            case "may":
                given = heard()
                one = client(endpoint, options.service, given.get("credentials"))
                try:
                    getattr(one, options.operation)(**given.get("parameters", {}))
                    say({"accepted": True, "code": None})
                except botocore.exceptions.ClientError as error:
                    if code(error) is None or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                        raise
                    say({"accepted": False, "code": code(error)})
            case "snapshot":
                say(snapshot(endpoint))
            case "seed":
                say(seed(endpoint, options.users, options.keys))
            case "reset":
                say(reset(endpoint))
            case "enforce":
                post(f"{endpoint}/moto-api/reset-auth", b"0" if options.state == "on" else b"inf")
                say({"enforce": options.state})
    except botocore.exceptions.ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if options.command in ["mint-key", "assume", "call"] and status < 500 and code(error):
            say({"refused": True, "code": code(error), "status": status})
            return
        sys.exit(f"{options.command}: {error}")
    except (botocore.exceptions.BotoCoreError, botocore.parsers.ResponseParserError, OSError) as error:
        sys.exit(f"{options.command}: {error}")


if __name__ == "__main__":
    if sys.argv[1:] == ["listen"]:
        listen()
    else:
        run(sys.argv[1:])
