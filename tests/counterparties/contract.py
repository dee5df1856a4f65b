#!/usr/bin/env python3
"""A hand-made fixture, labelled as such: services that no counterparty offers.

Holds every request against the vendor's own service models (botocore's): signature, method, path, names and types of
parameters. Keeps the little state that the operations below change. It proves the wire format, and enforces nothing.
GET /_state tells what is there. Serves until its standard input closes.
"""

import http.server
import json
import os
import pathlib
import re
import sys
import threading
import urllib.parse
import urllib.request

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    import botocore.loaders
    import botocore.model
    import botocore.validate
except ImportError:
    root = pathlib.Path(__file__).resolve().parents[2] / "target"
    root = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root))
    python = root / "counterparties/boto/bin/python"
    if not python.exists() or os.environ.get("CONTRACT_VENV"):
        sys.exit("botocore is not there; run tests/counterparties/install boto")
    os.environ["CONTRACT_VENV"] = "1"
    os.execv(python, [python, *sys.argv])

# The name in the signature, and the model.
SERVICES = {
    "bedrock": "bedrock-agent", "bedrock-agentcore": "bedrock-agentcore-control", "rolesanywhere": "rolesanywhere",
}
MODELS = {
    name: botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2"), name)
    for name in SERVICES.values()
}
CREDENTIALS = botocore.credentials.Credentials("test", "test")
ANCHOR, PROFILE = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-9999-000000000000"

STATE = {
    "alias": {
        "agentId": "AGENT12345", "agentAliasId": "ALIAS12345", "agentAliasName": "live", "description": "of the shop",
        "agentAliasArn": "arn:aws:bedrock:us-east-1:000000000000:agent-alias/AGENT12345/ALIAS12345",
        "routingConfiguration": [{"agentVersion": "7"}], "agentAliasStatus": "PREPARED",
        "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
    },
    "identities": {"shop-agent": {
        "name": "shop-agent",
        "workloadIdentityArn": "arn:aws:bedrock-agentcore:us-east-1:000000000000:workload-identity-directory/default/workload-identity/shop-agent",
    }},
    "keys": {"crm": "old"},
    "anchor": {"trustAnchorId": ANCHOR, "name": "ca", "enabled": True},
    "profile": {"profileId": PROFILE, "name": "build", "enabled": True, "durationSeconds": 3600},
}


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code = status, code


def same(wanted, given):
    if wanted != given:
        raise Refused(404, "ResourceNotFoundException", f"there is no {given}")


def get_alias(given):
    same(STATE["alias"]["agentId"], given["agentId"])
    same(STATE["alias"]["agentAliasId"], given["agentAliasId"])
    return {"agentAlias": STATE["alias"]}


def update_alias(given):
    get_alias(given)
    # What is not sent is lost: the service replaces the alias.
    for name in ["description", "routingConfiguration", "aliasInvocationState"]:
        STATE["alias"].pop(name, None)
    STATE["alias"].update({k: v for k, v in given.items() if k not in ("agentId", "agentAliasId")})
    return {"agentAlias": STATE["alias"]}


def identity(given):
    if given["name"] not in STATE["identities"]:
        raise Refused(404, "ResourceNotFoundException", "there is no such identity")
    return STATE["identities"][given["name"]]


def delete_identity(given):
    identity(given)
    del STATE["identities"][given["name"]]
    return None


def provider(given):
    if given["name"] not in STATE["keys"]:
        raise Refused(404, "ResourceNotFoundException", "there is no such provider")
    return {
        "name": given["name"], "credentialProviderArn": "arn:aws:bedrock-agentcore:us-east-1:000000000000:token-vault/default/apikeycredentialprovider/crm",
        "apiKeySecretArn": {"secretArn": "arn:aws:secretsmanager:us-east-1:000000000000:secret:crm-AbCdEf"},
    }


def put_key(given):
    answer = provider(given)
    STATE["keys"][given["name"]] = given["apiKey"]
    return answer


def switch(what, key, enabled=None):
    def one(given):
        same(STATE[what][f"{key}Id"], given[f"{key}Id"])
        if enabled is not None:
            STATE[what]["enabled"] = enabled
        return {key: STATE[what]}
    return one


OPERATIONS = {
    "GetAgentAlias": get_alias, "UpdateAgentAlias": update_alias,
    "GetWorkloadIdentity": identity, "DeleteWorkloadIdentity": delete_identity,
    "GetApiKeyCredentialProvider": provider, "UpdateApiKeyCredentialProvider": put_key,
    "GetTrustAnchor": switch("anchor", "trustAnchor"), "DisableTrustAnchor": switch("anchor", "trustAnchor", False),
    "EnableTrustAnchor": switch("anchor", "trustAnchor", True),
    "GetProfile": switch("profile", "profile"), "DisableProfile": switch("profile", "profile", False),
    "EnableProfile": switch("profile", "profile", True),
}
WHO = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::000000000000:root</Arn><UserId>0</UserId><Account>000000000000</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


def match(model, method, path):
    for name in model.operation_names:
        operation = model.operation_model(name)
        uri = re.escape(operation.http["requestUri"].split("?")[0])
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", uri)
        found = re.fullmatch(pattern, path)
        if found and operation.http["method"] == method:
            return operation, {k: urllib.parse.unquote(v) for k, v in found.groupdict().items()}
    raise Refused(404, "UnknownOperationException", f"the model has no {method} {path}")


def parameters(operation, from_path, body):
    given, shape = {}, operation.input_shape
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        if member.serialization.get("location") == "uri":
            given[name] = from_path[key]
        elif key in body:
            given[name] = body.pop(key)
    report = botocore.validate.ParamValidator().validate(given, shape)
    if report.has_errors() or body:
        raise Refused(400, "ValidationException", f"{report.generate_report()} {sorted(body)}")
    return given


def check_signature(handler, region, service, body):
    names = re.search(r"SignedHeaders=([^,]+)", handler.headers["authorization"])[1].split(";")
    request = botocore.awsrequest.AWSRequest(
        method=handler.command, url=f"http://{handler.headers['host']}{handler.path}", data=body,
        headers={name: handler.headers[name] for name in names if name != "host"},
    )
    request.context["timestamp"] = handler.headers["x-amz-date"]
    auth = botocore.auth.SigV4Auth(CREDENTIALS, service, region)
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    if f"Signature={signature}" not in handler.headers["authorization"]:
        raise Refused(403, "InvalidSignatureException", "the signature does not match")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json", code=None):
        body = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("x-amzn-requestid", "fixture")
        if code:
            self.send_header("x-amzn-errortype", f"{code}:http://internal.amazon.com/coral/")
        self.end_headers()
        self.wfile.write(body)

    def serve(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path == "/_state":
            return self.answer(200, json.dumps(STATE))
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", self.headers.get("authorization", ""))
        try:
            region, service = scope[1], scope[2]
            if service == "sts":
                return self.answer(200, WHO, "text/xml")
            operation, from_path = match(MODELS[SERVICES[service]], self.command, self.path)
            check_signature(self, region, service, body)
            given = parameters(operation, from_path, json.loads(body or b"{}"))
            answer = OPERATIONS[operation.name](given)
            status = operation.http.get("responseCode", 200)
            return self.answer(status, "" if answer is None else json.dumps(answer))
        except Refused as refused:
            return self.answer(refused.status, json.dumps({"message": str(refused)}), code=refused.code)
        except Exception as error:
            return self.answer(500, json.dumps({"message": repr(error)}), code="InternalServerException")

    do_GET = do_PUT = do_POST = do_DELETE = serve


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"endpoint": f"http://127.0.0.1:{server.server_port}"}), flush=True)
sys.stdin.read()
