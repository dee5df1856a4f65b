//! A client's secret is rotated for real: the new one works, the old one is shown dead by trying it, and a server that keeps
//! it is believed.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contain::domain::{Because, Duration, Fact, Locator, Outcome, Probe, Secret, Spec};
use contain::provider::{Provider, oauth};
use serde_json::{Value, json};

use super::fault::{call, named};
use super::{App, Issuer, provider};
use crate::cut::{Cut, Fault};
use crate::github::server::{Reply, Served};

fn rotate() -> Spec {
    let mut specs = oauth::actions().into_iter();
    let is_it = |spec: &Spec| spec.id.to_string() == "oauth.rotate-client-secret";
    specs.find(is_it).unwrap()
}

fn target(issuer: &Issuer, app: &App) -> Locator {
    Locator::new(&rotate().on, &app.id, Some(issuer.account()))
}

async fn rotated(provider: &dyn Provider, target: &Locator) -> Outcome {
    let spec = rotate();
    let act = call(&spec, target);
    let actor = provider.actor(None, &spec.permissions);
    actor.perform(&[act]).await.remove(0)
}

fn with(app: &App, secret: &str) -> App {
    App {
        id: app.id.clone(),
        secret: secret.to_owned(),
        registration: Value::Null,
    }
}

#[tokio::test]
async fn a_new_secret_works_and_the_old_one_is_dead_once_it_was_tried_before() {
    let issuer = Issuer::start();
    let app = issuer.registered("register-rotating");
    let token = issuer.token(&app);
    let target = target(&issuer, &app);
    let provider = provider(issuer.url(), Some(&app), Duration::from_secs(10));
    let reader = provider.reader(None);
    let old = Secret::new(app.secret.clone());
    assert_eq!(reader.probe(&target, &old).await, Probe::Accepted);
    // Whoever never saw that a secret was right learns nothing from its being refused.
    let wrong = Secret::new("never-its-secret".to_owned());
    let probe = reader.probe(&target, &wrong).await;
    assert!(matches!(probe, Probe::Unclear(_)), "{probe:?}");

    // Twice: the registration access token changes with each.
    let mut last = app.secret.clone();
    for _ in 0..2 {
        let Outcome::Done(answer) = rotated(provider.as_ref(), &target).await else {
            panic!("it was not done");
        };
        assert_eq!(answer.made, std::slice::from_ref(&target));
        assert_eq!(answer.fields["registration_token_changed"], true);
        let told = format!("{answer:?}");
        let stored: Value = serde_json::from_str(answer.secret.unwrap().expose()).unwrap();
        let new = stored["client_secret"].as_str().unwrap();
        assert!(new != last && !told.contains(new), "{told}");
        assert_eq!(issuer.grant(&with(&app, new)).0, 200);
        assert_eq!(issuer.grant(&with(&app, &last)).0, 401);
        // What went to the store manages the client, and what is named in the workspace does not any more.
        let managing = stored["registration_access_token"].as_str().unwrap();
        let bearer = format!("authorization: Bearer {managing}");
        let path = format!("/reg/{}", app.id);
        assert_eq!(issuer.exchange("GET", &path, &[&bearer], "").0, 200);
        last = new.to_owned();
    }
    assert_eq!(reader.probe(&target, &old).await, Probe::Refused);
    // No token ends with a secret.
    assert!(issuer.is_active(&token));
}

#[tokio::test]
async fn a_server_that_keeps_the_secret_is_not_said_to_have_made_one() {
    let issuer = Issuer::start();
    let app = issuer.app();
    let target = target(&issuer, &app);
    let provider = provider(issuer.url(), Some(&app), Duration::from_secs(10));
    let outcome = rotated(provider.as_ref(), &target).await;
    let Outcome::Refused(why) = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(why.because, Because::NotImplemented);
    assert_eq!(issuer.grant(&app).0, 200);
    let probe = provider.reader(None);
    let probe = probe.probe(&target, &Secret::new(app.secret)).await;
    assert_eq!(probe, Probe::Accepted);
}

#[tokio::test]
async fn the_client_that_contain_acts_as_keeps_its_secret() {
    let issuer = Issuer::start();
    let provider = provider(issuer.url(), None, Duration::from_secs(10));
    let own = Locator::new(&rotate().on, "admin", Some(issuer.account()));
    let outcome = rotated(provider.as_ref(), &own).await;
    let Outcome::Refused(why) = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(why.because, Because::Forbidden);
}

/// A server that tells a client's secret only when it gives a new one, and counts how often it did; what it takes of a client
/// is `current`. Where it `keeps`, it takes whatever comes before it looks who sends it, and leaves the client its secret.
fn discreet() -> Served {
    Served::start(
        json!({"current": "of-before", "puts": 0, "keeps": false}),
        |asked, state| match asked.line() {
            "GET /reg/app" => Reply::json(200, &json!({"client_id": "app"})),
            "PUT /reg/app" => {
                let puts = state["puts"].as_u64().unwrap() + 1;
                state["puts"] = json!(puts);
                if state["keeps"] == false {
                    state["current"] = json!(format!("new-{puts}"));
                }
                let said = json!({"client_id": "app", "client_secret": state["current"]});
                Reply::json(200, &said)
            }
            "POST /token/revocation" => {
                let current = state["current"].as_str().unwrap();
                let right = BASE64_STANDARD.encode(format!("app:{current}"));
                if state["keeps"] == true
                    || asked.header("authorization") == format!("Basic {right}")
                {
                    return Reply::json(200, &json!({}));
                }
                Reply::json(401, &json!({"error": "invalid_client"}))
            }
            other => panic!("{other}"),
        },
    )
}

fn of(served: &Served) -> (Arc<dyn Provider>, Locator) {
    let place = format!("{}/reg/app", served.base);
    let registration =
        json!({"registration_client_uri": place, "registration_access_token": "t-0123456789"});
    let app = App {
        id: "app".to_owned(),
        secret: String::new(),
        registration,
    };
    let account = served.base.trim_start_matches("http://");
    let target = Locator::new(&rotate().on, "app", Some(account));
    (named(&served.base, &app), target)
}

#[tokio::test]
async fn a_secret_that_could_not_be_told_from_the_former_one_is_not_asked_for() {
    let served = discreet();
    let (provider, target) = of(&served);
    let outcome = rotated(provider.as_ref(), &target).await;
    let Outcome::Refused(why) = &outcome else {
        panic!("{outcome:?}");
    };
    assert!(why.text.contains("--secret"), "{why:?}");
    assert_eq!(served.state()["puts"], 0);
}

#[tokio::test]
async fn a_secret_that_was_given_counts_as_the_former_one_only_once_the_server_took_it() {
    let served = discreet();
    let (provider, target) = of(&served);
    // That one differs from any new one, and from one that the server had all along.
    provider.hold(&target, &Secret::new("never-its-secret".to_owned()));
    let outcome = rotated(provider.as_ref(), &target).await;
    let Outcome::Refused(why) = &outcome else {
        panic!("{outcome:?}");
    };
    assert!(why.text.contains("--secret"), "{why:?}");
    assert_eq!(served.state()["puts"], 0);
    // A second attempt knows the former one still, though the server has another by then.
    provider.hold(&target, &Secret::new("of-before".to_owned()));
    for new in ["new-1", "new-2"] {
        let Outcome::Done(answer) = rotated(provider.as_ref(), &target).await else {
            panic!("it was not done");
        };
        let stored: Value = serde_json::from_str(answer.secret.unwrap().expose()).unwrap();
        assert_eq!(stored["client_secret"], new);
    }
}

#[tokio::test]
async fn a_secret_is_not_the_former_one_where_the_server_takes_any() {
    let served = discreet();
    served.state()["keeps"] = json!(true);
    let (provider, target) = of(&served);
    // A slip of the pen: the answer would differ from it, and is what the client had all along.
    let mistyped = Secret::new("of-befroe".to_owned());
    provider.hold(&target, &mistyped);
    let reader = provider.reader(None);
    for _ in 0..2 {
        let outcome = rotated(provider.as_ref(), &target).await;
        let Outcome::Refused(why) = &outcome else {
            panic!("{outcome:?}");
        };
        assert!(why.text.contains("nobody has"), "{why:?}");
        // That it was taken once makes it no more right.
        assert_eq!(reader.probe(&target, &mistyped).await, Probe::Accepted);
    }
    assert_eq!(served.state()["puts"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_a_lost_answer_replaced_the_registration_token_another_attempt_is_no_failure() {
    let issuer = Issuer::start();
    let mut app = issuer.registered("register-rotating");
    // The first message asks for the client, the second puts it in place of itself.
    let cut = Cut::before(issuer.account(), Fault::Unheard, 1);
    let through = format!("http://127.0.0.1:{}", cut.port);
    let place = app.registration["registration_client_uri"]
        .as_str()
        .unwrap();
    app.registration["registration_client_uri"] = json!(place.replace(issuer.url(), &through));
    let account = through.trim_start_matches("http://");
    let target = Locator::new(&rotate().on, &app.id, Some(account));
    let provider = named(&through, &app);
    let first = rotated(provider.as_ref(), &target).await;
    assert!(matches!(first, Outcome::InDoubt(_)), "{first:?}");
    assert!(cut.has_struck());
    assert_eq!(issuer.grant(&app).0, 401, "the secret did change");

    let is_told = |outcome: &Outcome| matches!(outcome, Outcome::InDoubt(why) if why.text.contains("recover the client"));
    let again = rotated(provider.as_ref(), &target).await;
    assert!(is_told(&again), "{again:?}");
    // The next process knows it from the journal, unless that tells that it ended well.
    let spec = rotate();
    let looked = provider.reader(None);
    let before = looked
        .observe(std::slice::from_ref(&target))
        .await
        .remove(0);
    assert!(
        matches!(&before.fact, Fact::Unreadable(why) if why.text.contains("recover the client")),
        "{before:?}"
    );
    for (acted, is_in_doubt) in [(None, true), (Some(before.at), false)] {
        let next = named(&through, &app);
        next.recall(&call(&spec, &target), &before, acted, None);
        let outcome = rotated(next.as_ref(), &target).await;
        assert_eq!(is_told(&outcome), is_in_doubt, "{outcome:?}");
        // That its secret was replaced says nothing of the client's end.
        let looked = next.reader(None);
        let seen = looked.observe(std::slice::from_ref(&target)).await;
        assert!(matches!(seen[0].fact, Fact::Unreadable(_)), "{seen:?}");
    }
    // Where nothing of ours went before, nothing happened.
    let stranger = rotated(named(&through, &app).as_ref(), &target).await;
    assert!(matches!(stranger, Outcome::Refused(_)), "{stranger:?}");
}
