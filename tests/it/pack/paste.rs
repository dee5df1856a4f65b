//! What was pasted: two secrets are never taken for one, and what answers to its secret is never called gone.

use serde_json::json;

use super::vendor::{Came, Said, Vendor};
use crate::harness::Desk;

fn desk() -> Desk {
    Desk::at("http://127.0.0.1:9", ("AKIARZPUZDIKNAJLN7ON", "none"))
}

fn said(status: u16, body: &serde_json::Value) -> Said {
    (status, String::new(), body.to_string())
}

/// A pack whose keys tell by themselves which one they are, to whoever asks.
const TOLD: &str = r#"pack: 1
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
    secrets: ["^acmekey_[A-Za-z0-9]{24}$"]
    identify: {ask: {get: /me, with: secret}, id: body.id}
    look: {ask: {get: "/keys/${id}", answers: [{status: 404, is: gone}]}, present: {status: body.status}}
    by_hand: {steps: [Delete it.], evidence: it is gone}
"#;

#[test]
fn what_answers_to_its_secret_is_not_called_gone() {
    let vendor = Vendor::start(|came: &Came| match came.line.as_str() {
        "GET /me" => said(200, &json!({"id": "k7"})),
        _ => said(404, &json!({})),
    });
    let workspace = format!(
        "contain: 1\nproviders:\n  acme: {{url: \"{}\", token: env:ACME_TOKEN}}\n",
        vendor.base
    );
    let desk = desk()
        .file("contain.yaml", &workspace)
        .with("ACME_TOKEN", "acme-canary-token");
    std::fs::create_dir(desk.path().join("here/providers")).unwrap();
    let desk = desk
        .file("providers/acme.yaml", TOLD)
        .file("leak.txt", "acmekey_aB3dE6gH9jK2aB3dE6gH9jK2\n");
    let told = desk.run(&["isolate", "--from", "leak.txt", "--yes", "--json"]);
    assert_ne!(told.exit, 0, "{told:?}");
    assert!(told.err.contains("it may be somebody else's"), "{told:?}");
    assert!(
        vendor.lines().contains(&"GET /keys/k7".to_owned()),
        "{:?}",
        vendor.lines()
    );
}
