//! A value that was mistyped is refused like one that was revoked: only what was seen to work before is ever called dead.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use contain::domain::{Call, Duration, Fact, Locator, Outcome, Probe, Secret, Tag};
use contain::pack::{Packed, shipped, stage};
use contain::provider::Provider as _;
use serde_json::{Value, json};

use super::OURS;
use crate::harness::Desk;

const LEAKED: &str = "hf_aBcDeFgHiJaBcDeFgHiJaBcDeFgHiJabcd";
const MISTYPED: &str = "hf_aBcDeFgHiJaBcDeFgHiJaBcDeFgHiJabcx";

/// A vendor that knows one credential until it is revoked, and says the same of every other value.
struct Vendor {
    base: String,
    came: Arc<Mutex<Vec<String>>>,
}

impl Vendor {
    /// `ends` is the request that revokes; `told` is what the credential itself is told, and `of` what we are told about it.
    fn start(leaked: &'static str, ends: &'static str, told: (u16, Value), of: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let came = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&came);
        std::thread::spawn(move || {
            let mut revoked = false;
            while let Ok((mut stream, _)) = listener.accept() {
                let text = request(&mut stream);
                let line = text.lines().next().unwrap_or_default();
                let line = line
                    .rsplit_once(' ')
                    .map_or("", |(line, _)| line)
                    .to_owned();
                kept.lock().unwrap().push(line.clone());
                let itself = text.contains(&format!("authorization: Bearer {leaked}"));
                let ours = text.contains(OURS);
                let (status, body) = if line == ends {
                    // It answers alike whatever it was given.
                    revoked |= ours || itself || text.contains(&format!("\"{leaked}\""));
                    (if ours || itself { 204 } else { 202 }, Value::Null)
                } else if itself && !revoked {
                    told.clone()
                } else if ours {
                    (200, of.clone())
                } else {
                    (401, json!({"error": "unauthorized"}))
                };
                let body = match body {
                    Value::Null => String::new(),
                    body => body.to_string(),
                };
                let head = format!(
                    "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                drop(stream.write_all(head.as_bytes()));
            }
        });
        Self { base, came }
    }

    fn came(&self) -> Vec<String> {
        self.came.lock().unwrap().clone()
    }
}

fn request(stream: &mut std::net::TcpStream) -> String {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return text,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

fn hub() -> Vendor {
    let who = json!({"type": "user", "name": "ci-bot", "auth": {"accessToken": {"displayName": "deploy", "role": "write"}}});
    Vendor::start(
        LEAKED,
        "POST /api/credentials/revoke",
        (200, who),
        json!({}),
    )
}

async fn packed(name: &str, vendor: &Vendor) -> Packed {
    let mut packs = shipped().into_iter();
    let pack = packs.find(|pack| pack.name() == name).unwrap();
    stage(&pack, &vendor.base, Duration::from_secs(20), OURS).await
}

fn target(kind: &str, id: &str, vendor: &Vendor) -> Locator {
    let host = vendor.base.trim_start_matches("http://");
    Locator::new(&kind.parse().unwrap(), id, Some(host))
}

fn call(action: &str, target: &Locator) -> Call {
    Call {
        action: action.parse().unwrap(),
        target: target.clone(),
        with: Default::default(),
        secret: None,
        tag: Tag("contain-mistyped-1".to_owned()),
    }
}

async fn perform(packed: &Packed, action: &str, target: &Locator) -> Outcome {
    let call = call(action, target);
    let mut specs = packed.actions().iter();
    let spec = specs.find(|spec| spec.id == call.action).unwrap();
    let actor = packed.actor(None, &spec.permissions);
    actor.perform(&[call]).await.remove(0)
}

#[tokio::test]
async fn a_token_that_worked_before_is_seen_to_be_gone_and_refused() {
    let hub = hub();
    let packed = packed("hugging-face", &hub).await;
    let token = target("hugging-face:token", "ci-bot/deploy", &hub);
    let secret = Secret::new(LEAKED.to_owned());
    packed.hold(&token, &secret);
    let reader = packed.reader(None);
    let look = async || reader.observe(std::slice::from_ref(&token)).await.remove(0);
    let before = look().await;
    assert!(matches!(before.fact, Fact::Present(_)));
    assert_eq!(reader.probe(&token, &secret).await, Probe::Accepted);
    let outcome = perform(&packed, "hugging-face.revoke-token", &token).await;
    assert!(
        matches!(&outcome, Outcome::Done(answer) if !answer.applied),
        "only acknowledged: {outcome:?}"
    );
    assert_eq!(look().await.fact, Fact::Gone);
    assert_eq!(reader.probe(&token, &secret).await, Probe::Refused);
    // Another process knows nothing of what was seen here, and claims nothing, until it is told by the receipt; and that
    // says nothing of another secret.
    for (told, with, is_known) in [
        (false, None, false),
        (true, None, false),
        (true, Some(&secret), true),
    ] {
        let packed = self::packed("hugging-face", &hub).await;
        packed.hold(&token, &secret);
        if told {
            let call = call("hugging-face.revoke-token", &token);
            packed.recall(&call, &before, None, with);
        }
        let reader = packed.reader(None);
        let seen = reader.observe(std::slice::from_ref(&token)).await.remove(0);
        assert_eq!(seen.fact == Fact::Gone, is_known, "{seen:?}");
        assert_eq!(matches!(seen.fact, Fact::Unreadable(_)), !is_known);
        let probe = reader.probe(&token, &secret).await;
        assert_eq!(probe == Probe::Refused, is_known, "{probe:?}");
        assert_eq!(matches!(probe, Probe::Unclear(_)), !is_known);
    }
}

#[tokio::test]
async fn a_token_that_was_mistyped_is_neither_gone_nor_revoked_nor_dead() {
    let hub = hub();
    let packed = packed("hugging-face", &hub).await;
    let token = target("hugging-face:token", "ci-bot/deploy", &hub);
    let secret = Secret::new(MISTYPED.to_owned());
    packed.hold(&token, &secret);
    let reader = packed.reader(None);
    let fact = reader
        .observe(std::slice::from_ref(&token))
        .await
        .remove(0)
        .fact;
    assert!(matches!(fact, Fact::Unreadable(_)), "{fact:?}");
    let outcome = perform(&packed, "hugging-face.revoke-token", &token).await;
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    assert!(matches!(
        reader.probe(&token, &secret).await,
        Probe::Unclear(_)
    ));
    let came = hub.came();
    assert!(came.iter().all(|line| line.starts_with("GET ")), "{came:?}");
}

#[tokio::test]
async fn a_token_that_is_looked_at_by_its_id_is_tried_once_while_it_lives() {
    let row =
        json!({"id": 101, "revoked": false, "active": true, "user_id": 42, "scopes": ["api"]});
    // What works revokes itself; a value that does not is left out of it.
    for (given, ends, before, after) in [
        (
            "glpat-aB3dE6gH9jK2aB3dE6gH",
            "DELETE /api/v4/personal_access_tokens/self",
            true,
            true,
        ),
        (
            "glpat-aB3dE6gH9jK2aB3dE6gX",
            "DELETE /api/v4/personal_access_tokens/101",
            false,
            false,
        ),
    ] {
        let vendor = Vendor::start(
            "glpat-aB3dE6gH9jK2aB3dE6gH",
            ends,
            (200, row.clone()),
            row.clone(),
        );
        let packed = packed("gitlab", &vendor).await;
        let token = target("gitlab:personal-access-token", "101", &vendor);
        let secret = Secret::new(given.to_owned());
        packed.hold(&token, &secret);
        let reader = packed.reader(None);
        for _ in 0..3 {
            let fact = reader
                .observe(std::slice::from_ref(&token))
                .await
                .remove(0)
                .fact;
            assert!(matches!(fact, Fact::Present(_)), "{fact:?}");
        }
        let tried = "GET /api/v4/personal_access_tokens/self";
        let came = vendor.came();
        assert_eq!(came.iter().filter(|line| *line == tried).count(), 1);
        let probe = reader.probe(&token, &secret).await;
        assert_eq!(probe == Probe::Accepted, before, "{probe:?}");
        let outcome = perform(&packed, "gitlab.revoke-personal-access-token", &token).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        let probe = reader.probe(&token, &secret).await;
        assert_eq!(probe == Probe::Refused, after, "{probe:?}");
    }
}

#[test]
fn a_mistyped_token_is_never_called_isolated() {
    let hub = hub();
    let workspace = format!(
        "contain: 1\nproviders:\n  hugging-face: {{hosts: {{api: \"{}\"}}}}\n",
        hub.base
    );
    let desk = Desk::at("http://127.0.0.1:9", ("AKIARZPUZDIKNAJLN7ON", "none"))
        .file("contain.yaml", &workspace)
        .with("LEAKED", MISTYPED);
    let told = desk.run(&[
        "isolate",
        "hugging-face:token/ci-bot/deploy",
        "--secret",
        "env:LEAKED",
        "--yes",
        "--json",
    ]);
    assert_ne!(told.exit, 0, "{told:?}");
    assert!(
        !["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );
    assert!(!format!("{told:?}").contains(MISTYPED));
    let came = hub.came();
    assert!(came.iter().all(|line| line.starts_with("GET ")), "{came:?}");
}
