//! Our own authority in the middle of a run: a token that ends before its time is asked for anew, once and once only; and what
//! is refused for the time that we sign says that the clock is to be set.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use contain::domain::{Because, Clock, Duration, Fact, Outcome, Secret, Tag};
use contain::pack::{Pack, Packed, account_key, load};
use contain::provider::{Given, Provider as _, Settings};
use serde_json::json;

use super::vendor::{Came, Vendor};

const CLIENT: &str =
    "client_credentials: {host: api, post: /token, id: client_id, secret: client_secret}";
const SIGNS: &str = "service_account: {host: api, post: /token, key: key, scope: all}";

/// A vendor's pack whose requests are proven by a token that is asked for.
fn pack(scheme: &str) -> Arc<Pack> {
    let settings = match scheme == CLIENT {
        true => {
            "client_id: {is: text, about: a client}, client_secret: {is: secret, about: its secret}"
        }
        false => "key: {is: secret, about: a key}",
    };
    let text = format!(
        r#"pack: 1
provider: acme
title: Acme
docs: https://acme.example/docs
configuration: {{{settings}}}
hosts: {{api: https://acme.example}}
authentication: {{admin: {{{scheme}}}}}
account: {{host: api}}
audit_lag: {{within: 15m, assumed: not published}}
kinds:
  key:
    title: key
    credential: true
    form: "^k[0-9]+$"
    look:
      ask: {{get: "/keys/${{id}}"}}
      present: {{name: body.name, state: body.state}}
actions:
  delete-key:
    title: delete the key
    on: key
    cut: {{rung: delete, target: dies, issued: lives, stops_issue: true}}
    hurts: Whoever uses it.
    touches: {{state: removed}}
    floor: 3
    undo: {{none: a deleted key never works again}}
    repeat: set-like
    permissions: [keys]
    bound: {{within: 15m, assumed: not published}}
    docs: https://acme.example/docs/keys
    request: {{delete: "/keys/${{id}}", answers: [{{status: 204, is: done}}]}}
"#
    );
    let pack = load("acme.yaml", &text).map_err(|refused| refused.render(false));
    Arc::new(pack.unwrap_or_else(|told| panic!("{told}")))
}

fn packed(scheme: &str, base: &str) -> Packed {
    let given = |text: String| -> Given { Arc::new(move || Ok(Secret::new(text.clone()))) };
    let mut settings = Settings {
        deadline: Some(Duration::from_secs(10)),
        ..Settings::default()
    };
    settings.hosts.insert("api".into(), base.to_owned());
    match scheme == CLIENT {
        true => {
            settings.texts.insert("client_id".into(), "me".into());
            let secret = given("canary-of-ours".into());
            settings.secrets.insert("client_secret".into(), secret);
        }
        false => drop(settings.secrets.insert("key".into(), given(account_key()))),
    }
    Packed::new(pack(scheme), Some(settings), Clock::wall())
}

/// A vendor that gives a new token each time it is asked, and takes none of a number below the one that `takes` tells after so
/// many requests.
fn vendor(takes: impl Fn(u32) -> u32 + Send + 'static) -> Vendor {
    let (given, heard) = (AtomicU32::new(0), AtomicU32::new(0));
    Vendor::start(move |came: &Came| {
        if came.line == "POST /token" {
            let nth = given.fetch_add(1, Ordering::SeqCst) + 1;
            let body = json!({"access_token": format!("token-{nth}"), "expires_in": 3600});
            return (200, String::new(), body.to_string());
        }
        let nth = heard.fetch_add(1, Ordering::SeqCst) + 1;
        let token = came.header("authorization").unwrap_or_default();
        let token: u32 = token.trim_start_matches("Bearer token-").parse().unwrap();
        match (token >= takes(nth), came.line.starts_with("DELETE")) {
            (false, _) => (
                401,
                String::new(),
                json!({"error": "invalid_token"}).to_string(),
            ),
            (true, true) => (204, String::new(), String::new()),
            (true, false) => (200, String::new(), json!({"name": "one"}).to_string()),
        }
    })
}

async fn look(packed: &Packed, vendor: &Vendor) -> Fact {
    let target = format!("acme:key/k1@{}", vendor.base.split_once("://").unwrap().1);
    let targets = [target.parse().unwrap()];
    packed.reader(None).observe(&targets).await.remove(0).fact
}

async fn delete(packed: &Packed, vendor: &Vendor) -> Outcome {
    let target = format!("acme:key/k1@{}", vendor.base.split_once("://").unwrap().1);
    let spec = packed.actions().first().unwrap();
    let call = contain::domain::Call {
        action: spec.id.clone(),
        target: target.parse().unwrap(),
        with: Default::default(),
        secret: None,
        tag: Tag("contain-test-1".to_owned()),
    };
    let actor = packed.actor(None, &spec.permissions);
    actor.perform(&[call]).await.remove(0)
}

fn count(vendor: &Vendor, line: &str) -> usize {
    vendor.lines().iter().filter(|came| *came == line).count()
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_is_asked_for_anew_once_and_the_request_is_made_with_it() {
    for scheme in [CLIENT, SIGNS] {
        // The first token ends after one request.
        let vendor = vendor(|nth| if nth > 1 { 2 } else { 1 });
        let packed = packed(scheme, &vendor.base);
        assert!(matches!(look(&packed, &vendor).await, Fact::Present(_)));
        assert_eq!(count(&vendor, "POST /token"), 1);
        let outcome = delete(&packed, &vendor).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        assert!(matches!(look(&packed, &vendor).await, Fact::Present(_)));
        assert_eq!(count(&vendor, "POST /token"), 2, "{:?}", vendor.lines());
        // Once with the token that had ended, once with the other.
        assert_eq!(count(&vendor, "DELETE /keys/k1"), 2, "{:?}", vendor.lines());
    }
}

#[tokio::test]
async fn a_vendor_that_takes_no_token_at_all_is_not_asked_for_one_again_and_again() {
    let vendor = vendor(|_| u32::MAX);
    let packed = packed(CLIENT, &vendor.base);
    for _ in 0..3 {
        let seen = look(&packed, &vendor).await;
        let is_unknown =
            matches!(&seen, Fact::Unreadable(why) if why.because == Because::Unauthenticated);
        assert!(is_unknown, "{seen:?}");
    }
    let outcome = delete(&packed, &vendor).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Unauthenticated),
        "{outcome:?}"
    );
    assert_eq!(count(&vendor, "POST /token"), 2, "{:?}", vendor.lines());
    assert_eq!(count(&vendor, "DELETE /keys/k1"), 1, "{:?}", vendor.lines());
}

#[tokio::test]
async fn many_requests_that_meet_the_end_of_one_token_ask_for_one_other() {
    let vendor = vendor(|nth| if nth > 1 { 2 } else { 1 });
    let packed = packed(CLIENT, &vendor.base);
    assert!(matches!(look(&packed, &vendor).await, Fact::Present(_)));
    let looks = (0..6).map(|_| look(&packed, &vendor));
    for seen in futures_util::future::join_all(looks).await {
        assert!(matches!(seen, Fact::Present(_)), "{seen:?}");
    }
    assert_eq!(count(&vendor, "POST /token"), 2, "{:?}", vendor.lines());
}

/// A vendor that refuses whatever was signed, by a clock that is so many minutes ahead.
fn of_another_time(minutes: i64) -> Vendor {
    Vendor::start(move |_: &Came| {
        let there = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&there)
            .unwrap();
        let body = json!({"error": "invalid_grant"}).to_string();
        (400, format!("date: {date}\r\n"), body)
    })
}

#[tokio::test]
async fn what_is_refused_for_the_time_that_we_sign_says_that_the_clock_is_to_be_set() {
    for (minutes, wanted) in [
        (90, Some("ahead of ours: set the clock of this machine")),
        (-90, Some("behind ours: set the clock of this machine")),
        (0, None),
    ] {
        let vendor = of_another_time(minutes);
        let packed = packed(SIGNS, &vendor.base);
        let outcome = delete(&packed, &vendor).await;
        let said = match &outcome {
            Outcome::Refused(why) => why.text.clone(),
            other => panic!("{other:?}"),
        };
        match wanted {
            Some(wanted) => assert!(said.contains(wanted), "{said}"),
            None => assert!(!said.contains("clock"), "{said}"),
        }
        // By the vendor's clock it was signed a second time, and no more.
        let asked = if minutes == 0 { 1 } else { 2 };
        assert_eq!(vendor.lines().len(), asked, "{:?}", vendor.lines());
    }
}
