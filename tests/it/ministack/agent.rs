//! The playbook for an AI agent over two vendors at once: its cloud key at MiniStack, its directory token at a vendor made
//! here that answers as Okta records, while Prism holds every request against Okta's own description.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::harness::{Desk, Server};
use crate::pack::vendor::{Came, Said, Vendor};

/// What Okta answers about one token, until it is revoked.
fn okta(seen: &Arc<Mutex<Vec<Came>>>) -> Vendor {
    let (seen, revoked) = (Arc::clone(seen), Mutex::new(false));
    Vendor::start(move |came| -> Said {
        seen.lock().unwrap().push(came.clone());
        let line = came.line.split('?').next().unwrap_or_default().to_owned();
        let gone = *revoked.lock().unwrap();
        let (status, body) = match line.as_str() {
            "GET /api/v1/users/me" => (200, json!({"id": "00uadmin1"})),
            "GET /api/v1/api-tokens/00Tagent1" if gone => (
                404,
                json!({"errorCode": "E0000007", "errorSummary": "Not found"}),
            ),
            "GET /api/v1/api-tokens/00Tagent1" => (
                200,
                json!({"id": "00Tagent1", "name": "agent", "created": "2026-11-01T00:00:00.000Z", "userId": "00uagent1"}),
            ),
            "DELETE /api/v1/api-tokens/00Tagent1" => {
                *revoked.lock().unwrap() = true;
                (204, Value::Null)
            }
            "GET /api/v1/users/00uagent1" => (200, json!({"id": "00uagent1", "status": "ACTIVE"})),
            "GET /api/v1/api-tokens" | "GET /api/v1/logs" => (200, json!([])),
            _ => (
                403,
                json!({"errorCode": "E0000006", "errorSummary": "denied"}),
            ),
        };
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        (
            status,
            "content-type: application/json\r\n".to_owned(),
            body,
        )
    })
}

fn seconds(at: &Value) -> f64 {
    let at: jiff::Timestamp = at.as_str().unwrap().parse().unwrap();
    at.as_duration().as_secs_f64()
}

mod prism {
    use super::*;

    #[test]
    fn an_agents_credentials_of_two_vendors_are_cut_within_a_second_of_the_go() {
        let server = Server::start("ministack", &[]);
        let world = server.build();
        let description = format!(
            "DESCRIPTION={}/tests/counterparties/okta.openapi.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let described = Server::start("prism", &[&description]);
        let came = Arc::new(Mutex::new(Vec::new()));
        let vendor = okta(&came);
        let workspace = format!(
            "contain: 1\nproviders:\n  aws:\n    bounds: {{propagation: 2s, audit_lag: 0s}}\n  okta: {{url: \"{}\", token: env:OKTA, token_id: 00Tours01}}\n",
            vendor.base
        );
        let desk = Desk::of(&world, server.endpoint())
            .with("OKTA", "canary-of-ours-okta")
            .file("contain.yaml", &workspace);
        let key = world.key("leaked");
        let secret = format!("{key}=env:LEAKED");
        let planned = desk.run(&[
            "plan",
            "compromised-ai-agent",
            "--subject",
            &key,
            "--subject",
            "okta:api-token/00Tagent1",
            "--secret",
            &secret,
            "--since",
            world.since(),
            "--json",
        ]);
        let code = planned.json["confirm"]
            .as_str()
            .unwrap_or_else(|| panic!("{planned:?}"));
        let told = desk.run(&["apply", code, "--confirm", code, "--json"]);
        // The go is the mandate; what counts is when the first provider said yes.
        let journal = desk.journal();
        let go = journal
            .iter()
            .find(|line| line["kind"] == "granted")
            .unwrap();
        let yes = journal.iter().filter(|line| {
            let outcome = &line["body"]["outcome"];
            line["kind"] == "answered" && outcome.to_string().contains("done")
        });
        let yes: Vec<f64> = yes
            .map(|line| seconds(&line["at"]) - seconds(&go["at"]))
            .collect();
        assert!(yes.len() >= 2, "{journal:#?}");
        assert!(yes[0] < 1.0, "the first cut came {} s after the go", yes[0]);
        // How far the proof of each got, and no further: the key was tried itself, the token is only seen to be gone.
        let cut = told.item(world.id("leaked"), "aws.deactivate-access-key");
        assert_eq!(cut["verdict"], "probed-dead", "{told:?}");
        let cut = told.item("00Tagent1", "okta.revoke-api-token");
        assert_eq!(cut["verdict"], "observed", "{told:?}");
        assert_eq!(
            server.accepted(&world, &["leaked", "responder"]),
            [false, true]
        );
        // What is left is what people do for an agent.
        let left = told.json["withheld"].to_string();
        assert!(
            left.contains("stop-runtime") && left.contains("read-transcripts"),
            "{left}"
        );
        let came = came.lock().unwrap();
        assert!(came.iter().any(|came| came.line.starts_with("DELETE ")));
        let refused: Vec<String> = came
            .iter()
            .filter_map(|came| crate::prism::asked(described.endpoint(), "", came))
            .collect();
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    }
}
