//! Requests of packs against the vendors' own libraries: method, path, query and fields of bodies. The form is proven, no effect.

use std::collections::BTreeSet;

use contain::pack::{Asked, Pack, shipped};
use serde::Deserialize;
use serde_json::Value;

/// One request that a vendor takes, with `{}` where values stand in its path.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The parameters of its query; none where the description does not tell them.
    pub(crate) query: Option<Vec<String>>,
    /// The fields of its body; none where the description does not tell them.
    pub(crate) body: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Table {
    source: String,
    operations: Vec<Operation>,
}

/// A vendor: its pack, what stands before the paths of its library, the table, and what stands in a document alone.
struct Vendor {
    pack: &'static str,
    base: &'static str,
    table: &'static str,
    /// Method, path, and the document that has it.
    documented: &'static [(&'static str, &'static str, &'static str)],
}

const VENDORS: [Vendor; 7] = [
    Vendor {
        pack: "anthropic",
        base: "",
        table: include_str!("../../fixtures/contract/anthropic.json"),
        documented: &[
            (
                "GET",
                "/v1/organizations/usage_report/messages",
                "https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_messages",
            ),
            (
                "GET",
                "/v1/compliance/activities",
                "https://platform.claude.com/docs/en/api/compliance/activities/list",
            ),
        ],
    },
    Vendor {
        pack: "cloudflare",
        base: "/client/v4",
        table: include_str!("../../fixtures/contract/cloudflare.json"),
        documented: &[],
    },
    Vendor {
        pack: "entra",
        base: "/v1.0",
        table: include_str!("../../fixtures/contract/entra.json"),
        documented: &[
            (
                "GET",
                "/servicePrincipals/{}/microsoft.graph.agentIdentity",
                "https://learn.microsoft.com/graph/api/agentidentity-get",
            ),
            (
                "PATCH",
                "/servicePrincipals/{}/microsoft.graph.agentIdentity",
                "https://learn.microsoft.com/graph/api/agentidentity-update",
            ),
            (
                "GET",
                "/users/microsoft.graph.agentUser",
                "https://learn.microsoft.com/graph/api/agentuser-list",
            ),
            (
                "GET",
                "/users/{}",
                "https://learn.microsoft.com/graph/api/user-get",
            ),
        ],
    },
    Vendor {
        pack: "gitlab",
        base: "/api/v4",
        table: include_str!("../../fixtures/contract/gitlab.json"),
        documented: &[
            (
                "GET",
                "/projects/{}/cluster_agents/{}/tokens",
                "https://docs.gitlab.com/api/cluster_agents/",
            ),
            (
                "DELETE",
                "/projects/{}/cluster_agents/{}/tokens/{}",
                "https://docs.gitlab.com/api/cluster_agents/",
            ),
            (
                "DELETE",
                "/personal_access_tokens/self",
                "https://docs.gitlab.com/api/personal_access_tokens/",
            ),
        ],
    },
    Vendor {
        pack: "hugging-face",
        base: "",
        table: include_str!("../../fixtures/contract/hugging-face.json"),
        // The library revokes nothing, so revoking is proven by nobody.
        documented: &[(
            "POST",
            "/api/credentials/revoke",
            "https://huggingface.co/docs/hub/security-tokens",
        )],
    },
    Vendor {
        pack: "kubernetes",
        base: "",
        table: include_str!("../../fixtures/contract/kubernetes.json"),
        documented: &[],
    },
    Vendor {
        pack: "openai",
        base: "/v1",
        table: include_str!("../../fixtures/contract/openai.json"),
        documented: &[],
    },
];

/// A path with `{}` where values stand.
pub(crate) fn plain(path: &str) -> String {
    let mut plain = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push_str("{}");
        rest = after.split_once('}').unwrap().1;
    }
    plain + rest
}

/// Whether a path is one of those that a description has; a value stands for one part of it.
fn is_path(told: &str, asked: &str) -> bool {
    let (told, asked): (Vec<&str>, Vec<&str>) =
        (told.split('/').collect(), asked.split('/').collect());
    let fits = |(told, asked): (&&str, &&str)| {
        told == asked || (*told == "{}" && !asked.is_empty() && !asked.contains(':'))
    };
    told.len() == asked.len() && told.iter().zip(&asked).all(fits)
}

/// What of a request the description does not have; nothing where it has all of it.
pub(crate) fn lacks(asked: &Asked<'_>, path: &str, operations: &[Operation]) -> Option<String> {
    let what = format!("{}: {} {path}", asked.place, asked.method);
    let fits: Vec<&Operation> = operations
        .iter()
        .filter(|one| one.method == asked.method && is_path(&one.path, path))
        .collect();
    if fits.is_empty() {
        return Some(format!("{what} is no request of the vendor's"));
    }
    let query: BTreeSet<&str> = asked
        .query
        .iter()
        // `actor_ids[]` and `effective_at[gte]` are ways to write what lists and objects hold.
        .map(|name| name.split_once('[').map_or(*name, |(name, _)| name))
        .collect();
    let body: BTreeSet<&str> = match asked.json {
        Some(Value::Object(fields)) => fields.keys().map(String::as_str).collect(),
        _ => BTreeSet::new(),
    };
    let knows = |names: &Option<Vec<String>>, said: &BTreeSet<&str>| {
        names.as_ref().is_none_or(|names| {
            let is_known = |name: &&str| names.iter().any(|known| known == name);
            said.iter().all(is_known)
        })
    };
    let knows_all = |one: &&Operation| knows(&one.query, &query) && knows(&one.body, &body);
    (!fits.iter().any(knows_all)).then(|| {
        format!("{what} says {query:?} and {body:?}, of which the vendor does not know all")
    })
}

fn pack(name: &str) -> std::sync::Arc<Pack> {
    let mut packs = shipped().into_iter();
    packs.find(|pack| pack.name() == name).unwrap()
}

/// The packs that are held against their vendors' own libraries, Google's among them.
pub(crate) fn packs() -> impl Iterator<Item = &'static str> {
    VENDORS.iter().map(|vendor| vendor.pack).chain(["gcp"])
}

/// Whether an action of such a pack is held: no part of it stands in a document alone.
pub(crate) fn holds(pack: &Pack, verb: &str) -> bool {
    let vendor = VENDORS.iter().find(|vendor| vendor.pack == pack.name());
    let documented = vendor.map_or(&[][..], |vendor| vendor.documented);
    let base = vendor.map_or("", |vendor| vendor.base);
    let place = format!("actions/{verb}");
    let requests = pack.requests();
    let mut own = requests.iter().filter(|one| one.place == place);
    own.all(|one| {
        let path = plain(one.path);
        let path = path.strip_prefix(base).unwrap_or(&path);
        !documented
            .iter()
            .any(|(method, known, _)| *method == one.method && *known == path)
    })
}

#[test]
fn every_request_is_one_that_the_vendors_own_library_sends() {
    let mut wrong = Vec::new();
    for vendor in &VENDORS {
        let table: Table = serde_json::from_str(vendor.table).unwrap();
        assert!(table.source.contains("PyPI"), "{}", table.source);
        let pack = pack(vendor.pack);
        let mut left: BTreeSet<(&str, &str)> = vendor
            .documented
            .iter()
            .map(|(method, path, _)| (*method, *path))
            .collect();
        let requests = pack.requests();
        assert!(requests.len() >= 5, "{}", vendor.pack);
        for asked in &requests {
            let path = plain(asked.path);
            let path = path.strip_prefix(vendor.base).unwrap_or_else(|| {
                panic!("{} {} {path}", vendor.pack, asked.place);
            });
            if vendor
                .documented
                .iter()
                .any(|(method, known, _)| *method == asked.method && *known == path)
            {
                left.retain(|known| *known != (asked.method, path));
                continue;
            }
            let lacks = lacks(asked, path, &table.operations);
            wrong.extend(lacks.map(|lacks| format!("{}: {lacks}", vendor.pack)));
        }
        assert!(left.is_empty(), "{}: nobody asks {left:?}", vendor.pack);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_request_that_no_vendor_has_is_found() {
    let mut vendors = VENDORS.iter();
    let vendor = vendors.find(|vendor| vendor.pack == "cloudflare").unwrap();
    let table: Table = serde_json::from_str(vendor.table).unwrap();
    let pack = pack(vendor.pack);
    let requests = pack.requests();
    let disable = requests
        .iter()
        .find(|one| one.place == "actions/disable-account-token" && one.method == "PUT")
        .unwrap();
    let path = "/accounts/{}/tokens/{}";
    assert_eq!(lacks(disable, path, &table.operations), None);
    assert!(lacks(disable, "/accounts/{}/tokens", &table.operations).is_some());
    let json = serde_json::json!({"name": "x", "policies": [], "stauts": "disabled"});
    let mut mistyped = disable.clone();
    mistyped.json = Some(&json);
    assert!(lacks(&mistyped, path, &table.operations).is_some());
    let mut asking = disable.clone();
    asking.query = vec!["dry_run"];
    assert!(lacks(&asking, path, &table.operations).is_some());
}
