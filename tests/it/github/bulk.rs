//! Many tokens at once, through the program: as few calls as GitHub takes, and what its limit makes of more.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::server::{Reply, Served};
use crate::harness::Desk;

/// A token with the checksum that its form has.
fn made(prefix: &str, body: &str) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut crc = u32::MAX;
    for byte in body.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let (mut left, mut spelt) = (!crc, Vec::new());
    for _ in 0..6 {
        spelt.push(DIGITS[usize::try_from(left % 62).unwrap()]);
        left /= 62;
    }
    spelt.reverse();
    format!("{prefix}{body}{}", String::from_utf8(spelt).unwrap())
}

/// Classic tokens, and every fifth a refresh token, one a line.
fn leak(count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        let token = match at % 5 {
            0 => made("ghr_", &format!("{at:070}")),
            _ => made("ghp_", &format!("{at:030}")),
        };
        writeln!(text, "GITHUB_TOKEN={token}").unwrap();
    }
    text
}

fn desk(served: &Served, leak: &str) -> Desk {
    let workspace = format!(
        "contain: 1\nproviders:\n  github:\n    base_url: {}\n    organizations: acme\n    token: env:OURS\n",
        served.base
    );
    Desk::at("http://127.0.0.1:9", ("AKIAIOSFODNN7EXAMPLE", "none"))
        .with("OURS", super::OURS)
        .file("contain.yaml", &workspace)
        .file("leak.txt", leak)
}

#[test]
fn a_thousand_leaked_tokens_are_revoked_in_one_call_by_the_whole_program() {
    let (came, comes) = std::sync::mpsc::channel();
    let served = Served::start(json!({"revoked": [], "calls": []}), move |asked, state| {
        let by = asked
            .header("authorization")
            .trim_start_matches("Bearer ")
            .to_owned();
        match asked.line() {
            "POST /credentials/revoke" => {
                let sent = asked.body["credentials"].as_array().unwrap().clone();
                state["calls"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!(sent.len()));
                state["revoked"].as_array_mut().unwrap().extend(sent);
                came.send(()).unwrap();
                Reply::empty(202)
            }
            "GET /user" if by == super::OURS => Reply::json(200, &json!({"login": "on-call"})),
            "GET /user" if by.starts_with("ghr_") => {
                Reply::json(401, &json!({"message": "Bad credentials"}))
            }
            "GET /user" => match state["revoked"].as_array().unwrap().contains(&json!(by)) {
                true => Reply::json(401, &json!({"message": "Bad credentials"})),
                false => Reply::json(200, &json!({"login": "ci"})),
            },
            "GET /users/ci" => Reply::json(200, &json!({"login": "ci"})),
            "GET /users/ci/keys?per_page=100" => Reply::json(200, &json!([])),
            line if line.starts_with("GET /orgs/acme/") => {
                Reply::json(404, &json!({"message": "Not Found"}))
            }
            other => panic!("{other}"),
        }
    });
    // Classic ones alone, so that each can be seen to be dead.
    let text: String = (0..1000)
        .map(|at| format!("{}\n", made("ghp_", &format!("{at:030}"))))
        .collect();
    let desk = desk(&served, &text);
    let told = desk.run(&["isolate", "--from", "leak.txt", "--json"]);
    // What cannot be given back takes the code of its plan.
    told.assert(3, "waiting");
    let code = told.json["confirm"].as_str().unwrap().to_owned();
    assert_eq!(served.state()["calls"], json!([]));
    let running = desk.spawn(&["apply", "--confirm", &code, "--json"]);
    comes
        .recv_timeout(std::time::Duration::from_secs(120))
        .unwrap();
    // Whether each is dead is looked after for as long as the bound lasts, which nobody waits for here.
    let told = running.interrupt();
    assert_eq!(served.state()["calls"], json!([1000]), "{told:?}");
    desk.assert_journal_verifies();
    // The intents of all were durable before the call; what came of it may have been cut off.
    assert_eq!(desk.entries("intended").len(), 1000);
    let journal = desk
        .journal()
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    assert!(!journal.contains("ghp_") && !told.out.contains("ghp_"));
}

/// The only plan of the only incident.
fn only_plan(desk: &Desk) -> Value {
    let plans = desk.incidents()[0].join("plans");
    let mut kept = plans.read_dir().unwrap().map(|kept| kept.unwrap().path());
    let plan = kept.find(|kept| kept.extension().is_some_and(|name| name == "json"));
    serde_json::from_slice(&std::fs::read(plan.unwrap()).unwrap()).unwrap()
}

/// What GitHub takes in one hour: 60 calls of 1 000.
const OF_AN_HOUR: usize = 60_000;

/// In how many tokens the whole program plans: a build without any optimisation takes minutes for those of more than an hour,
/// for which `CONTAIN_TOKENS=61000` asks, and which `benches/bulk.rs` plans each time.
fn tokens() -> usize {
    let asked = std::env::var("CONTAIN_TOKENS").ok();
    asked.map_or(1_500, |asked| asked.parse().unwrap())
}

#[test]
fn the_plan_of_a_bulk_leak_says_how_long_the_limit_makes_it_and_tries_none_of_the_tokens() {
    let served = Served::start(json!(0), |asked, _| {
        let by = asked.header("authorization");
        assert!(
            by.ends_with(super::OURS),
            "a leaked token was tried: {}",
            asked.line()
        );
        match asked.line() {
            "GET /user" => Reply::json(200, &json!({"login": "on-call"})),
            _ => Reply::json(404, &json!({"message": "Not Found"})),
        }
    });
    let count = tokens();
    let desk = desk(&served, &leak(count));
    let told = desk.run(&["plan", "isolate", "--from", "leak.txt"]);
    assert_eq!(told.exit, 0, "{}", told.err);
    let calls = count.div_ceil(1000);
    let late = format!(
        "on {count} targets takes {calls} calls, and its provider takes 60 in 1h: the last leaves 1h after the first, the most \
         powerful first"
    );
    assert_eq!(told.out.contains(&late), count > OF_AN_HOUR, "{late}");
    assert!(!told.err.contains("no known credential"), "{}", told.err);
    let revoked = told
        .out
        .lines()
        .filter(|line| line.contains("revoke       github:token/"));
    assert_eq!(revoked.count(), count);
    let plan = only_plan(&desk);
    let powers = plan["items"].as_array().unwrap().iter();
    let powers = powers.filter_map(|item| item["before"]["fact"]["present"]["power"].as_u64());
    let powers: Vec<u64> = powers.collect();
    assert_eq!(powers.len(), count);
    assert!(powers.is_sorted_by(|one, next| one >= next));
    assert!(powers.first() > powers.last());
}

#[test]
fn of_leaked_tokens_the_most_powerful_leave_first() {
    let served = Served::start(json!(0), |asked, _| match asked.line() {
        line if line.starts_with("GET /user") => Reply::json(200, &json!({"login": "on-call"})),
        line if line.starts_with("GET /orgs/acme/") => {
            Reply::json(404, &json!({"message": "Not Found"}))
        }
        other => panic!("{other}"),
    });
    let desk = desk(&served, &leak(50));
    let told = desk.run(&["isolate", "--from", "leak.txt", "--json"]);
    told.assert(3, "waiting");
    let plan = only_plan(&desk);
    let cuts = plan["items"].as_array().unwrap().iter();
    let forms: Vec<&str> = cuts
        .filter_map(|item| item["before"]["fact"]["present"]["form"].as_str())
        .collect();
    let classic = "classic personal access token";
    assert_eq!(forms.len(), 50, "{forms:?}");
    assert!(
        forms.iter().take(40).all(|form| *form == classic),
        "{forms:?}"
    );
    assert!(
        forms.iter().skip(40).all(|form| *form == "refresh token"),
        "{forms:?}"
    );
}
