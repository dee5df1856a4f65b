//! Google's discovery documents, as its own client library has them: every request of the pack is one that they describe. The form
//! is proven, no effect.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use contain::pack::{Asked, shipped};
use serde_json::Value;

use crate::pack::contract::{Operation, lacks, plain};

/// The hosts of the pack, and the discovery document of each; where tokens are exchanged (RFC 7523) is none of an API.
const DOCUMENTS: [(&str, &str); 8] = [
    ("agents", "agentidentity.v1"),
    ("apikeys", "apikeys.v2"),
    ("denials", "iam.v2"),
    ("iam", "iam.v1"),
    ("lineage", "cloudresourcemanager.v1"),
    ("logging", "logging.v2"),
    ("resources", "cloudresourcemanager.v3"),
    ("secrets", "secretmanager.v1"),
];
const EXCHANGE: &str = "token";

fn document(name: &str) -> Value {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    let lib = target.join("counterparties/google/lib");
    let folders = std::fs::read_dir(&lib)
        .unwrap_or_else(|_| panic!("run tests/counterparties/install google, or tests/run"));
    let mut files = folders.map(|python| {
        let packages = python.unwrap().path().join("site-packages");
        packages.join(format!(
            "googleapiclient/discovery_cache/documents/{name}.json"
        ))
    });
    let file = files.find(|file| file.exists()).unwrap();
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// The methods of a document, with those of its resources.
fn methods(of: &Value, into: &mut Vec<Value>) {
    let all = |key: &str| of[key].as_object().into_iter().flat_map(|map| map.values());
    into.extend(all("methods").cloned());
    for inner in all("resources") {
        methods(inner, into);
    }
}

/// The names of the members of an object; none where there is no object.
fn names(value: &Value) -> Vec<String> {
    let members = value.as_object().into_iter().flat_map(|map| map.keys());
    members.cloned().collect()
}

/// A value in a path.
static BRACES: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new(r"\{[^}]*\}").unwrap());

/// The path of a method, with `{}` where values stand.
fn path_of(method: &Value) -> String {
    let told = method["flatPath"].as_str().or(method["path"].as_str());
    format!("/{}", BRACES.replace_all(told.unwrap(), "{}"))
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    methods(document, &mut all);
    let operation = |method: &Value| {
        let mut query = names(&document["parameters"]);
        query.extend(names(&method["parameters"]));
        let schema = method["request"]["$ref"].as_str().unwrap_or_default();
        Operation {
            method: method["httpMethod"].as_str().unwrap().to_owned(),
            path: path_of(method),
            query: Some(query),
            body: Some(names(&document["schemas"][schema]["properties"])),
        }
    };
    all.iter().map(operation).collect()
}

/// What of a body its schema does not have; templates may stand for anything.
fn unknown(document: &Value, schema: &Value, said: &Value, at: &str) -> Vec<String> {
    let schema = match schema["$ref"].as_str() {
        Some(name) => &document["schemas"][name],
        None => schema,
    };
    match said {
        Value::Object(fields) if schema["additionalProperties"].is_null() => fields
            .iter()
            .flat_map(|(name, value)| match schema["properties"].get(name) {
                Some(inner) => unknown(document, inner, value, &format!("{at}/{name}")),
                None => vec![format!("{at}/{name}")],
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .flat_map(|item| unknown(document, &schema["items"], item, at))
            .collect(),
        Value::Bool(_) if schema["type"] != "boolean" => vec![format!("{at} is no truth")],
        Value::Number(_) if schema["type"] != "integer" => vec![format!("{at} is no number")],
        Value::String(text) if !text.contains("${") && schema["type"] != "string" => {
            // A field mask is written as text.
            vec![format!("{at} is no text")]
        }
        _ => Vec::new(),
    }
}

fn body_of(document: &Value, asked: &Asked<'_>) -> Vec<String> {
    let Some(json) = asked.json else {
        return Vec::new();
    };
    let mut all = Vec::new();
    methods(document, &mut all);
    let path = plain(asked.path);
    let is_path = |told: &str| {
        let parts = told.split('/').zip(path.split('/'));
        let mut parts = parts.map(|(told, part)| told == part || told == "{}");
        told.split('/').count() == path.split('/').count() && parts.all(|fits| fits)
    };
    // `{}` alone would take `{}:disable` too.
    let verb = |path: &str| path.rsplit_once(':').map(|(_, verb)| verb.to_owned());
    let method = all.iter().find(|method| {
        let told = path_of(method);
        method["httpMethod"] == asked.method && verb(&told) == verb(&path) && is_path(&told)
    });
    let schema = &method.unwrap()["request"];
    unknown(document, schema, json, &asked.place)
}

#[test]
fn every_request_is_one_that_the_discovery_documents_describe() {
    let documents: BTreeMap<&str, Value> = DOCUMENTS
        .into_iter()
        .map(|(host, name)| (host, document(name)))
        .collect();
    let packs = shipped();
    let pack = packs.iter().find(|pack| pack.name() == "gcp").unwrap();
    let mut wrong = Vec::new();
    let mut held = 0;
    for asked in pack.requests() {
        let host = asked.host.unwrap();
        if host == EXCHANGE {
            continue;
        }
        let document = &documents[host];
        let path = plain(asked.path);
        wrong.extend(lacks(&asked, &path, &operations(document)));
        if wrong.is_empty() {
            wrong.extend(body_of(document, &asked));
        }
        held += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held >= 30, "{held}");
}

#[test]
fn hosts_are_those_of_the_discovery_documents() {
    let packs = shipped();
    let pack = packs.iter().find(|pack| pack.name() == "gcp").unwrap();
    let known: Vec<&str> = pack.hosts().filter(|host| *host != EXCHANGE).collect();
    assert_eq!(known, DOCUMENTS.map(|(host, _)| host));
    let (_, text) = contain::pack::SHIPPED
        .into_iter()
        .find(|(name, _)| *name == "gcp")
        .unwrap();
    for (host, name) in DOCUMENTS {
        let root = document(name)["rootUrl"].as_str().unwrap().to_owned();
        let line = format!("  {host}: {}\n", root.trim_end_matches('/'));
        assert!(text.contains(&line), "{line}");
    }
}
