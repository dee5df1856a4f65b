"""Cuts the operations that our packs use out of a vendor's OpenAPI description, with all that they refer to.

usage: slice.py DESCRIPTION.{json,yaml} METHOD:PATH… > NAME.openapi.json

What stays is what a request is held against: methods, paths, parameters, bodies, security. Answers keep their status
alone, as a validator makes none up then. Needs PyYAML where the description is YAML.
"""

import json
import sys

DROPPED = {"description", "summary", "example", "examples", "externalDocs", "tags", "x-codeSamples"}


def plain(value):
    """A description without prose; names of parameters and fields that sound like it stay."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, inner in value.items():
        if key == "responses":
            kept[key] = {status: {"description": ""} for status in inner}
        elif key in ("properties", "parameters", "securityDefinitions", "securitySchemes") and isinstance(inner, dict):
            kept[key] = {name: plain(one) for name, one in inner.items()}
        elif key not in DROPPED and not key.startswith("x-"):
            kept[key] = plain(inner)
    return kept


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def main():
    file, *wanted = sys.argv[1:]
    with open(file, encoding="utf-8") as stream:
        if file.endswith(".json"):
            whole = json.load(stream)
        else:
            import yaml

            class Loader(yaml.SafeLoader):
                """Dates stay texts."""

            date = "tag:yaml.org,2002:timestamp"
            Loader.yaml_implicit_resolvers = {
                first: [(tag, form) for tag, form in all if tag != date]
                for first, all in yaml.SafeLoader.yaml_implicit_resolvers.items()
            }
            whole = yaml.load(stream, Loader=Loader)
    wanted = [operation.split(":", 1) for operation in wanted]
    missing = [path for method, path in wanted if method not in whole["paths"].get(path, {})]
    if missing:
        sys.exit(f"slice.py: not in {file}: {' '.join(missing)}")
    top = ("swagger", "openapi", "info", "host", "basePath", "schemes", "servers", "consumes", "produces", "security")
    cut = {key: whole[key] for key in top if key in whole}
    cut["paths"] = {}
    for method, path in wanted:
        operations = whole["paths"][path]
        kept = cut["paths"].setdefault(path, {})
        kept[method] = plain(operations[method])
        if "parameters" in operations:
            kept["parameters"] = plain(operations["parameters"])
    if "securityDefinitions" in whole:
        cut["securityDefinitions"] = plain(whole["securityDefinitions"])
    if "securitySchemes" in whole.get("components", {}):
        cut["components"] = {"securitySchemes": plain(whole["components"]["securitySchemes"])}
    left = list(references(cut))
    seen = set()
    while left:
        reference = left.pop()
        if reference in seen:
            continue
        seen.add(reference)
        source, target = whole, cut
        *folders, name = reference.removeprefix("#/").split("/")
        for folder in folders:
            source, target = source[folder], target.setdefault(folder, {})
        target[name] = plain(source[name])
        left.extend(references(target[name]))
    json.dump(cut, sys.stdout, indent=1, sort_keys=True)
    print()


main()
