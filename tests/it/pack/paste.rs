//! What was pasted: two secrets are never taken for one, and what answers to its secret is never called gone.

use serde_json::json;

use super::vendor::{Came, Said, Vendor};
use crate::harness::Desk;

const FIRST: &str = "xoxp-111111111111-222222222222-aB3dE6gH9jK2aB3dE6gH9jK2";
const SECOND: &str = "xoxp-111111111111-222222222222-zZ3dE6gH9jK2aB3dE6gH9jK2";
const OURS: &str = "xoxb-ours";

fn desk() -> Desk {
    Desk::at("http://127.0.0.1:9", ("AKIARZPUZDIKNAJLN7ON", "none"))
}

fn said(status: u16, body: &serde_json::Value) -> Said {
    (status, String::new(), body.to_string())
}

/// Slack, where two tokens act as one user.
fn slack() -> Vendor {
    Vendor::start(|came: &Came| {
        let bearer = came.header("authorization").unwrap_or_default();
        let user = if bearer.contains(OURS) {
            "U0ADMIN"
        } else {
            "U0CI"
        };
        said(
            200,
            &json!({"ok": true, "team_id": "T0OURS", "user_id": user}),
        )
    })
}

fn configured(vendor: &Vendor) -> Desk {
    let base = &vendor.base;
    let workspace = format!(
        "contain: 1\nproviders:\n  slack: {{token: env:SLACK, hosts: {{api: \"{base}\", audit: \"{base}\"}}}}\n"
    );
    desk().file("contain.yaml", &workspace).with("SLACK", OURS)
}

#[test]
fn a_second_secret_of_one_user_is_told_and_never_lost() {
    let vendor = slack();
    let desk = configured(&vendor).file("leak.txt", &format!("{FIRST}\n{SECOND}\n"));
    let told = desk.run(&["plan", "--from", "leak.txt", "--json"]);
    assert!(
        told.err.contains("is no subject and is left alone")
            && told.err.contains("another secret of slack:token/U0CI"),
        "{told:?}"
    );
    // The same one twice is one.
    let desk = configured(&vendor).file("leak.txt", &format!("{FIRST}\n{FIRST}\n"));
    let told = desk.run(&["plan", "--from", "leak.txt", "--json"]);
    assert!(!told.err.contains("left alone"), "{told:?}");
    for secret in [FIRST, SECOND] {
        assert!(!format!("{told:?}").contains(secret), "{told:?}");
    }
}

#[test]
fn a_second_secret_of_one_user_is_contained_in_an_incident_of_its_own() {
    let vendor = slack();
    let desk = configured(&vendor)
        .file("two.txt", &format!("{SECOND}\n"))
        .with("ONE", FIRST)
        .with("TWO", SECOND);
    let named = "slack:token/U0CI";
    let first = desk.run(&["isolate", named, "--secret", "env:ONE", "--yes", "--json"]);
    assert_ne!(first.exit, 2, "{first:?}");
    let of_name = ["isolate", named, "--secret", "env:TWO"];
    for (second, again) in [
        (
            &of_name[..],
            "contain isolate slack:token/U0CI@T0OURS --secret env:TWO --incident ID",
        ),
        (
            &["isolate", "--from", "two.txt"],
            "contain isolate --from two.txt --incident ID",
        ),
    ] {
        let told = desk.run(&[second, &["--json"]].concat());
        assert_eq!(told.exit, 2, "{told:?}");
        let hints = told.hints();
        assert!(
            hints.contains("contain incident open") && hints.contains(again),
            "{told:?}"
        );
        // Another name is that of another user.
        assert!(!hints.contains("OTHER-NAME"), "{told:?}");
    }
    // The hint is taken at its word.
    let opened = desk.run(&["incident", "open", "--json"]);
    let known = first.json["incident"].as_str().unwrap_or_default();
    let folders = desk.incidents();
    let ids = folders
        .iter()
        .map(|folder| folder.file_name().unwrap().to_str().unwrap());
    let new: Vec<&str> = ids.filter(|id| *id != known).collect();
    assert_eq!(new.len(), 1, "{opened:?} {first:?}");
    for what in [&of_name[..], &["isolate", "--from", "two.txt"]] {
        let told = desk.run(&[what, &["--incident", new[0], "--yes", "--json"]].concat());
        assert_ne!(told.exit, 2, "{told:?}");
    }
}

/// The vendor is asked with the leaked token itself, and refuses it: nobody's own credential is to be renewed.
#[test]
fn a_leaked_secret_that_is_refused_is_not_taken_for_our_own() {
    let refuses = |ours: bool| {
        Vendor::start(move |came: &Came| {
            let bearer = came.header("authorization").unwrap_or_default();
            let told = if bearer.contains(OURS) == ours {
                json!({"ok": false, "error": "token_revoked"})
            } else {
                json!({"ok": true, "team_id": "T0OURS", "user_id": "U0ADMIN"})
            };
            said(200, &told)
        })
    };
    let told = |ours: bool| {
        let vendor = refuses(ours);
        let desk = configured(&vendor).file("leak.txt", &format!("{FIRST}\n"));
        let told = desk.run(&["isolate", "--from", "leak.txt", "--yes", "--json"]);
        assert_eq!(told.exit, 4, "{told:?}");
        assert!(!format!("{told:?}").contains(FIRST), "{told:?}");
        told
    };
    let leaked = told(false);
    let hints = leaked.hints();
    assert!(!hints.contains("renew"), "{leaked:?}");
    assert!(
        hints.contains("not your own credential")
            && hints.contains("contain identify --secret REF"),
        "{leaked:?}"
    );
    let own = told(true);
    assert!(own.hints().contains("renew the credential"), "{own:?}");
}

/// Slack says that a token was revoked, and of neither user nor team.
#[test]
fn a_revoked_token_of_anybody_is_never_called_contained() {
    for error in ["token_revoked", "account_inactive"] {
        let vendor = Vendor::start(move |came: &Came| {
            let bearer = came.header("authorization").unwrap_or_default();
            let told = if bearer.contains(OURS) {
                json!({"ok": true, "team_id": "T0OURS", "user_id": "U0ADMIN"})
            } else {
                json!({"ok": false, "error": error})
            };
            said(200, &told)
        });
        let desk = configured(&vendor).with("OLD", FIRST);
        let told = desk.run(&[
            "isolate",
            "slack:token/U0CI@T0OURS",
            "--secret",
            "env:OLD",
            "--yes",
            "--json",
        ]);
        assert_ne!(told.exit, 0, "{told:?}");
        assert!(
            !["isolated", "contained"].contains(&told.outcome()),
            "{told:?}"
        );
        let text = format!("{told:?}");
        assert!(text.contains("was not seen to work"), "{told:?}");
        assert!(!text.contains(FIRST), "{told:?}");
    }
}

#[test]
fn two_different_secrets_that_are_given_of_one_target_are_refused() {
    let vendor = slack();
    let desk = configured(&vendor).with("ONE", FIRST).with("TWO", SECOND);
    let isolate = |second: &str| {
        desk.run(&[
            "plan",
            "slack:token/U0CI",
            "--secret",
            "slack:token/U0CI=env:ONE",
            "--secret",
            second,
            "--json",
        ])
    };
    let told = isolate("slack:token/U0CI=env:TWO");
    assert_eq!(told.exit, 2, "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(message.contains("two different secrets"), "{told:?}");
    let told = isolate("slack:token/U0CI=env:ONE");
    assert!(
        !format!("{told:?}").contains("two different secrets"),
        "{told:?}"
    );
}

/// GitLab, where whoever is no administrator is told 401 of every token but the one that asks.
#[test]
fn a_leaked_token_that_is_not_shown_to_us_is_seen_with_itself_and_can_be_cut() {
    const LEAKED: &str = "glpat-aB3dE6gH9jK2aB3dE6gH";
    let vendor = Vendor::start(|came: &Came| {
        let bearer = came.header("authorization").unwrap_or_default();
        let token = came.header("private-token");
        let token = token.unwrap_or_else(|| bearer.trim_start_matches("Bearer "));
        let line = came.line.as_str();
        let own = match token {
            OURS => 7,
            LEAKED => 101,
            _ => return said(401, &json!({"error": "invalid_token"})),
        };
        match line {
            "GET /api/v4/personal_access_tokens/self" => said(
                200,
                &json!({"id": own, "name": "ci", "active": true, "revoked": false, "user_id": own}),
            ),
            "GET /api/v4/user" => said(200, &json!({"id": own})),
            _ => said(401, &json!({"message": "401 Unauthorized"})),
        }
    });
    let workspace = format!(
        "contain: 1\nproviders:\n  gitlab: {{url: \"{}\", token: env:GITLAB}}\n",
        vendor.base
    );
    let desk = desk()
        .file("contain.yaml", &workspace)
        .with("GITLAB", OURS)
        .file("leak.txt", &format!("{LEAKED}\n"));
    let told = desk.run(&["isolate", "--from", "leak.txt", "--yes", "--json"]);
    // What ends for good is confirmed by the code of its plan: nothing else keeps it from being cut.
    assert_eq!(told.outcome(), "waiting", "{told:?}");
    assert!(told.json["confirm"].is_string(), "{told:?}");
    assert_eq!(
        told.json["items"][0]["action"], "gitlab.revoke-personal-access-token",
        "{told:?}"
    );
    assert!(!format!("{told:?}").contains(LEAKED), "{told:?}");
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
    look: {ask: {get: "/keys/${id}", answers: [{status: 404, when: has(body.error), is: gone}]}, present: {status: body.status}}
    by_hand: {steps: [Delete it.], evidence: it is gone}
"#;

#[test]
fn what_answers_to_its_secret_is_not_called_gone() {
    let vendor = Vendor::start(|came: &Came| match came.line.as_str() {
        "GET /me" => said(200, &json!({"id": "k7"})),
        _ => said(404, &json!({"error": "no such key"})),
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
    assert!(told.out.contains("it may be somebody else's"), "{told:?}");
    assert!(
        vendor.lines().contains(&"GET /keys/k7".to_owned()),
        "{:?}",
        vendor.lines()
    );
}
