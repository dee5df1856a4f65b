#!/usr/bin/env python3
"""Derives from a vendor's own client library which requests its API takes: method, path, query and body fields.

Reads the wheel as text and runs nothing of it. What comes out stands in tests/fixtures/contract, one table a vendor, cut down to
what is asked for; it is facts about an API and no code of the library. Made anew for another version of the library.

usage: tests/counterparties/derive.py anthropic|cloudflare|entra|gitlab|hugging-face|kubernetes|openai WHEEL > tests/fixtures/contract/NAME.json
"""

import json
import re
import sys
import zipfile

# The licence of each library, which of its files tell about what the packs ask for, and which paths of those stay.
SOURCES = {
    "anthropic": ("Apache-2.0", r"anthropic/resources/(organization/(api_keys|organization|users|federation/issuers|federation/rules/\w+|"
                  r"service_accounts/\w+|workspaces/\w+)|beta/(organization/users|agents/agents|deployments|sessions/sessions|vaults/\w+))\.py",
                  r".*"),
    "cloudflare": ("Apache-2.0", r"cloudflare/resources/(accounts/(accounts|tokens/tokens|logs/audit)|user/tokens/tokens|"
                   r"zero_trust/access/service_tokens)\.py", r".*"),
    "entra": ("MIT", r"msgraph/generated/(service_principals|applications|applications_with_app_id|service_principals_with_app_id|"
              r"oauth2_permission_grants|organization|audit_logs/directory_audits)/.*_request_builder\.py",
              r"/(auditLogs/)?[^/]+(/\{\})?(/(addPassword|removePassword|federatedIdentityCredentials|appRoleAssignments|"
              r"oauth2PermissionGrants)(/\{\})?)?"),
    "gitlab": ("LGPL-3.0", r"gitlab/v4/objects/(personal_access_tokens|project_access_tokens|group_access_tokens|deploy_tokens|"
               r"deploy_keys|triggers|cluster_agents|runners|pipelines|users|applications|service_accounts|projects|groups|events)\.py",
               r"/[^/]+(/\{\})?(/(access_tokens|deploy_tokens|deploy_keys|triggers|cluster_agents|runners|pipelines|events|block|unblock|"
               r"(service_accounts/\{\}/)?personal_access_tokens|impersonation_tokens|service_accounts)(/\{\})?(/(rotate|cancel))?)?"),
    "hugging-face": ("Apache-2.0", r"huggingface_hub/hf_api\.py", r"/api/(whoami.*|settings/.*|organizations/.*|credentials/.*)"),
    "kubernetes": ("Apache-2.0", r"kubernetes/client/api/(core_v1|authentication_v1|rbac_authorization_v1)_api\.py",
                   r".*/(namespaces/\{\}|(secrets|serviceaccounts|pods|rolebindings|clusterrolebindings)(/\{\})?|\w+reviews)"),
    "openai": ("Apache-2.0", r"openai/resources/(models|admin/organization/(admin_api_keys|audit_logs|projects/(projects|api_keys|"
               r"service_accounts/service_accounts)|workload_identity_providers/(federation_rules|workload_identity_providers)))\.py", r".*"),
}


def operation(method, path, query=None, body=None):
    """One request; null where the library does not tell which fields there are."""
    path = re.sub(r"\{[^}]*\}", "{}", path)
    return {"method": method, "path": path, "query": query, "body": body}


def fields(text, key):
    """The names in the dictionary that a generated method hands over under a key."""
    found = re.search(key + r"=(?:await async_)?maybe_transform\(\s*\{(.*?)\n\s*\}", text, re.S)
    found = found or re.search(key + r"=(?:await async_)?maybe_transform\(\{(.*?)\}", text, re.S)
    found = found or re.search(r"\b(?<!_)" + key + r"=\{(.*?)\}", text, re.S)
    return sorted(re.findall(r'"([^"]+)": ', found.group(1))) if found else []


def stainless(files):
    """Libraries that are generated with one method for each request, as `self._get(path_template("…"`."""
    for text in files.values():
        for method in re.split(r"\n    (?:async )?def ", text.split("\nclass Async")[0]):
            sent = re.search(r"self\._(get|post|put|patch|delete|get_api_list)\(\s*(?:path_template\(\s*)?f?\"([^\"]+)\"", method)
            if sent:
                verb = {"get_api_list": "GET"}.get(sent.group(1), sent.group(1).upper())
                yield operation(verb, sent.group(2), fields(method, "query"), fields(method, "body"))


def kubernetes(files, wheel):
    """One method for each request, and another that writes it down."""
    for text in files.values():
        bodies = dict(re.findall(r"    def (\w+)\(\n(?:        [^\n]*\n)*?        body: (?:Optional\[)?(\w+)", text))
        for method in re.split(r"\n    def _", text)[1:]:
            name = re.match(r"(\w+)_serialize\(", method)
            path = re.search(r"resource_path='([^']+)'", method)
            if not name or not path:
                continue
            model = bodies.get(name.group(1))
            body = properties(wheel, model) if model else ([] if "body is not None" not in method else None)
            query = sorted(re.findall(r"_query_params\.append\(\('([^']+)'", method))
            yield operation(re.search(r"method='(\w+)'", method).group(1), path.group(1), query, body)


def properties(wheel, model):
    """The fields of a model."""
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", model).lower()
    path = f"kubernetes/client/models/{snake}.py"
    if path not in wheel.namelist():
        return None
    text = wheel.read(path).decode()
    known = re.search(r"__properties: ClassVar\[List\[str\]\] = (\[.*?\])", text, re.S)
    return sorted(json.loads(known.group(1).replace("'", '"'))) if known else None


def entra(files, wheel):
    """Request builders, each with the template of its address and one method for each verb."""
    for text in files.values():
        template = re.search(r'"\{\+baseurl\}([^"]*)"', text)
        if not template:
            continue
        address, _, query = template.group(1).partition("{?")
        query = sorted(name.replace("%24", "$").rstrip("*") for name in query.rstrip("}").split(",") if name)
        for verb in re.findall(r"RequestInformation\(Method\.(\w+)", text):
            body = re.search(rf"async def {verb.lower()}\(self,body: (\w+)", text)
            yield operation(verb, address, query if verb == "GET" else [], model(wheel, body.group(1), files) if body else [])


def model(wheel, name, files):
    """The fields of a body: of a model, or of what one request alone takes."""
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    for path in wheel.namelist():
        if path.endswith(f"/{snake}.py"):
            return sorted(set(re.findall(r'^\s+"([^"]+)": lambda n', wheel.read(path).decode(), re.M)))
    return None


def gitlab(files):
    """Managers with a path, and by what they are made of what can be sent to it; fields are not told."""
    verbs = {"Create": ["POST"], "List": ["GET"], "Get": ["GET/"], "Delete": ["DELETE/"], "Update": ["PUT/"],
             "Retrieve": ["GET", "GET/"], "CRUD": ["GET", "GET/", "POST", "PUT/", "DELETE/"],
             "NoUpdate": ["GET", "GET/", "POST", "DELETE/"], "GetWithoutId": ["GET"], "Rotate": ["ROTATE"]}
    for text in files.values():
        for block in re.split(r"\nclass ", text)[1:]:
            path = re.search(r'    _path = "([^"]+)"', block)
            if path:
                made_of = re.findall(r"(\w+)Mixin\b", block.split("_path =")[0])
                for mixin in made_of + ["List"] * ("(EventManager)" in block):
                    for verb in verbs.get(mixin, []):
                        if verb == "ROTATE":
                            yield operation("POST", path.group(1) + "/{}/rotate")
                        else:
                            yield operation(verb.rstrip("/"), path.group(1) + ("/{}" if verb.endswith("/") else ""))
        for sent in re.finditer(r'path = f?"(/?[^"]+)"(?:(?!path = ).)*?http_(post|put|delete|get)\(', text, re.S):
            if sent.group(1).startswith("/"):
                yield operation(sent.group(2).upper(), sent.group(1))
        if "{self.manager.path}/{self.encoded_id}/cancel" in text:
            yield operation("POST", "/projects/{}/pipelines/{}/cancel")


def hugging_face(files):
    """Calls with their address as a formatted text; fields are not told."""
    for text in files.values():
        sent = r'(?:get_session\(\)\.(get|post|put|patch|delete)|(paginate))\(\s*(?:path=)?f"\{self\.endpoint\}(/api/[^"]+)"'
        for verb, _, path in re.findall(sent, text):
            yield operation((verb or "get").upper(), path)


def main():
    name, path = sys.argv[1:3]
    licence, wanted, kept = SOURCES[name]
    wheel = zipfile.ZipFile(path)
    files = {file: wheel.read(file).decode() for file in wheel.namelist() if re.fullmatch(wanted, file)}
    found = {"kubernetes": lambda: kubernetes(files, wheel), "entra": lambda: entra(files, wheel),
             "gitlab": lambda: gitlab(files), "hugging-face": lambda: hugging_face(files)}.get(name, lambda: stainless(files))()
    unique = {(one["method"], one["path"]): one for one in found if re.fullmatch(kept, one["path"])}
    library = path.rsplit("/", 1)[-1].split("-py")[0].replace("-", " ", 1)
    print("{")
    print(f' "source": {json.dumps(f"{library} from PyPI, licence {licence}")},')
    print(f' "how": {json.dumps(f"tests/counterparties/derive.py {name}")},')
    print(' "operations": [')
    print(",\n".join("  " + json.dumps(unique[key]) for key in sorted(unique)))
    print(" ]\n}")


if __name__ == "__main__":
    main()
