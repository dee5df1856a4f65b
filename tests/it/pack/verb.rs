//! `contain provider schema`, `lint` and `test`, and a pack of a workspace over a real server, through the binary.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use super::lint::WHOLE;
use crate::harness::Desk;

fn desk() -> Desk {
    Desk::at("http://127.0.0.1:9", ("AKIARZPUZDIKNAJLN7ON", "none"))
}

#[test]
fn the_verbs_of_whoever_writes_a_pack_answer() {
    let desk = desk();
    let schema = desk.run(&["provider", "schema", "--json"]);
    assert_eq!(schema.exit, 0, "{schema:?}");
    assert_eq!(schema.json["data"]["properties"]["pack"]["const"], 1);
    let tested = desk.run(&["provider", "test", "slack"]);
    assert_eq!(tested.exit, 0, "{tested:?}");
    let told = "ok     slack: a token is revoked with itself (throttled: 429)";
    assert!(tested.out.contains(told), "{tested:?}");
    let unknown = desk.run(&["provider", "test", "oktta"]);
    assert_eq!(unknown.exit, 2);
    assert!(unknown.err.contains("did you mean `okta`?"), "{unknown:?}");
    let listed = desk.run(&["provider", "list"]);
    let (okta, _) = &super::SHIPPED["okta"];
    let told = format!(
        "okta  {} kinds, {} actions; not configured",
        okta.kinds().len(),
        okta.actions().len()
    );
    assert!(listed.out.contains(&told), "{listed:?}");
    let shown = desk.run(&["provider", "show", "slack"]);
    assert!(shown.out.contains("slack.revoke-token"), "{shown:?}");
}

#[test]
fn a_pack_that_does_not_fit_is_refused_with_its_place() {
    let desk = desk().file(
        "acme.yaml",
        &WHOLE.replace("on: key\n    cut", "on: kye\n    cut"),
    );
    let told = desk.run(&["provider", "lint", "acme.yaml", "--json"]);
    assert_eq!(told.exit, 2, "{told:?}");
    let problems = told.json["data"]["problems"].as_array().unwrap();
    let found = problems
        .iter()
        .find(|problem| problem["code"] == "unknown-kind")
        .unwrap();
    assert_eq!((&found["line"], &found["column"]), (&23.into(), &9.into()));
    assert_eq!(found["nearest"], "key");
    let whole = desk.file("acme.yaml", WHOLE);
    assert_eq!(whole.run(&["provider", "lint", "acme.yaml"]).exit, 0);
    // A conversation that ends otherwise than recorded fails, and so does what no conversation shows.
    let test = "tests:\n  - {name: off, do: disable-key, target: key/k1, ends: done, replies: [{to: POST /keys/k1/on, status: 204}]}\n";
    let whole = whole.file("acme.yaml", &format!("{WHOLE}{test}"));
    let told = whole.run(&["provider", "test", "acme.yaml"]);
    assert_eq!(told.exit, 2, "{told:?}");
    assert!(
        told.out
            .contains("`POST /keys/k1/off` came where `POST /keys/k1/on` is recorded"),
        "{told:?}"
    );
    assert!(
        told.out.contains("no test shows `enable-key` done"),
        "{told:?}"
    );
}

#[test]
fn what_a_workspace_says_to_a_pack_is_held_against_what_it_wants() {
    for (said, part) in [
        (
            "okta: {url: \"https://a.example\", token: canary}",
            "env:NAME or file:PATH",
        ),
        (
            "okta: {url: \"https://a.example\", token: stdin}",
            "env:NAME or file:PATH",
        ),
        (
            "okta: {url: \"https://a.example\", tokn: canary}",
            "did you mean `token`?",
        ),
        ("okta: {token: env:T}", "not told its `url`"),
        (
            "okta: {url: \"http://a.example\", token: env:T}",
            "plain http is for loopback alone",
        ),
        (
            "okta: {url: \"https://10.0.0.1\", token: env:T}",
            "private: true",
        ),
        (
            "okta: {url: \"https://169.254.169.254\", token: env:T, private: true}",
            "metadata",
        ),
        ("oktta: {token: canary}", "did you mean `okta`?"),
        (
            "slack: {token: env:T, hosts: {api: \"http://10.0.0.1\"}}",
            "private",
        ),
    ] {
        let desk = desk().file(
            "contain.yaml",
            &format!("contain: 1\nproviders:\n  {said}\n"),
        );
        let told = desk.run(&["provider", "list"]);
        assert_eq!(told.exit, 2, "{said}: {told:?}");
        assert!(told.err.contains(part), "{said}: {told:?}");
        assert!(told.err.contains("contain.yaml:3:"), "{said}: {told:?}");
        assert!(!format!("{told:?}").contains("canary"), "{said}: {told:?}");
    }
}

#[test]
fn a_pack_of_the_workspace_stands_for_a_shipped_one_only_where_that_is_said() {
    let own = desk().file("contain.yaml", "contain: 1\n");
    std::fs::create_dir(own.path().join("here/providers")).unwrap();
    let own = own.file(
        "providers/okta.yaml",
        &WHOLE.replace("provider: acme", "provider: okta"),
    );
    let told = own.run(&["provider", "list"]);
    assert_eq!(told.exit, 2, "{told:?}");
    assert!(told.err.contains("own: true"), "{told:?}");
    let workspace =
        "contain: 1\nproviders:\n  okta: {own: true, url: \"https://a.example\", token: env:T}\n";
    let told = own
        .file("contain.yaml", workspace)
        .run(&["provider", "list"]);
    assert!(
        told.out.contains("okta  1 kinds, 2 actions; configured"),
        "{told:?}"
    );
    // What was proven of the pack that ships says nothing of this one.
    assert!(told.out.contains("    proven by: not yet 2\n"), "{told:?}");
}

#[test]
fn a_pack_that_would_stop_every_verb_is_no_pack_without_problems() {
    let desk = desk().file("contain.yaml", "contain: 1\n");
    std::fs::create_dir(desk.path().join("here/providers")).unwrap();
    let named = |name: &str| WHOLE.replace("provider: acme", &format!("provider: {name}"));
    let mut desk = desk;
    for (file, name, says) in [
        ("acme.yaml", "acme", None),
        ("keys.yaml", "acme", Some("is called acme.yaml")),
        ("identity.yaml", "identity", Some("of this program itself")),
        (
            "simulated.yaml",
            "simulated",
            Some("of this program itself"),
        ),
        ("github.yaml", "github", Some("of this program itself")),
        ("okta.yaml", "okta", Some("own: true")),
    ] {
        let file = format!("providers/{file}");
        desk = desk.file(&file, &named(name));
        let told = desk.run(&["provider", "lint", &file, "--json"]);
        let problems = &told.json["data"]["problems"];
        assert_eq!(told.exit, if says.is_some() { 2 } else { 0 }, "{told:?}");
        if let Some(says) = says {
            assert_eq!(
                (&problems[0]["line"], &problems[0]["column"]),
                (&2.into(), &1.into())
            );
            assert!(
                problems[0]["message"].as_str().unwrap().contains(says),
                "{told:?}"
            );
            // So does every other verb.
            assert_eq!(desk.run(&["provider", "list"]).exit, 2);
            std::fs::remove_file(desk.path().join("here").join(&file)).unwrap();
        }
    }
    let workspace =
        "contain: 1\nproviders:\n  okta: {own: true, url: \"https://a.example\", token: env:T}\n";
    let desk = desk
        .file("contain.yaml", workspace)
        .file("providers/okta.yaml", &named("okta"));
    assert_eq!(
        desk.run(&["provider", "lint", "providers/okta.yaml"]).exit,
        0
    );
}

/// A vendor whose keys can be switched off and on; keeps what came.
struct Vendor {
    base: String,
    came: Arc<Mutex<Vec<String>>>,
}

fn vendor() -> Vendor {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let came = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&came);
    std::thread::spawn(move || {
        let mut keys = BTreeMap::from([("k1".to_owned(), "on".to_owned())]);
        while let Ok((mut stream, _)) = listener.accept() {
            let (mut bytes, mut part) = (Vec::new(), [0; 2048]);
            while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut part) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => bytes.extend_from_slice(&part[..read]),
                }
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let line = text.lines().next().unwrap_or_default();
            let mut words = line.split(' ');
            let (method, path) = (
                words.next().unwrap_or_default(),
                words.next().unwrap_or_default(),
            );
            kept.lock().unwrap().push(format!("{method} {path}"));
            let known = text.contains("authorization: Bearer acme-canary-token");
            let parts: Vec<&str> = path.trim_start_matches("/keys/").split('/').collect();
            let state = keys.get(parts[0]).cloned();
            let (status, body) = match (known, method, parts.as_slice(), state) {
                (false, ..) => (401, "{}".to_owned()),
                (_, "GET", [_], Some(state)) => (200, format!(r#"{{"status":"{state}"}}"#)),
                (_, "POST", [key, to @ ("on" | "off")], Some(_)) => {
                    keys.insert((*key).to_owned(), (*to).to_owned());
                    (204, String::new())
                }
                _ => (404, "{}".to_owned()),
            };
            let head = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            drop(stream.write_all(head.as_bytes()));
        }
    });
    Vendor { base, came }
}

#[test]
fn a_key_of_a_pack_is_cut_seen_and_given_back() {
    let vendor = vendor();
    let workspace = format!(
        "contain: 1\nproviders:\n  acme: {{url: \"{}\", token: env:ACME_TOKEN}}\n",
        vendor.base
    );
    let desk = desk()
        .file("contain.yaml", &workspace)
        .with("ACME_TOKEN", "acme-canary-token");
    std::fs::create_dir(desk.path().join("here/providers")).unwrap();
    // `off` and `on` are plain texts here, as the vendor has them.
    let desk = desk.file("providers/acme.yaml", WHOLE);
    let missing = desk.run(&["isolate", "acme:key/k2", "--yes", "--json"]);
    assert_ne!(missing.exit, 0, "{missing:?}");
    let cut = desk.run(&["isolate", "acme:key/k1", "--yes", "--json"]);
    assert_eq!(cut.exit, 0, "{cut:?}");
    let came = vendor.came.lock().unwrap().clone();
    let off = came
        .iter()
        .filter(|line| *line == "POST /keys/k1/off")
        .count();
    assert_eq!(off, 1, "{came:?}");
    let again = desk.run(&["isolate", "acme:key/k1", "--yes", "--json"]);
    assert_eq!(again.exit, 0, "{again:?}");
    let back = desk.run(&[
        "restore",
        "acme:key/k1",
        "--false-positive",
        "--reason",
        "ours",
        "--yes",
        "--json",
    ]);
    let came = vendor.came.lock().unwrap().clone();
    let off = came
        .iter()
        .filter(|line| *line == "POST /keys/k1/off")
        .count();
    assert_eq!(
        off, 1,
        "what is off already is not switched off again: {came:?}"
    );
    assert!(matches!(back.exit, 0 | 3 | 4), "{back:?}");
    desk.assert_journal_verifies();
    for entry in desk.incidents() {
        for file in entry.read_dir().unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(!text.contains("acme-canary-token"), "{path:?}");
            }
        }
    }
}

#[test]
fn a_proxy_that_the_environment_names_sees_nothing() {
    let vendor = vendor();
    let (proxy, hits) = super::vendor::silent();
    let workspace = format!(
        "contain: 1\nproviders:\n  acme: {{url: \"{}\", token: env:ACME_TOKEN}}\n",
        vendor.base
    );
    let mut desk = desk()
        .file("contain.yaml", &workspace)
        .with("ACME_TOKEN", "acme-canary-token");
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        desk = desk.with(name, &proxy).with(&name.to_lowercase(), &proxy);
    }
    std::fs::create_dir(desk.path().join("here/providers")).unwrap();
    let desk = desk.file("providers/acme.yaml", WHOLE);
    let cut = desk.run(&["isolate", "acme:key/k1", "--yes", "--json"]);
    assert_eq!(cut.exit, 0, "{cut:?}");
    assert_eq!(*hits.lock().unwrap(), 0);
}

/// A vendor whose keys are used from some addresses, and whose seeds nobody can change over its API.
const CAGED: &str = r#"pack: 1
provider: acme
title: Acme
docs: https://acme.example/docs
configuration:
  url: {is: url, about: the address}
  token: {is: secret, about: a token}
hosts: {api: "${url}"}
authentication: {admin: {bearer: token}}
account: {host: api}
audit_lag: {within: 1s, assumed: not published}
kinds:
  key:
    title: key
    credential: true
    form: "^k[0-9]+$"
    look: {ask: {get: "/keys/${id}"}, present: {from: body.from}}
  seed:
    title: seed
    credential: true
    form: "^s[0-9]+$"
    readable: never
    by_hand:
      link: https://acme.example/console/seeds
      steps: [Open the seed, Regenerate it]
      evidence: the page shows when it was made
actions:
  cage-key:
    title: let the key be used from nowhere
    on: key
    cut: {rung: suspend, target: pauses, issued: lives, stops_issue: true}
    hurts: Whoever uses it.
    touches: {from: []}
    floor: 1
    undo: {by: free-key}
    repeat: set-like
    permissions: [keys]
    bound: {within: 1s, assumed: not published}
    docs: https://acme.example/docs/keys
    request: {put: "/keys/${id}", json: {from: []}, answers: [{status: 204, is: done}]}
  free-key:
    title: let the key be used from where it was used before
    on: key
    opens: cage-key
    gives: {from: {before: true}}
    hurts: Nobody.
    floor: 1
    undo: {by: cage-key}
    repeat: set-like
    permissions: [keys]
    bound: {within: 1s, assumed: not published}
    docs: https://acme.example/docs/keys
    request: {put: "/keys/${id}", json: {from: "${before.from}"}, answers: [{status: 204, is: done}]}
"#;

/// A desk with that pack, and what the vendor was told of its key.
fn caged() -> (Desk, super::vendor::Vendor) {
    let from = Mutex::new(serde_json::json!({"from": ["192.0.2.0/24", "198.51.100.7"]}));
    let vendor = super::vendor::Vendor::start(move |came| {
        let mut from = from.lock().unwrap();
        match came.line.split_once(' ').unwrap().0 {
            "PUT" => {
                *from = serde_json::from_str(&came.body).unwrap();
                (204, String::new(), String::new())
            }
            _ => (200, String::new(), from.to_string()),
        }
    });
    let workspace = format!(
        "contain: 1\nproviders:\n  acme: {{url: \"{}\", token: env:ACME_TOKEN}}\n",
        vendor.base
    );
    let desk = desk()
        .file("contain.yaml", &workspace)
        .with("ACME_TOKEN", "acme-canary-token");
    std::fs::create_dir(desk.path().join("here/providers")).unwrap();
    (desk.file("providers/acme.yaml", CAGED), vendor)
}

#[test]
fn what_gives_back_gives_back_what_was_there_before() {
    let (desk, vendor) = caged();
    let cut = desk.run(&["isolate", "acme:key/k1", "--yes", "--json"]);
    assert_eq!(cut.exit, 0, "{cut:?}");
    let restore = ["restore", "acme:key/k1", "--false-positive", "--reason"];
    let back = desk.run(&[&restore[..], &["ours", "--yes", "--json"]].concat());
    assert_eq!(back.exit, 0, "{back:?}");
    let came = vendor.came();
    let put = came.iter().filter(|came| came.line == "PUT /keys/k1");
    let put: Vec<&str> = put.map(|came| came.body.as_str()).collect();
    let before = r#"{"from":["192.0.2.0/24","198.51.100.7"]}"#;
    assert_eq!(put, [r#"{"from":[]}"#, before]);
}

#[test]
fn what_has_no_api_becomes_an_obligation_with_steps_link_and_evidence() {
    let (desk, vendor) = caged();
    let told = desk.run(&["isolate", "acme:seed/s1", "--yes", "--json"]);
    assert_ne!(told.exit, 0, "what nobody did is not isolated: {told:?}");
    let owed = told.json["obligations"].to_string();
    assert!(owed.contains("cut acme:seed/s1@"), "{owed}");
    assert!(owed.contains("contain incident done"), "{owed}");
    let whole = told.json.to_string();
    for part in [
        "1. Open the seed 2. Regenerate it",
        "https://acme.example/console/seeds",
        "Evidence wanted: the page shows when it was made",
    ] {
        assert!(whole.contains(part), "{part}: {told:?}");
    }
    let lines = vendor.lines();
    assert!(
        lines.iter().all(|line| line.starts_with("GET")),
        "{lines:?}"
    );
}
