//! The SSH keys of a token's user, which outlive it: found where GitHub shows them, and called seen only where all are.

use contain::domain::{
    Clock, Fact, NotSeen, Probe, Query, ReadKind, Reading, Relation, Secret, Time,
};
use contain::provider::Provider as _;
use contain::provider::github::{GitHub, hashed};
use serde_json::json;

use super::server::{Reply, Served};
use super::{OURS, TOKEN, at, settings};

/// A server whose user `bot` has three keys; our own token is a user's, and the one that leaked is the bot's while it lives.
fn served(ours: &'static str, scopes: &'static str) -> Served {
    Served::start(json!({"alive": true}), move |asked, state| {
        let is_ours = asked.header("authorization").contains(OURS);
        let keys = json!([
            {"id": 1, "key": "ssh-ed25519 A", "created_at": "2020-01-01T00:00:00Z"},
            {"id": 2, "key": "ssh-ed25519 B", "created_at": "2026-03-01T03:05:00Z", "title": "theirs"},
            {"id": 3, "key": "ssh-ed25519 C"},
        ]);
        match asked.line() {
            "GET /user" if is_ours => Reply::json(200, &json!({"login": ours})),
            "GET /user" if state["alive"] == true => {
                Reply::json(200, &json!({"login": "Bot"})).with("x-oauth-scopes", scopes)
            }
            "GET /user" => Reply::json(401, &json!({"message": "Bad credentials"})),
            "GET /user/keys?per_page=100" if is_ours && ours == "bot" => Reply::json(200, &keys),
            "GET /users/bot/keys?per_page=100" if ours != "bot" => Reply::json(200, &keys),
            line if line.starts_with("GET /orgs/acme/audit-log") => Reply::json(200, &json!([])),
            other => panic!("{other}"),
        }
    })
}

fn github(served: &Served) -> GitHub {
    let mut settings = settings(&served.base);
    settings.texts.insert("organizations".into(), "acme".into());
    GitHub::new(Some(settings), Clock::wall())
}

/// What hangs on the token once it is dead, where it was looked at while it lived, or never.
async fn reach(served: &Served, looked: bool) -> Reading {
    let github = github(served);
    let target = at(served, "token", &hashed(TOKEN));
    github.hold(&target, &Secret::new(TOKEN.to_owned()));
    let reader = github.reader(None);
    if looked {
        let seen = reader
            .observe(std::slice::from_ref(&target))
            .await
            .remove(0);
        assert!(matches!(seen.fact, Fact::Present(_)), "{seen:?}");
    }
    served.state()["alive"] = json!(false);
    let query = Query {
        read: ReadKind::Reach,
        target,
        relations: Vec::new(),
        since: "2026-03-01T03:00:00Z".parse::<Time>().unwrap(),
        pages: 5,
        budget_ms: 10_000,
    };
    reader.read(&query).await.unwrap()
}

/// The keys that hang on the token in one way.
fn keys(reading: &Reading, relation: Relation) -> Vec<&str> {
    let is_key = |found: &&contain::domain::Found| found.what.kind().noun() == "ssh-key";
    let keys = reading.found.iter().filter(is_key);
    let keys = keys.filter(|key| key.relation == Some(relation));
    keys.map(|key| key.what.id()).collect()
}

/// That the key of the window is the token's, and the one that does not say when it was added is its user's.
fn are_found(reading: &Reading) {
    assert_eq!(keys(reading, Relation::Minted), ["bot/2"]);
    assert_eq!(keys(reading, Relation::Held), ["bot/3"]);
}

/// What is not seen of the keys, beside since when the third is there.
fn unseen(reading: &Reading) -> Option<&NotSeen> {
    let of_keys = |one: &&NotSeen| one.what.starts_with("ssh-key");
    let (undated, others): (Vec<_>, Vec<_>) = reading
        .not_seen
        .iter()
        .filter(of_keys)
        .partition(|one| one.why.text.contains("bot/3"));
    let is_listed = !keys(reading, Relation::Held).is_empty();
    assert_eq!(undated.len(), usize::from(is_listed), "{undated:?}");
    assert!(undated.iter().all(|one| one.withholds), "{undated:?}");
    assert!(others.len() <= 1, "{others:?}");
    others.first().copied()
}

#[tokio::test]
async fn with_a_token_of_the_same_user_all_keys_are_seen() {
    let served = served("bot", "admin:public_key");
    let reading = reach(&served, true).await;
    are_found(&reading);
    assert_eq!(unseen(&reading), None);
}

#[tokio::test]
async fn of_another_user_the_shown_keys_are_found_and_the_rest_stays_unseen() {
    let served = served("octocat", "repo, admin:public_key");
    let reading = reach(&served, true).await;
    are_found(&reading);
    let unseen = unseen(&reading).unwrap();
    assert!(
        unseen.withholds && unseen.why.text.contains("verified"),
        "{unseen:?}"
    );
}

#[tokio::test]
async fn scopes_that_add_no_keys_are_said_and_hide_none() {
    // They can be edited while the token stays the same: what was added before is there all the same.
    let scopes = "repo, admin:org, read:public_key";
    let served_to_others = served("octocat", scopes);
    let reading = reach(&served_to_others, true).await;
    are_found(&reading);
    let hidden = unseen(&reading).unwrap();
    assert!(
        hidden.withholds && hidden.why.text.contains("as last seen"),
        "{hidden:?}"
    );
    // Where all are listed nothing is open.
    let served = served("bot", scopes);
    let reading = reach(&served, true).await;
    are_found(&reading);
    assert_eq!(unseen(&reading), None);
}

#[tokio::test]
async fn where_it_was_never_seen_whose_token_it_is_its_keys_stay_unseen() {
    let served = served("octocat", "repo");
    let reading = reach(&served, false).await;
    for relation in [Relation::Minted, Relation::Held] {
        assert_eq!(keys(&reading, relation), Vec::<&str>::new());
    }
    assert!(unseen(&reading).unwrap().withholds);
}

#[tokio::test]
async fn only_an_event_that_names_the_token_shows_that_it_was_taken_and_whose_it_is() {
    let other = hashed("ghp_another0000000000000000000000000000a");
    for (named, is_its) in [
        (json!(hashed(TOKEN)), true),
        (json!(other), false),
        (json!(null), false),
    ] {
        let served = Served::start(json!({}), move |asked, _| match asked.line() {
            "GET /user" if asked.header("authorization").contains(OURS) => {
                Reply::json(200, &json!({"login": "octocat"}))
            }
            "GET /user" => Reply::json(401, &json!({"message": "Bad credentials"})),
            "GET /users/bot/keys?per_page=100" => Reply::json(200, &json!([])),
            line if line.starts_with("GET /orgs/acme/audit-log") => Reply::json(
                200,
                &json!([{"@timestamp": 1_772_334_300_000_u64, "action": "repo.access", "actor": "Bot", "org": "acme", "hashed_token": named}]),
            ),
            "GET /orgs/acme/hooks?per_page=100" => Reply::json(200, &json!([])),
            other => panic!("{other}"),
        });
        let github = github(&served);
        let target = at(&served, "token", &hashed(TOKEN));
        let token = Secret::new(TOKEN.to_owned());
        github.hold(&target, &token);
        let reader = github.reader(None);
        let query = Query {
            read: ReadKind::Reach,
            target: target.clone(),
            relations: Vec::new(),
            since: "2026-03-01T03:00:00Z".parse::<Time>().unwrap(),
            pages: 5,
            budget_ms: 10_000,
        };
        let reading = reader.read(&query).await.unwrap();
        let hidden = unseen(&reading).unwrap();
        assert_eq!(
            hidden.why.text.contains("keys of bot"),
            is_its,
            "{hidden:?}"
        );
        let probe = reader.probe(&target, &token).await;
        assert_eq!(probe == Probe::Refused, is_its, "{probe:?}");
    }
}
