//! Tokens and clients through the whole program.

use contain::domain::{Duration, Fact, Locator, Outcome, Probe, Secret};
use contain::provider::Provider;
use serde_json::Value;

use super::fault::call;
use super::{App, Issuer, OURS, provider};
use crate::harness::{Desk, Told};
use crate::held::unseen;

/// Confirms what waits for its code.
fn confirmed(desk: &Desk, asked: &Told) -> Told {
    asked.assert(3, "waiting");
    let code = asked.json["confirm"].as_str().unwrap();
    desk.run(&["apply", code, "--confirm", code, "--json"])
}

#[test]
fn a_token_is_revoked_and_shown_dead_for_real() {
    let issuer = Issuer::start();
    let app = issuer.app();
    let (token, other) = (issuer.token(&app), issuer.token(&app));
    let desk = issuer.desk(&app, "").with("LEAKED", &token);
    let named = "oauth:token/found-in-log";
    let asked = desk.run(&[
        "isolate",
        named,
        "--secret",
        "env:LEAKED",
        "--yes",
        "--json",
    ]);
    // A revoked token cannot be given back, so that takes the code.
    assert!(issuer.is_active(&token));
    let told = confirmed(&desk, &asked);
    let item = told.item("token/found-in-log", "oauth.revoke-token");
    assert_eq!(item["status"], "confirmed", "{told:?}");
    assert!(!issuer.is_active(&token));
    assert!(
        issuer.is_active(&other),
        "another token of the client is left alone"
    );
    let told = desk.run(&["verify", "--json"]);
    assert_eq!(
        told.exit, 0,
        "another process knows from the journal that it was active: {told:?}"
    );
    desk.assert_journal_verifies();
    let kept = desk
        .journal()
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    for secret in [&token, OURS, &app.secret] {
        assert!(!kept.contains(secret));
    }
}

#[test]
fn a_name_stands_for_one_token_in_an_incident() {
    let issuer = Issuer::start();
    let app = issuer.app();
    let token = issuer.token(&app);
    let stranger = "no-token-of-this-server";
    let desk = issuer.desk(&app, "").with("LEAKED", &token);
    let named = "oauth:token/leak";
    let isolate = [
        "isolate",
        named,
        "--secret",
        "env:LEAKED",
        "--yes",
        "--json",
    ];
    desk.run(&isolate).assert(3, "waiting");
    // What is shown of the one token is not taken for shown of another that is called the same.
    let desk = desk.with("LEAKED", stranger);
    let told = desk.run(&isolate);
    assert_eq!(told.exit, 2, "{told:?}");
    assert!(told.out.contains("stands for another secret"), "{told:?}");
    assert!(!told.out.contains(stranger), "{told:?}");
    assert_eq!(desk.entries("run-opened").len(), 1);
    // The same token is the same subject.
    let desk = desk.with("LEAKED", &token);
    desk.run(&isolate).assert(3, "waiting");
    assert_eq!(desk.entries("run-opened").len(), 2);
}

#[test]
fn a_200_for_a_token_that_the_server_never_knew_is_no_proof() {
    let issuer = Issuer::start();
    let app = issuer.app();
    let desk = issuer
        .desk(&app, "")
        .with("LEAKED", "no-token-of-this-server");
    let named = "oauth:token/stranger";
    let asked = desk.run(&[
        "isolate",
        named,
        "--secret",
        "env:LEAKED",
        "--yes",
        "--json",
    ]);
    let told = confirmed(&desk, &asked);
    assert_eq!(told.exit, 5, "{told:?}");
    assert!(
        !["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );
    assert!(
        !told
            .verdicts()
            .iter()
            .any(|verdict| ["observed", "probed-dead"].contains(verdict)),
        "{told:?}"
    );
    // Nor was it seen open: introspection told nothing.
    assert!(
        told.out.contains("could not tell whether it is open"),
        "{told:?}"
    );
    assert!(!told.out.contains("found it open"), "{told:?}");
}

fn client(issuer: &Issuer, app: &App) -> String {
    format!("oauth:client/{}@{}", app.id, issuer.account())
}

#[test]
fn a_deleted_client_whose_token_lives_is_not_called_isolated() {
    let issuer = Issuer::start();
    let app = issuer.app();
    let token = issuer.token(&app);
    let desk = issuer.desk(&app, "");
    let subject = client(&issuer, &app);
    let asked = desk.run(&["isolate", &subject, "--yes", "--json"]);
    let told = confirmed(&desk, &asked);
    // The client is gone, for real; what it was issued is accepted.
    assert_eq!(issuer.grant(&app).0, 401);
    assert!(issuer.is_active(&token));
    assert_eq!(told.exit, 5, "{told:?}");
    assert!(
        !["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );
    let verified = desk.run(&["verify", "--json"]);
    assert_eq!(verified.exit, 5, "{verified:?}");
    assert!(
        !["isolated", "contained"].contains(&verified.outcome()),
        "{verified:?}"
    );
    let item = told.item(&app.id, "oauth.delete-client");
    assert_ne!(item["verdict"], "observed", "{told:?}");
}

#[test]
fn a_client_is_contained_once_its_tokens_cannot_live_any_more() {
    let issuer = Issuer::start();
    let app = issuer.app();
    let token = issuer.token(&app);
    // Of this server that is not true; the workspace answers for it.
    let desk = issuer
        .desk(&app, "    token_lifetime: 1s\n")
        .with("LEAKED", &token);
    let subject = client(&issuer, &app);
    let named = format!("oauth:token/known@{}", issuer.account());
    let secret = format!("{named}=env:LEAKED");
    let asked = desk.run(&[
        "isolate", &subject, &named, "--secret", &secret, "--yes", "--json",
    ]);
    let told = confirmed(&desk, &asked);
    told.assert(0, "isolated");
    assert_eq!(issuer.grant(&app).0, 401);
    assert!(!issuer.is_active(&token));
    let verified = desk.run(&["verify", "--json"]);
    assert_eq!(verified.exit, 0, "{verified:?}");
}

#[tokio::test]
async fn a_dead_refresh_token_whose_access_token_lives_leaves_the_grant_unseen() {
    let issuer = Issuer::start();
    let app = issuer.app();
    let (refresh, access) = issuer.of_person(&app);
    let provider = provider(issuer.url(), Some(&app), Duration::from_secs(10));
    let named: Locator = format!("oauth:token/one@{}", issuer.account())
        .parse()
        .unwrap();
    provider.hold(&named, &Secret::new(refresh.clone()));
    assert_eq!(unseen(provider.as_ref(), &named).await.len(), 1);
    let spec = contain::provider::oauth::actions().remove(0);
    let outcome = provider
        .actor(None, &spec.permissions)
        .perform(&[call(&spec, &named)])
        .await;
    assert!(
        matches!(outcome.as_slice(), [Outcome::Done(_)]),
        "{outcome:?}"
    );
    assert!(!issuer.is_active(&refresh) && issuer.is_active(&access));
    assert_eq!(unseen(provider.as_ref(), &named).await.len(), 1);
}

#[test]
fn our_own_client_is_refused() {
    let issuer = Issuer::start();
    let app = issuer.app();
    let desk = issuer.desk(&app, "");
    let own = format!("oauth:client/admin@{}", issuer.account());
    let told = desk.run(&["isolate", &own, "--yes", "--json"]);
    assert_ne!(told.exit, 0, "{told:?}");
    assert!(
        ["own-branch", "credentials"].contains(&told.kind()),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_token_proves_something_only_once_it_was_active() {
    let issuer = Issuer::start();
    let app = issuer.app();
    let token = issuer.token(&app);
    let named: Locator = format!("oauth:token/one@{}", issuer.account())
        .parse()
        .unwrap();
    let secret = Secret::new(token.clone());
    let revoke = format!(
        "token={token}&client_id={}&client_secret={}",
        app.id, app.secret
    );
    let knows = provider(issuer.url(), Some(&app), Duration::from_secs(10));
    assert_eq!(
        knows.reader(None).probe(&named, &secret).await,
        Probe::Accepted
    );
    assert_eq!(issuer.form("/token/revocation", &revoke).0, 200);
    assert_eq!(
        knows.reader(None).probe(&named, &secret).await,
        Probe::Refused
    );
    let knows_not = provider(issuer.url(), Some(&app), Duration::from_secs(10));
    assert!(matches!(
        knows_not.reader(None).probe(&named, &secret).await,
        Probe::Unclear(_)
    ));
    let active = async |provider: &dyn Provider, named: Locator, secret: &Secret| {
        provider.hold(&named, secret);
        let seen = provider.reader(None).observe(&[named]).await.remove(0);
        let Fact::Present(fields) = seen.fact else {
            panic!("{:?}", seen.fact);
        };
        fields["active"].clone()
    };
    assert_eq!(active(knows_not.as_ref(), named, &secret).await, "unknown");
    // Nor does one token prove anything of another that has its name.
    let stranger = Secret::new("no-token-of-this-server".to_owned());
    let named: Locator = format!("oauth:token/one@{}", issuer.account())
        .parse()
        .unwrap();
    assert!(matches!(
        knows.reader(None).probe(&named, &stranger).await,
        Probe::Unclear(_)
    ));
    assert_eq!(active(knows.as_ref(), named, &stranger).await, "unknown");
}
