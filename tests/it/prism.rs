//! Every request of a pack against the vendor's own description of its API, as Prism holds it: the form is proven, and
//! nothing of what the vendor then does.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use contain::domain::{Duration, Named, Query, ReadKind, Secret};
use contain::pack::{Pack, Recorded, exchanges, shipped, stage};
use contain::provider::Provider as _;
use serde_json::Value;

use crate::harness::Server;
use crate::pack::vendor::{Came, Said, Vendor};
use crate::pack::{call, target};

#[cfg(feature = "github")]
pub(crate) mod github;
mod okta;
mod slack;

/// A description of a vendor's API that comes with this repository, and what of a pack it does not hold.
pub(crate) struct Described {
    /// The pack.
    pub(crate) pack: &'static str,
    /// The file, below `tests/counterparties`.
    file: &'static str,
    /// What the description calls every path's beginning, which Prism does not want.
    base: &'static str,
    /// Requests that it does not contain, by method and path with `*` for an id, each with the reason.
    pub(crate) outside: &'static [(&'static str, &'static str)],
    /// Parameters that it does not name, by request, each with the reason.
    unnamed: &'static [(&'static str, &'static str, &'static str)],
    /// Turns a request into what the description calls it.
    as_described: fn(Came) -> Came,
}

/// Whether an action of GitHub's is among those that its description holds: the loop goes over all that there are.
pub(crate) fn holds(id: &str) -> bool {
    let mut all = contain::provider::github::actions().into_iter();
    all.any(|spec| spec.id.to_string() == id)
}

/// All of them.
pub(crate) const ALL: [&Described; 2] = [&okta::DESCRIBED, &slack::DESCRIBED];

impl Described {
    fn open(&self) -> Value {
        let path = format!(
            "{}/tests/counterparties/{}",
            env!("CARGO_MANIFEST_DIR"),
            self.file
        );
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// Whether a request is one of those that the description does not contain.
    fn is_outside(&self, line: &str) -> Option<&'static str> {
        let found = self.outside.iter().find(|(known, _)| is_line(known, line));
        found.map(|(known, _)| *known)
    }

    /// Whether the description holds all that an action sends.
    pub(crate) fn holds(&self, pack: &Pack, verb: &str) -> bool {
        let told = crate::pack::SHIPPED.get(pack.name());
        let mut told = told.into_iter().flat_map(|(_, told)| told);
        let done = told.find(|told| {
            told.action.as_deref() == Some(verb) && matches!(told.ends, "done" | "acknowledged")
        });
        done.is_some_and(|told| {
            let mut sent = told.replies.iter();
            sent.all(|reply| self.is_outside(&reply.to).is_none())
        })
    }
}

/// Whether a request is one of these: method and path, in which `*` stands for one part.
fn is_line(known: &str, line: &str) -> bool {
    let path = line.split_once('?').map_or(line, |(path, _)| path);
    let (known, parts) = (known.split(['/', ' ']), path.split(['/', ' ']));
    known.clone().count() == parts.clone().count()
        && known
            .zip(parts)
            .all(|(known, part)| known == "*" || known == part)
}

/// Every conversation that a pack records, through the real engine: each request goes to Prism as it was sent, and the
/// engine is answered as recorded. Tells what Prism refused, and which requests were held.
async fn hold(described: &Described) -> (Vec<String>, BTreeSet<String>) {
    let setting = format!(
        "DESCRIPTION={}/tests/counterparties/{}",
        env!("CARGO_MANIFEST_DIR"),
        described.file
    );
    let prism = Server::start("prism", &[&setting]);
    let pack = shipped()
        .into_iter()
        .find(|pack| pack.name() == described.pack);
    let pack = pack.unwrap();
    let came = Arc::new(Mutex::new(Vec::new()));
    for told in exchanges(&pack) {
        converse(&pack, &told, &came).await;
    }
    let came = std::mem::take(&mut *came.lock().unwrap());
    assert!(came.len() > 20, "only {} requests came", came.len());
    let (mut refused, mut held, mut outside) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for came in came {
        if let Some(known) = described.is_outside(&came.line) {
            outside.insert(known);
            continue;
        }
        let told = (described.as_described)(came.clone());
        held.insert(came.line.clone());
        refused.extend(asked(prism.endpoint(), described.base, &told));
        refused.extend(unnamed(described, &told));
    }
    for (line, why) in described.outside {
        assert!(!why.is_empty());
        assert!(
            outside.contains(line),
            "`{line}` is listed as outside of the description, and nothing sends it"
        );
        assert!(
            operation(described, line).is_none(),
            "`{line}` is in the description"
        );
    }
    (refused, held)
}

/// Runs a conversation, and keeps every request of it.
async fn converse(pack: &Arc<Pack>, told: &Recorded, came: &Arc<Mutex<Vec<Came>>>) {
    let left = Mutex::new(told.replies.clone().into_iter());
    let keeps = Arc::clone(came);
    let vendor = Vendor::start(move |came| -> Said {
        keeps.lock().unwrap().push(came.clone());
        let Some(reply) = left.lock().unwrap().next() else {
            return (500, String::new(), String::new());
        };
        let base = format!("http://{}", came.header("host").unwrap_or_default());
        let headers = reply.headers.iter();
        let headers = headers.map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers: String = headers.collect();
        (
            reply.status,
            headers.replace("${base}", &base),
            reply.body.replace("${base}", &base),
        )
    });
    let packed = stage(
        pack,
        &vendor.base,
        Duration::from_secs(20),
        "canary-of-ours",
    )
    .await;
    let reader = packed.reader(None);
    if told.asks == "whoami" {
        drop(reader.whoami().await);
        return;
    }
    let target = target(pack, told, &vendor.base);
    let itself = Secret::new("canary-itself".to_owned());
    packed.hold(&target, &itself);
    match told.asks {
        "do" => {
            let id = format!("{}.{}", pack.name(), told.action.as_ref().unwrap());
            let mut specs = pack.actions().iter();
            let spec = specs.find(|spec| spec.id.to_string() == id).unwrap();
            let call = call(spec, told, target);
            let actor = packed.actor(None, &spec.permissions);
            drop(actor.perform(&[call]).await);
        }
        "look" => drop(reader.observe(&[target]).await),
        "probe" => drop(reader.probe(&target, &itself).await),
        "resolve" => {
            let named = Named {
                kind: target.kind().clone(),
                id: target.id().to_owned(),
                account: None,
            };
            drop(reader.resolve(&[named]).await);
        }
        "identify" => drop(reader.whose(target.kind(), &itself).await),
        asks => {
            let query = Query {
                read: match asks {
                    "reach" => ReadKind::Reach,
                    _ => ReadKind::Activity,
                },
                target,
                relations: Vec::new(),
                since: "2026-01-01T00:00:00Z".parse().unwrap(),
                pages: 10,
                budget_ms: 60_000,
            };
            drop(reader.read(&query).await);
        }
    }
}

/// What Prism says against a request, where it does.
pub(crate) fn asked(prism: &str, base: &str, came: &Came) -> Option<String> {
    let (method, path) = came.line.split_once(' ').unwrap();
    let path = path.strip_prefix(base).unwrap_or(path);
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    for line in came.head.lines().skip(1) {
        head.extend([line, "\r\n"]);
    }
    let mut stream = TcpStream::connect(prism.trim_start_matches("http://")).unwrap();
    stream
        .write_all(format!("{head}\r\n{}", came.body).as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap_or_default();
    let is_fine = status.starts_with('2') && !answer.contains("sl-violations");
    (!is_fine).then(|| format!("{} {}: {answer}", came.line, came.body))
}

/// The operation of a request, and the parameters of its path, in the description.
fn operation(described: &Described, line: &str) -> Option<(Value, Vec<Value>)> {
    let whole = described.open();
    let (method, path) = line.split_once(' ').unwrap();
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let path = path.strip_prefix(described.base).unwrap_or(path);
    let paths = whole["paths"].as_object().unwrap();
    let found = paths.iter().find(|(known, _)| {
        let known = known
            .split('/')
            .map(|part| if part.starts_with('{') { "*" } else { part });
        let known: Vec<&str> = known.collect();
        is_line(&known.join("/"), path)
    });
    let (_, operations) = found?;
    let operation = operations.get(method.to_lowercase())?.clone();
    let shared = operations
        .get("parameters")
        .and_then(Value::as_array)
        .cloned();
    let named = operation
        .get("parameters")
        .and_then(Value::as_array)
        .cloned();
    let all = shared.into_iter().chain(named).flatten();
    let all = all.map(|one| match one["$ref"].as_str() {
        Some(at) => whole.pointer(at.trim_start_matches('#')).unwrap().clone(),
        None => one,
    });
    let all: Vec<Value> = all.collect();
    Some((operation, all))
}

/// Prism takes parameters that the description does not name; here they are told, unless they are listed.
fn unnamed(described: &Described, came: &Came) -> Vec<String> {
    let Some((_, parameters)) = operation(described, &came.line) else {
        return vec![format!("`{}` is not in the description", came.line)];
    };
    let mut sent: BTreeMap<String, &str> = BTreeMap::new();
    let query = came.line.split_once('?').map_or("", |(_, query)| query);
    let is_form = came
        .header("content-type")
        .is_some_and(|sort| sort.contains("x-www-form-urlencoded"));
    let form = if is_form { came.body.as_str() } else { "" };
    for (text, place) in [(query, "query"), (form, "formData")] {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let names = pairs.map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
        sent.extend(names.map(|name| (name.to_owned(), place)));
    }
    let is_named = |name: &str, place: &str| {
        let mut all = parameters.iter();
        all.any(|one| one["name"] == name && one["in"] == place)
    };
    let is_listed = |name: &str| {
        let mut listed = described.unnamed.iter();
        listed.any(|(line, known, why)| {
            is_line(line, &came.line) && *known == name && !why.is_empty()
        })
    };
    let sent = sent.into_iter();
    let unknown = sent.filter(|(name, place)| !is_named(name, place) && !is_listed(name));
    unknown
        .map(|(name, _)| format!("`{}` has no parameter `{name}`", came.line))
        .collect()
}

#[test]
fn every_action_of_a_described_pack_is_held_or_listed_with_the_reason() {
    for described in ALL {
        let pack = shipped()
            .into_iter()
            .find(|pack| pack.name() == described.pack);
        let pack = pack.unwrap();
        let actions = pack.actions().iter();
        let held = actions.filter(|spec| {
            let id = spec.id.to_string();
            described.holds(&pack, id.split_once('.').unwrap().1)
        });
        assert!(held.count() > 0, "{}", described.pack);
    }
}
