//! What is not listed to us may be somebody else's, and what is typed is a value and no condition.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use contain::domain::{Because, Duration, Fact, Locator, Named};
use contain::pack::{Packed, load, shipped, stage};
use contain::provider::Provider as _;
use serde_json::json;

use super::OURS;
use super::vendor::{Came, Vendor};

async fn openai(base: &str) -> Packed {
    let mut packs = shipped().into_iter();
    let pack = packs.find(|pack| pack.name() == "openai").unwrap();
    stage(&pack, base, Duration::from_secs(20), OURS).await
}

async fn look(packed: &Packed, kind: &str, id: &str, account: &str) -> Fact {
    let target = Locator::new(&kind.parse().unwrap(), id, Some(account));
    let reader = packed.reader(None);
    reader.observe(&[target]).await.remove(0).fact
}

/// Lists one key, or one project, as often as `times` says, and then none; names the organisation where that is said.
fn lists(times: usize, header: &'static str) -> Vendor {
    let left = AtomicUsize::new(times);
    Vendor::start(move |came: &Came| {
        let is_account = came.line.ends_with("?limit=1");
        let is_left = !is_account
            && left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                })
                .is_ok();
        let key = json!({"id": "key_adm", "name": "ci", "redacted_value": "sk-admin...abc", "created_at": 1});
        let data = if is_left { vec![key] } else { Vec::new() };
        let body = json!({"object": "list", "data": data, "has_more": false});
        (200, header.to_owned(), body.to_string())
    })
}

#[tokio::test]
async fn a_key_that_was_never_listed_to_us_is_not_gone_where_nobody_says_whose_list_it_is() {
    let untold = "api.openai.com";
    for (kind, id) in [
        ("openai:admin-key", "key_adm"),
        ("openai:project", "proj_shop"),
    ] {
        let vendor = lists(0, "");
        let seen = look(&openai(&vendor.base).await, kind, id, untold).await;
        assert!(
            matches!(&seen, Fact::Unreadable(why) if why.because == Because::Foreign),
            "{seen:?}"
        );
    }
    // What was there before, with this very key, is gone.
    let vendor = lists(1, "");
    let packed = openai(&vendor.base).await;
    for is_there in [true, false] {
        let seen = look(&packed, "openai:admin-key", "key_adm", untold).await;
        assert_eq!(matches!(seen, Fact::Present(_)), is_there, "{seen:?}");
        assert_eq!(seen == Fact::Gone, !is_there, "{seen:?}");
    }
}

#[tokio::test]
async fn a_key_of_another_organisation_is_foreign_and_not_gone() {
    let vendor = lists(0, "openai-organization: org-theirs\r\n");
    let packed = openai(&vendor.base).await;
    for account in ["org-ours", "api.openai.com"] {
        let seen = look(&packed, "openai:admin-key", "key_adm", account).await;
        assert!(
            matches!(&seen, Fact::Unreadable(why) if why.because == Because::Foreign),
            "{account}: {seen:?}"
        );
    }
    let seen = look(&packed, "openai:admin-key", "key_adm", "org-theirs").await;
    assert_eq!(seen, Fact::Gone);
}

/// A pack that looks up by a filter in which values stand in quotes.
const QUOTED: &str = r#"pack: 1
provider: acme
title: Acme
docs: https://acme.example/docs
configuration: {token: {is: secret, about: a token}}
hosts: {api: https://acme.example}
authentication: {admin: {bearer: token}}
account: {host: api}
audit_lag: {within: 15m, assumed: not published}
kinds:
  key:
    title: key
    credential: true
    form: "^.+$"
    look:
      ask:
        post: /search
        reads: true
        json: {filter: "kind = \"key\" AND name = \"x/${id}\""}
        each: body.keys
        pick: item.name == id
      present: {name: item.name}
    resolve:
      typed: "^[^/]+$"
      ask: {get: /keys, query: {filter: "name eq '${id}'"}, each: body.keys, pick: item.name == id}
      id: item.name
    by_hand: {steps: [Delete it.], evidence: it is gone}
  door:
    title: door
    credential: false
    form: "^.+$"
    look:
      ask: {get: "/doors(name='${id}')", answers: [{status: 200, when: has(body.keys), is: found}]}
      present: {name: "'a door'"}
"#;

#[tokio::test]
async fn what_was_typed_never_becomes_a_condition() {
    let pack = load("acme.yaml", QUOTED).map_err(|refused| refused.render(false));
    let pack = Arc::new(pack.unwrap_or_else(|told| panic!("{told}")));
    let all = json!({"keys": [{"name": "a"}, {"name": "b"}, {"name": "b", "of": "another"}]});
    let vendor = Vendor::start(move |_| (200, String::new(), all.to_string()));
    let packed = stage(&pack, &vendor.base, Duration::from_secs(10), OURS).await;
    let reader = packed.reader(None);
    let named = |id: &str| Named {
        kind: "acme:key".parse().unwrap(),
        id: id.to_owned(),
        account: None,
    };
    for id in ["x' or name eq 'a", "a\\", "a/b"] {
        let told = reader.resolve(&[named(id)]).await.remove(0);
        assert_eq!(told.unwrap_err().because, Because::Invalid, "{id}");
    }
    let host = vendor.base.split_once("://").unwrap().1;
    for id in ["a\" OR name = \"b", "a\\"] {
        let seen = look(&packed, "acme:key", id, host).await;
        assert!(
            matches!(&seen, Fact::Unreadable(why) if why.because == Because::Invalid),
            "{id}: {seen:?}"
        );
    }
    // In a path a quote is escaped, and is one again for the vendor who reads it.
    let seen = look(&packed, "acme:door", "a' or true", host).await;
    assert!(
        matches!(&seen, Fact::Unreadable(why) if why.because == Because::Invalid),
        "{seen:?}"
    );
    assert!(vendor.came().is_empty(), "{:?}", vendor.lines());
    let seen = look(&packed, "acme:door", "a", host).await;
    assert!(matches!(seen, Fact::Present(_)), "{seen:?}");
    let told = reader.resolve(&[named("a"), named("b"), named("c")]).await;
    assert_eq!(told[0].as_ref().unwrap().id(), "a");
    let why = |at: usize| told[at].as_ref().unwrap_err().because;
    assert_eq!((why(1), why(2)), (Because::Ambiguous, Because::Missing));
}
