//! What is ours, and is not cut: our token by every name, and what it stands on.

use contain::domain::{Because, Clock, Fields, Locator, Outcome, Secret, Why};
use contain::provider::github::{GitHub, hashed};
use contain::provider::{Provider as _, Settings};
use serde_json::json;

use super::server::{Reply, Served};
use super::{APP, CLIENT, OURS, TOKEN, applied, at, given, key, perform, sample, settings};

/// A workspace whose token is this one.
fn ours(served: &Served, text: &str) -> Settings {
    let mut settings = settings(&served.base);
    settings.texts.insert("organizations".into(), "acme".into());
    settings.secrets.insert("token".into(), given(text));
    settings
}

async fn own(settings: Settings) -> Result<Vec<Locator>, Why> {
    let github = GitHub::new(Some(settings), Clock::wall());
    github.reader(None).whoami().await
}

#[tokio::test]
async fn who_acts_is_not_known_where_the_list_of_our_own_authorisations_cannot_be_read() {
    let served = Served::start(json!(404), |asked, state| match asked.line() {
        "GET /user" => Reply::json(200, &json!({"login": "on-call"})),
        "GET /orgs/acme/credential-authorizations?login=on-call&per_page=100" => {
            let status = u16::try_from(state.as_u64().unwrap()).unwrap();
            Reply::json(status, &json!({"message": "no"}))
        }
        other => panic!("{other}"),
    });
    // Without single sign-on there is no such list.
    assert_eq!(own(ours(&served, OURS)).await.unwrap().len(), 2);
    for (status, because) in [
        (403, Because::Denied),
        (429, Because::Throttled),
        (502, Because::Unavailable),
        (200, Because::Garbled),
    ] {
        *served.state() = json!(status);
        let why = own(ours(&served, OURS)).await.unwrap_err();
        assert_eq!(why.because, because, "{why:?}");
        assert!(
            why.text.contains("credential-authorization of acme"),
            "{why:?}"
        );
    }
}

#[tokio::test]
async fn our_token_is_ours_by_the_name_that_its_app_gives_it_too() {
    let served = Served::start(json!({}), |asked, _| match asked.line() {
        "GET /user" => Reply::json(200, &json!({"login": "on-call"})),
        _ => Reply::json(404, &json!({})),
    });
    let text = "gho_ours0000000000000000000000000000000a";
    let own = own(ours(&served, text)).await.unwrap();
    let id = format!("{CLIENT}/{}", hashed(text));
    assert!(own.contains(&at(&served, "oauth-token", &id)), "{own:?}");
    assert!(
        own.contains(&at(&served, "token", &hashed(text))),
        "{own:?}"
    );
}

#[tokio::test]
async fn the_grants_of_our_login_are_ours_where_our_token_is_fine_grained() {
    let served = Served::start(json!({}), |asked, _| match asked.line() {
        "GET /user" => Reply::json(200, &json!({"login": "On-Call"})),
        "GET /orgs/acme/installation" => Reply::json(
            200,
            &json!({"id": 5, "permissions": {"organization_personal_access_tokens": "write"}}),
        ),
        "POST /app/installations/5/access_tokens" => Reply::json(
            201,
            &json!({"token": "ghs_read00000000000000000000000000000000", "expires_at": "2126-03-01T04:07:00Z"}),
        ),
        "GET /orgs/acme/personal-access-tokens?owner%5B%5D=on-call&per_page=100" => Reply::json(
            200,
            &json!([{"id": 1, "owner": {"login": "On-Call"}}, {"id": 2, "owner": {"login": "bot"}}]),
        ),
        "GET /orgs/acme/credential-authorizations?login=on-call&per_page=100" => {
            Reply::json(404, &json!({}))
        }
        other => panic!("{other}"),
    });
    let text = format!("github_pat_{}_{}", "A".repeat(22), "b".repeat(59));
    let mut settings = ours(&served, &text);
    settings.texts.insert("app_id".into(), APP.into());
    settings.secrets.insert("private_key".into(), given(&key()));
    let own = own(settings).await.unwrap();
    let grants = own.iter().filter(|one| one.kind().noun() == "token-grant");
    let grants: Vec<&Locator> = grants.collect();
    assert_eq!(grants, [&at(&served, "token-grant", "acme/1")], "{own:?}");
}

#[tokio::test]
async fn an_installation_token_of_ours_is_nobodys_and_is_asked_only_whether_it_works() {
    let served = Served::start(json!(200), |asked, state| match asked.line() {
        "GET /installation/repositories?per_page=1" if *state == 200 => {
            Reply::json(200, &json!({"total_count": 1, "repositories": []}))
        }
        "GET /installation/repositories?per_page=1" => {
            Reply::json(401, &json!({"message": "Bad credentials"}))
        }
        other => panic!("{other}"),
    });
    let text = "ghs_ours0000000000000000000000000000000a";
    let told = own(ours(&served, text)).await.unwrap();
    assert_eq!(told, [at(&served, "installation-token", &hashed(text))]);
    *served.state() = json!(401);
    let why = own(ours(&served, text)).await.unwrap_err();
    assert_eq!(why.because, Because::Unauthenticated, "{why:?}");
}

#[tokio::test]
async fn a_grant_that_our_own_token_is_of_is_not_ended() {
    const MINE: &str = "gho_ours0000000000000000000000000000000a";
    let served = Served::start(json!({"theirs": 5, "ended": 0}), |asked, state| {
        let is_ours = asked.body["access_token"] == MINE;
        match asked.line() {
            "POST /applications/Iv1.8a61f9b3a7aba766/token" => {
                let user = if is_ours {
                    json!(5)
                } else {
                    state["theirs"].clone()
                };
                Reply::json(
                    200,
                    &json!({"app": {"client_id": CLIENT}, "user": {"id": user}}),
                )
            }
            "DELETE /applications/Iv1.8a61f9b3a7aba766/grant" => {
                assert!(!is_ours);
                state["ended"] = json!(1);
                Reply::empty(204)
            }
            other => panic!("{other}"),
        }
    });
    let github = GitHub::new(Some(ours(&served, MINE)), Clock::wall());
    let target = at(&served, "oauth-token", &sample("oauth-token"));
    github.hold(&target, &Secret::new(TOKEN.to_owned()));
    let end = async || {
        perform(
            &github,
            "github.revoke-oauth-grant",
            &target,
            &Fields::new(),
        )
        .await
    };
    let outcome = end().await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Forbidden),
        "{outcome:?}"
    );
    assert_eq!(served.state()["ended"], 0);
    served.state()["theirs"] = json!(6);
    assert!(applied(&end().await));
    assert_eq!(served.state()["ended"], 1);
}
