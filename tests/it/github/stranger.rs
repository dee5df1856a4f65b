//! What it means that GitHub does not know a credential: nothing, unless it took it before.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contain::domain::{Because, Clock, Fact, Fields, Locator, Outcome, Probe, Secret, Seen};
use contain::provider::Provider as _;
use contain::provider::github::{GitHub, hashed};
use serde_json::{Value, json};

use super::server::{Reply, Served};
use super::{
    APP, CLIENT, TOKEN, at, call, github, given, key, look, perform, sample, settings, spec,
};

/// The answer to a credential that a server does not know.
fn bad() -> Reply {
    Reply::json(401, &json!({"message": "Bad credentials"}))
}

fn seen(target: &Locator, status: &str) -> Seen {
    Seen {
        target: target.clone(),
        at: Clock::wall().now(),
        fact: Fact::Present(Fields::from([("status".to_owned(), json!(status))])),
    }
}

fn status(fact: &Fact) -> &str {
    match fact {
        Fact::Present(fields) => fields["status"].as_str().unwrap(),
        Fact::Gone => "gone",
        Fact::Unreadable(_) => "unreadable",
    }
}

fn because(probe: &Probe) -> Option<Because> {
    match probe {
        Probe::Unclear(why) => Some(why.because),
        Probe::Accepted | Probe::Refused | Probe::Forbidden => None,
    }
}

#[tokio::test]
async fn a_token_that_this_server_never_took_is_not_gone_and_is_revoked_all_the_same() {
    let served = Served::start(json!(0), |asked, state| match asked.line() {
        "POST /credentials/revoke" => {
            *state = json!(1);
            Reply::empty(202)
        }
        "GET /user" | "GET /installation/repositories?per_page=1" => bad(),
        other => panic!("{other}"),
    });
    let github = github(&served);
    let secret = Secret::new(TOKEN.to_owned());
    for (noun, action) in [
        ("token", "github.revoke-token"),
        ("installation-token", "github.revoke-installation-token"),
    ] {
        let target = at(&served, noun, &hashed(TOKEN));
        github.hold(&target, &secret);
        let spec = spec(&github, action);
        let call = call(&spec, &target, &Fields::new());
        let strange = look(&github, &target).await;
        assert_eq!(status(&strange), "unknown", "{strange:?}");
        let Fact::Present(fields) = &strange else {
            panic!()
        };
        assert!(fields["note"].as_str().unwrap().contains("another server"));
        assert!(!spec.is_done(fields, &Fields::new(), Clock::wall().now()));
        if noun == "token" {
            let outcome = perform(&github, action, &target, &Fields::new()).await;
            assert!(
                matches!(&outcome, Outcome::Done(answer) if !answer.applied),
                "{outcome:?}"
            );
            assert_eq!(*served.state(), 1);
        }
        // Nor is it gone after it, or whatever else was seen of it.
        github.recall(&call, &seen(&target, "unknown"), None, None);
        let reader = github.reader(None);
        let now = reader
            .observe(std::slice::from_ref(&target))
            .await
            .remove(0);
        assert!(!spec.shows(&call, &now), "{now:?}");
        let probe = reader.probe(&target, &secret).await;
        assert_eq!(because(&probe), Some(Because::Invalid), "{probe:?}");
        // What the journal holds of an earlier command tells that it was this server's.
        github.recall(&call, &seen(&target, "active"), None, None);
        assert_eq!(look(&github, &target).await, Fact::Gone);
        assert_eq!(reader.probe(&target, &secret).await, Probe::Refused);
    }
}

#[tokio::test]
async fn a_text_that_is_another_credentials_is_not_tried_nor_sent() {
    let served = Served::start(json!({}), |asked, _| panic!("{}", asked.line()));
    let github = github(&served);
    let other = Secret::new(TOKEN.replace('z', "y"));
    for (noun, action) in [
        ("token", "github.revoke-token"),
        ("installation-token", "github.revoke-installation-token"),
        ("oauth-token", "github.revoke-oauth-token"),
        ("oauth-token", "github.revoke-oauth-grant"),
    ] {
        let target = at(&served, noun, &sample(noun));
        github.hold(&target, &other);
        let fact = look(&github, &target).await;
        assert!(
            matches!(&fact, Fact::Unreadable(why) if why.because == Because::Invalid),
            "{fact:?}"
        );
        let outcome = perform(&github, action, &target, &Fields::new()).await;
        assert!(
            matches!(&outcome, Outcome::Refused(why) if why.because == Because::Invalid),
            "{outcome:?}"
        );
        let probe = github.reader(None).probe(&target, &other).await;
        assert_eq!(because(&probe), Some(Because::Invalid), "{probe:?}");
    }
}

#[tokio::test]
async fn a_token_that_an_app_does_not_know_is_gone_only_where_it_was_the_apps_and_nobody_takes_it()
{
    let served = Served::start(json!({}), |asked, state| match asked.line() {
        "POST /applications/Iv1.8a61f9b3a7aba766/token" if state["check"] == 200 => Reply::json(
            200,
            &json!({"app": {"client_id": CLIENT, "name": "ci"}, "user": {"login": "bot", "id": 5}}),
        ),
        "POST /applications/Iv1.8a61f9b3a7aba766/token" => {
            Reply::json(404, &json!({"message": "Not Found"}))
        }
        "GET /user" if state["user"] == 200 => Reply::json(200, &json!({"login": "bot", "id": 5})),
        "GET /user" => bad(),
        other => panic!("{other}"),
    });
    let github = github(&served);
    let target = at(&served, "oauth-token", &sample("oauth-token"));
    let secret = Secret::new(TOKEN.to_owned());
    github.hold(&target, &secret);
    let reader = github.reader(None);
    let told = async |check: u16, user: u16| {
        *served.state() = json!({"check": check, "user": user});
        let fact = look(&github, &target).await;
        (
            status(&fact).to_owned(),
            reader.probe(&target, &secret).await,
        )
    };
    // Another app's, another server's, or another client secret.
    let (fact, probe) = told(404, 200).await;
    assert_eq!(
        (fact.as_str(), because(&probe)),
        ("unreadable", Some(Because::Foreign))
    );
    let (fact, probe) = told(404, 401).await;
    assert_eq!(
        (fact.as_str(), because(&probe)),
        ("unknown", Some(Because::Invalid))
    );
    let is = |told: (String, Probe), fact: &str, probe: Probe| {
        assert_eq!(told, (fact.to_owned(), probe));
    };
    is(told(200, 200).await, "active", Probe::Accepted);
    is(told(404, 200).await, "active", Probe::Accepted);
    is(told(404, 401).await, "gone", Probe::Refused);
}

#[tokio::test]
async fn each_app_is_looked_for_in_its_own_list_though_both_are_asked_for_by_one_path() {
    let served = Served::start(json!({}), |asked, _| {
        let claims = asked.header("authorization").split('.').nth(1).unwrap();
        let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let number = if claims["iss"].to_string().contains(APP) {
            9
        } else {
            5
        };
        match asked.line() {
            "GET /app/installations?per_page=100" => Reply::json(
                200,
                &json!([{"id": number, "account": {"login": "acme"}, "suspended_at": null}]),
            ),
            _ => Reply::json(404, &json!({"message": "Not Found"})),
        }
    });
    let mut settings = settings(&served.base);
    let keys = [APP, "8"].map(|app| (app.to_owned(), given(&key())));
    settings.several.insert("app_keys".into(), keys.into());
    let github = GitHub::new(Some(settings), Clock::wall());
    let targets = ["7/9", "8/5", "8/9"].map(|id| at(&served, "app-installation", id));
    let seen = github.reader(None).observe(&targets).await;
    let there: Vec<bool> = seen.iter().map(|seen| seen.fields().is_some()).collect();
    assert_eq!(there, [true, true, false], "{seen:?}");
    assert_eq!(seen[2].fact, Fact::Gone);
}
