//! The playbook for an AI agent. Over two vendors: its cloud key at MiniStack, its directory token at a vendor made here that
//! answers as Okta records, while Prism holds every request against Okta's own description. Over four servers that nobody
//! here wrote: MiniStack, oidc-provider, PostgreSQL, and Prism as GitHub, which says yes and shows nothing.

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

#[cfg(all(feature = "github", feature = "http", feature = "postgres"))]
mod everywhere {
    use super::*;
    use crate::github::TOKEN;
    use crate::harness::{Told, World};
    use crate::oidc::{Issuer, OURS};
    use crate::postgres::{Database, LEAKED};
    use crate::prism::github::{DESCRIPTION, PATHS, Prism};

    const ROLE: &str = "postgres:role/svc@main";

    /// The four servers, and what the agent holds at each.
    struct Held {
        aws: Server,
        world: World,
        issuer: Issuer,
        token: String,
        database: Database,
        prism: Prism,
    }

    impl Held {
        fn start() -> Self {
            let aws = Server::start("ministack", &[]);
            let issuer = Issuer::start();
            Self {
                world: aws.build(),
                aws,
                token: issuer.token(&issuer.app()),
                issuer,
                database: Database::start(&[]),
                prism: Prism::start(DESCRIPTION, &PATHS),
            }
        }

        /// One name for each credential: of AWS, of the issuer, of the database, of GitHub.
        fn names(&self) -> [String; 4] {
            let github = self.prism.base.trim_start_matches("http://");
            let digest = contain::provider::github::hashed(TOKEN);
            [
                format!(
                    "{}@{}",
                    self.world.key("leaked"),
                    self.world.0["account"].as_str().unwrap()
                ),
                format!("oauth:token/support@{}", self.issuer.account()),
                ROLE.to_owned(),
                format!("github:token/{digest}@{github}"),
            ]
        }

        /// A responder's desk, with a configuration for each server and an estate that knows the agent.
        fn desk(&self) -> Desk {
            let workspace = format!(
                "contain: 1\nproviders:\n  aws:\n    bounds: {{propagation: 2s, audit_lag: 0s}}\n  oauth: {{issuer: \"{}\", client: admin, client_secret: env:CLIENT_SECRET}}\n  postgres:\n    servers: {{main: env:DATABASE_URL}}\n  github: {{base_url: \"{}\", token: env:GITHUB_OURS}}\n",
                self.issuer.url(),
                self.prism.base
            );
            let names = self.names().map(|name| format!("\"{name}\"")).join(", ");
            let estate = format!(
                "estate: 1\nteams: {{support: {{contact: \"#support\"}}}}\nidentities:\n  support-agent:\n    kind: agent\n    owner: {{team: support}}\n    environment: production\n    criticality: medium\n    consumers: [tickets]\n    credentials: [{names}]\n"
            );
            Desk::of(&self.world, self.aws.endpoint())
                .with("CLIENT_SECRET", OURS)
                .with("OAUTH_LEAKED", &self.token)
                .with("DATABASE_URL", &self.database.url())
                .with("DATABASE_LEAKED", LEAKED)
                .with("GITHUB_OURS", "ghp_ours0000000000000000000000000000000a")
                .with("GITHUB_LEAKED", TOKEN)
                .file("contain.yaml", &workspace)
                .file("estate.yaml", &estate)
        }
    }

    /// The lines of one kind about the cut of each of these, in the order of the names.
    fn of_each<'a>(journal: &'a [Value], names: &[String; 4], kind: &str) -> [&'a Value; 4] {
        names.each_ref().map(|name| {
            let key = format!("isolate/isolate_stop@{name}");
            let mut lines = journal.iter();
            let found =
                lines.find(|line| line["kind"] == kind && line["body"]["item"]["key"] == key);
            found.unwrap_or_else(|| panic!("nothing of {name} was {kind}: {journal:#?}"))
        })
    }

    /// How many run for each processor at present; 1 where there is room, or where it is not told.
    fn crowd() -> f64 {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().and_then(|load| load.parse().ok());
        let room = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let room = u32::try_from(room).map_or(1.0, f64::from);
        load.map_or(1.0, |load: f64| (load / room).max(1.0))
    }

    /// All left before anything was shown of any, and the first yes came within a second of the go where the machine has
    /// room; where others crowd it, as many times that as there are for each processor.
    fn assert_at_once(journal: &[Value], names: &[String; 4]) {
        let place = |kind: &str| {
            journal
                .iter()
                .position(|line| line["kind"] == kind)
                .unwrap()
        };
        let go = seconds(&journal[place("granted")]["at"]);
        let yes = of_each(journal, names, "answered").map(|line| {
            let outcome = &line["body"]["outcome"];
            assert!(outcome.to_string().contains("done"), "{line}");
            seconds(&line["at"]) - go
        });
        let (first, crowd) = (yes.into_iter().fold(f64::MAX, f64::min), crowd());
        assert!(
            first < crowd,
            "acknowledged {first} s after the go, with {crowd} for each processor"
        );
        // None waits for another to be proven: that takes as long as its bound.
        let bound = journal.iter().position(|line| {
            line["kind"] == "verified" && line["body"]["verdict"]["probing"].is_object()
        });
        let proven = seconds(&journal[bound.unwrap()]["at"]);
        let left = of_each(journal, names, "intended").map(|line| seconds(&line["at"]));
        assert!(left.iter().all(|at| *at < proven), "{left:?} {proven}");
    }

    /// How far the proof of each got, and why no further; to programs and to people, by the end of the run and by `status`.
    fn assert_told(held: &Held, desk: &Desk, told: &Told) {
        let [key, token, role, pat] = held.names();
        let sessions = "aws:user/ci-deploy";
        let wanted = [
            (
                key.as_str(),
                "aws.deactivate-access-key",
                "probed-dead",
                None,
            ),
            (
                sessions,
                "aws.end-user-sessions",
                "observed",
                Some("not probed: this cut stops what was issued before it"),
            ),
            (&token, "oauth.revoke-token", "probed-dead", None),
            (&role, "postgres.block-login", "probed-dead", None),
            // Prism answers as described, whatever was asked of it before: the yes is all that there is.
            (
                &pat,
                "github.revoke-token",
                "acknowledged",
                Some("not observed: reading back finds `status: active`"),
            ),
        ];
        let status = desk.run(&["status", "--json"]);
        for told in [told, &status] {
            assert_eq!(told.outcome(), "partly-contained", "{told:?}");
            for (target, action, verdict, why) in &wanted {
                let item = told.item(target, action);
                assert_eq!(item["verdict"], *verdict, "{item}");
                let said = item["not_higher"].as_str();
                match why {
                    Some(why) => assert!(said.unwrap().starts_with(why), "{item}"),
                    None => assert_eq!((said, &item["probe"]["n"]), (None, &json!(135)), "{item}"),
                }
            }
        }
        let (people, report) = (desk.run(&["status"]), desk.run(&["report", "--print"]));
        for (target, action, verdict, why) in wanted {
            let mut lines = people.out.lines().skip_while(|line| {
                !(line.contains(verdict) && line.contains(target) && line.contains(action))
            });
            assert!(lines.next().is_some(), "{target}: {people:?}");
            let below = lines.next().unwrap_or_default().trim_start();
            assert!(
                below.starts_with(why.unwrap_or("tried 135 times")),
                "{target}: {people:?}"
            );
        }
        assert!(report.out.contains("no higher, because"), "{report:?}");
        assert!(report.out.contains("reading back finds"), "{report:?}");
    }

    #[test]
    fn what_an_agent_holds_at_four_servers_is_cut_at_once_and_told_how_far_it_is_proven() {
        let held = Held::start();
        let mut open = held.database.session("svc", LEAKED);
        let desk = held.desk();
        let names = held.names();
        let envs = ["LEAKED", "OAUTH_LEAKED", "DATABASE_LEAKED", "GITHUB_LEAKED"];
        let secrets: Vec<String> = names
            .iter()
            .zip(envs)
            .map(|(name, env)| format!("{name}=env:{env}"))
            .collect();
        let mut run = vec![
            "run",
            "compromised-ai-agent",
            "--subject",
            "identity:support-agent",
        ];
        run.extend(["--since", held.world.since(), "--json"]);
        run.extend(
            secrets
                .iter()
                .flat_map(|secret| ["--secret", secret.as_str()]),
        );
        let asked = desk.run(&run);
        asked.assert(3, "waiting");
        assert!(held.issuer.is_active(&held.token));
        let code = asked.json["confirm"].as_str().unwrap();
        let told = desk.run(&["apply", code, "--confirm", code, "--json"]);

        // What whoever holds them finds: nothing works any more, where something can refuse them.
        assert!(!open.wait().unwrap().success());
        let refused = held.database.says(("svc", LEAKED), "SELECT 1").unwrap_err();
        assert!(refused.contains("is not permitted to log in"), "{refused}");
        assert!(!held.issuer.is_active(&held.token));
        let accepted = held
            .aws
            .accepted(&held.world, &["leaked", "session", "responder"]);
        assert_eq!(accepted, [false, false, true]);
        assert_eq!(held.prism.violations(), Vec::<String>::new());

        assert_at_once(&desk.journal(), &names);
        assert_told(&held, &desk, &told);

        // What can be given back is, in the same incident, by its name and code; the rest stays as it is.
        let asked = desk.run(&["restore", ROLE, "--yes", "--json"]);
        asked.assert(3, "waiting");
        let code = asked.json["confirm"].as_str().unwrap();
        desk.run(&["apply", code, "--confirm", code, "--json"])
            .assert(0, "restored");
        assert_eq!(
            held.database.says(("svc", LEAKED), "SELECT 1"),
            Ok("1".to_owned())
        );
        let accepted = held.aws.accepted(&held.world, &["leaked", "session"]);
        assert_eq!(accepted, [false, false]);
        desk.assert_journal_verifies();
        let kept: String = desk.journal().iter().map(Value::to_string).collect();
        for secret in [
            &held.token,
            LEAKED,
            TOKEN,
            OURS,
            held.world.secret("leaked"),
        ] {
            assert!(!kept.contains(secret));
        }
    }
}
