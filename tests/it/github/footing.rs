//! What the doctor is told of how we stand at GitHub, before an incident.

use contain::domain::Clock;
use contain::provider::github::GitHub;
use contain::provider::{Provider as _, Stands};
use serde_json::json;

use super::server::{Reply, Served};
use super::{APP, given, key, settings};

#[tokio::test]
async fn whose_our_token_is_what_it_lacks_when_it_ends_and_where_our_app_lacks_what_is_told() {
    let served = Served::start(json!(200), |asked, state| match asked.line() {
        "GET /user" if *state == 200 => Reply::json(200, &json!({"login": "on-call"}))
            .with(
                "x-oauth-scopes",
                "repo, admin:org, admin:org_hook, read:audit_log",
            )
            .with(
                "github-authentication-token-expiration",
                "2027-03-01 03:07:00 UTC",
            ),
        "GET /user" => Reply::json(401, &json!({"message": "Bad credentials"})),
        "GET /orgs/acme/installation" => Reply::json(
            200,
            &json!({"id": 5, "permissions": {"actions": "write", "administration": "read"}}),
        ),
        _ => Reply::json(404, &json!({"message": "Not Found"})),
    });
    let mut settings = settings(&served.base);
    settings.texts.insert("app_id".into(), APP.into());
    settings.secrets.insert("private_key".into(), given(&key()));
    let told = |settings| async {
        let github = GitHub::new(Some(settings), Clock::wall());
        github.footing().await
    };
    let all = told(settings.clone()).await;
    let what: Vec<(&str, Stands)> = all
        .iter()
        .map(|one| (one.what.as_str(), one.stands))
        .collect();
    let loosely = Stands::Loosely;
    assert_eq!(
        what,
        [
            ("token", loosely),
            ("app 7 on acme", loosely),
            ("app 7 on other", loosely)
        ]
    );
    assert!(
        all[0].said.contains("it lacks admin:public_key;"),
        "{all:?}"
    );
    assert!(
        all[0].said.ends_with("it ends at 2027-03-01 03:07:00 UTC"),
        "{all:?}"
    );
    let lacks = &all[1].said;
    assert!(
        lacks.contains("administration:write") && !lacks.contains("actions:"),
        "{lacks}"
    );
    assert!(all[2].said.contains("not installed"), "{all:?}");
    // Who is not known cannot work.
    *served.state() = json!(401);
    assert_eq!(told(settings.clone()).await[0].stands, Stands::Not);
    settings.secrets.remove("token");
    let all = told(settings).await;
    assert_eq!(all.len(), 2);
    assert_eq!(
        all[1].stands,
        Stands::Not,
        "nobody acts on an owner where the app is not: {all:?}"
    );
    assert!(GitHub::new(None, Clock::wall()).footing().await.is_empty());
}
