//! A service of another shape than AWS: tokens, grants of apps that can only be revoked, agents that tokens make.
//!
//! A vendor of the bench only. The engine knows no vendor, and here it has to.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::domain::{Kind, Spec};

/// Its name.
pub(super) const NAME: &str = "saas";

/// The cuts that nobody in the tenant can edit.
pub(super) const GUARDS: [&str; 2] = ["saas.block-user", "saas.block-agent"];

/// What takes its time until it is seen everywhere.
pub(super) const SLOW: [&str; 9] = [
    "saas.suspend-token",
    "saas.resume-token",
    "saas.revoke-grant",
    "saas.suspend-user",
    "saas.resume-user",
    "saas.suspend-agent",
    "saas.resume-agent",
    "saas.end-user-sessions",
    "saas.end-agent-sessions",
];

/// What there is.
pub(super) fn kinds() -> Vec<Kind> {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    let kinds = KINDS.get_or_init(|| {
        let reads = ["state", "reach", "activity"];
        let principal = |id: &str, title: &str, governs: &[&str]| json!({
            "id": id, "title": title, "credential": false, "readable": "by-id", "governs": governs, "reads": reads,
        });
        serde_json::from_value(json!([
            principal("saas:user", "user", &["saas:token", "saas:grant", "saas:session"]),
            principal("saas:agent", "agent", &["saas:token", "saas:session"]),
            {"id": "saas:token", "title": "token", "credential": true, "readable": "by-id", "probe": true, "at_most": 9,
             "mints": ["saas:session", "saas:token", "saas:grant", "saas:agent"], "reads": reads},
            {"id": "saas:grant", "title": "grant of an app", "credential": true, "readable": "by-id", "at_most": 9,
             "mints": ["saas:session"], "reads": reads},
            {"id": "saas:session", "title": "session", "credential": true, "readable": "by-secret", "probe": true,
             "mints": ["saas:session", "saas:grant"], "lifetime": "PT12H", "reads": ["reach", "activity"]},
        ]))
        .unwrap()
    });
    kinds.clone()
}

/// What can be done.
pub(super) fn actions() -> Vec<Spec> {
    static ACTIONS: OnceLock<Vec<Spec>> = OnceLock::new();
    ACTIONS.get_or_init(all).clone()
}

fn all() -> Vec<Spec> {
    let own = |rung: &str, target: &str, issued: &str, of: &[&str]| json!({"cut": {"rung": rung, "target": target, "issued": issued, "of": of, "stops_issue": true, "allows": "nothing"}});
    let ends = json!({"cut": {"rung": "end-sessions", "target": "lives", "issued": "dies", "of": ["saas:session"],
        "before_call": true, "stops_issue": false, "allows": "nothing"}});
    let of_user = ["saas:token", "saas:grant", "saas:session"];
    let of_agent = ["saas:token", "saas:session"];
    let mut specs = Vec::new();
    let mut pair = |cut: &str, open: &str, on: &str, effect: Value, field: &str, becomes: Value| {
        specs.push(spec(
            cut,
            on,
            &effect,
            field,
            &becomes,
            &json!({"by": open}),
        ));
        let undo = json!({"by": cut});
        specs.push(spec(
            open,
            on,
            &json!("open"),
            field,
            &json!("before"),
            &undo,
        ));
    };
    let (off, blocked) = (json!({"is": "Inactive"}), json!({"is": "in-force"}));
    let token = own("suspend", "pauses", "lives", &[]);
    pair(
        "saas.suspend-token",
        "saas.resume-token",
        "saas:token",
        token,
        "status",
        off,
    );
    for (field, word) in [("deny", "suspend"), ("tenant_block", "block")] {
        let back = if word == "block" { "unblock" } else { "resume" };
        for (noun, of) in [("user", of_user.as_slice()), ("agent", of_agent.as_slice())] {
            let effect = own("suspend", "pauses", "pauses", of);
            let [cut, open] = [word, back].map(|verb| format!("saas.{verb}-{noun}"));
            pair(
                &cut,
                &open,
                &format!("saas:{noun}"),
                effect,
                field,
                blocked.clone(),
            );
        }
    }
    let never = json!({"none": "what ended does not come back"});
    for noun in ["user", "agent"] {
        let (id, on) = (format!("saas.end-{noun}-sessions"), format!("saas:{noun}"));
        let of_call = json!("time-of-call");
        specs.push(spec(&id, &on, &ends, "end_sessions", &of_call, &never));
    }
    let revoke = own("revoke", "dies", "dies", &["saas:session"]);
    let undo = json!({"none": "whoever owns the app has to ask again"});
    specs.push(spec(
        "saas.revoke-grant",
        "saas:grant",
        &revoke,
        "status",
        &json!({"is": "Revoked"}),
        &undo,
    ));
    specs
}

fn spec(id: &str, on: &str, effect: &Value, field: &str, becomes: &Value, undo: &Value) -> Spec {
    serde_json::from_value(json!({
        "id": id, "title": id, "on": on, "effect": effect, "hurts": "whoever works with it", "floor": 1,
        "repeat": "set-like", "touches": [{"field": field, "becomes": becomes}], "permissions": [id],
        "bound": {"configured": {"within": "PT10S"}}, "docs": "none", "undo": undo,
    }))
    .unwrap()
}
