//! GitHub against a server made by hand for these tests: what it does is ours and proves nothing of GitHub's, only what the
//! adapter makes of it. The form of requests is proven against GitHub's own description, in `prism::github`.

mod bulk;
mod fault;
mod footing;
mod keys;
mod own;
pub(crate) mod server;
mod stranger;
mod undo;

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contain::domain::{
    Arg, Because, Call, Clock, Duration, Effect, Fact, Fields, Locator, Outcome, Probe, Query,
    ReadKind, Relation, Secret, Spec, Tag, Time,
};
use contain::provider::github::{GitHub, hashed};
use contain::provider::{Given, Need, Provider as _, Settings, Want};
use serde_json::{Value, json};

use server::{Reply, Served};

/// An app of ours.
pub(crate) const APP: &str = "7";
/// An OAuth app of ours.
pub(crate) const CLIENT: &str = "Iv1.8a61f9b3a7aba766";
/// The token of the articles about their form, which was never one.
pub(crate) const TOKEN: &str = "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";
/// Our own.
const OURS: &str = "ghp_ours0000000000000000000000000000000a";

/// The private key of an app, made for this run.
pub(crate) fn key() -> String {
    static KEY: LazyLock<String> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app.pem");
        let made = std::process::Command::new("ssh-keygen")
            .args(["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f"])
            .arg(&file)
            .status();
        assert!(made.unwrap().success());
        std::fs::read_to_string(file).unwrap()
    });
    KEY.clone()
}

/// An id of each kind.
pub(crate) fn sample(noun: &str) -> String {
    let digest = hashed(TOKEN);
    match noun {
        "token" | "installation-token" => digest,
        "oauth-token" => format!("{CLIENT}/{digest}"),
        "user" => "octocat".to_owned(),
        "app" => APP.to_owned(),
        "app-installation" => format!("{APP}/1"),
        "ssh-key" => "octocat/1".to_owned(),
        "organization" | "organization-actions" => "acme".to_owned(),
        "outside-collaborator" => "acme/octocat".to_owned(),
        "organization-secret" => "acme/GIST_ID".to_owned(),
        "repository" | "repository-actions" => "acme/app".to_owned(),
        "repository-secret" => "acme/app/GH_TOKEN".to_owned(),
        "environment-secret" => "acme/app/prod eu/GH_TOKEN".to_owned(),
        "token-grant"
        | "credential-authorization"
        | "organization-webhook"
        | "organization-runner" => "acme/1".to_owned(),
        _ => "acme/app/1".to_owned(),
    }
}

fn given(text: &str) -> Given {
    let text = text.to_owned();
    Arc::new(move || Ok(Secret::new(text.clone())))
}

/// A workspace that names this server, a token of ours, and the keys of an app and of an OAuth app.
pub(crate) fn settings(base: &str) -> Settings {
    let mut settings = Settings::default();
    settings.texts.insert("base_url".into(), base.to_owned());
    settings
        .texts
        .insert("organizations".into(), "Acme, other".into());
    settings.secrets.insert("token".into(), given(OURS));
    let keys = [(APP.to_owned(), given(&key()))];
    settings.several.insert("app_keys".into(), keys.into());
    let apps = [(CLIENT.to_owned(), given("client-secret-of-ours"))];
    settings.several.insert("oauth_apps".into(), apps.into());
    settings.deadline = Some(Duration::from_secs(10));
    settings
}

fn github(served: &Served) -> GitHub {
    GitHub::new(Some(settings(&served.base)), Clock::wall())
}

fn at(served: &Served, noun: &str, id: &str) -> Locator {
    let account = served.base.trim_start_matches("http://");
    let account = account.split('/').next().unwrap();
    Locator::new(
        &format!("github:{noun}").parse().unwrap(),
        id,
        Some(account),
    )
}

fn call(spec: &Spec, target: &Locator, before: &Fields) -> Call {
    let with = spec.arguments(&Fields::new()).into_iter();
    let with = with.map(|(name, arg)| match arg {
        Arg::Before(field) => (name, Arg::Is(before[&field].clone())),
        other => (name, other),
    });
    Call {
        action: spec.id.clone(),
        target: target.clone(),
        with: with.collect(),
        secret: None,
        tag: Tag("contain-github".to_owned()),
    }
}

fn spec(github: &GitHub, id: &str) -> Spec {
    let mut all = github.actions().iter();
    all.find(|spec| spec.id.to_string() == id).unwrap().clone()
}

async fn perform(github: &GitHub, id: &str, target: &Locator, before: &Fields) -> Outcome {
    let spec = spec(github, id);
    let call = call(&spec, target, before);
    let actor = github.actor(None, &spec.permissions);
    actor.perform(&[call]).await.remove(0)
}

async fn look(github: &GitHub, target: &Locator) -> Fact {
    let mut seen = github
        .reader(None)
        .observe(std::slice::from_ref(target))
        .await;
    seen.remove(0).fact
}

fn applied(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Done(answer) if answer.applied)
}

#[tokio::test]
async fn an_installation_is_suspended_by_the_apps_own_key_seen_so_and_given_back() {
    let served = Served::start(json!({"suspended_at": null}), |asked, state| {
        assert!(
            asked.header("authorization").starts_with("Bearer eyJ"),
            "a signed assertion"
        );
        match asked.line() {
            "GET /app/installations/1" => Reply::json(
                200,
                &json!({
                    "id": 1, "account": {"login": "acme"}, "suspended_at": state["suspended_at"],
                }),
            ),
            "PUT /app/installations/1/suspended" => {
                state["suspended_at"] = json!("2026-03-01T03:07:00Z");
                Reply::empty(204)
            }
            "DELETE /app/installations/1/suspended" => {
                state["suspended_at"] = Value::Null;
                Reply::empty(204)
            }
            other => panic!("{other}"),
        }
    });
    let github = github(&served);
    let target = at(&served, "app-installation", "7/1");
    let Fact::Present(before) = look(&github, &target).await else {
        panic!()
    };
    assert_eq!(before["suspended"], false);
    let id = "github.suspend-app-installation";
    assert!(applied(&perform(&github, id, &target, &before).await));
    let Fact::Present(now) = look(&github, &target).await else {
        panic!()
    };
    assert_eq!(now["suspended"], true);
    let id = "github.unsuspend-app-installation";
    assert!(applied(&perform(&github, id, &target, &before).await));
    let Fact::Present(now) = look(&github, &target).await else {
        panic!()
    };
    assert_eq!(now, before);
    // What was suspended before is nothing that we could give back.
    let before = Fields::from([("suspended".to_owned(), json!(true))]);
    let outcome = perform(&github, id, &target, &before).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Conflict),
        "{outcome:?}"
    );
    // Another app's installation takes that app's key.
    let other = at(&served, "app-installation", "8/1");
    let outcome = perform(&github, "github.suspend-app-installation", &other, &before).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Unauthenticated),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_yes_that_does_nothing_is_no_more_than_acknowledged_and_the_token_is_seen_alive() {
    let served = Served::start(json!({"dead": false}), |asked, state| match asked.line() {
        "POST /credentials/revoke" => {
            assert_eq!(
                asked.header("authorization"),
                "",
                "GitHub refuses whoever names themselves"
            );
            assert_eq!(asked.body, json!({"credentials": [TOKEN]}));
            Reply::empty(202)
        }
        "GET /user" if state["dead"] == true => {
            Reply::json(401, &json!({"message": "Bad credentials"}))
        }
        "GET /user" => {
            assert_eq!(asked.header("authorization"), format!("Bearer {TOKEN}"));
            Reply::json(200, &json!({"login": "Deploy-Bot", "id": 5}))
                .with("x-oauth-scopes", "repo, admin:org")
        }
        other => panic!("{other}"),
    });
    let github = github(&served);
    let target = at(&served, "token", &hashed(TOKEN));
    let outcome = perform(&github, "github.revoke-token", &target, &Fields::new()).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Unauthenticated),
        "without the text: {outcome:?}"
    );
    let secret = Secret::new(TOKEN.to_owned());
    github.hold(&target, &secret);
    let Fact::Present(seen) = look(&github, &target).await else {
        panic!()
    };
    assert_eq!(
        (&seen["owner"], &seen["scopes"]),
        (&json!("deploy-bot"), &json!("repo, admin:org"))
    );
    let outcome = perform(&github, "github.revoke-token", &target, &Fields::new()).await;
    assert!(
        matches!(&outcome, Outcome::Done(answer) if !answer.applied),
        "{outcome:?}"
    );
    let reader = github.reader(None);
    assert_eq!(reader.probe(&target, &secret).await, Probe::Accepted);
    let spec = spec(&github, "github.revoke-token");
    let shows = async || {
        let seen = reader
            .observe(std::slice::from_ref(&target))
            .await
            .remove(0);
        spec.shows(&call(&spec, &target, &Fields::new()), &seen)
    };
    assert!(!shows().await);
    served.state()["dead"] = json!(true);
    assert!(shows().await);
    assert_eq!(reader.probe(&target, &secret).await, Probe::Refused);
}

/// Tokens of a form, made up.
fn tokens(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|at| format!("{prefix}{at:036}")).collect()
}

#[tokio::test]
async fn a_text_that_github_would_refuse_all_for_is_never_sent_with_them() {
    let served = Served::start(json!({}), |asked, _| panic!("{}", asked.line()));
    let github = github(&served);
    for text in [&tokens("ghs_", 1)[0], "something else"] {
        let target = at(&served, "token", &hashed(text));
        github.hold(&target, &Secret::new(text.to_owned()));
        let outcome = perform(&github, "github.revoke-token", &target, &Fields::new()).await;
        assert!(
            matches!(&outcome, Outcome::Refused(why) if why.because == Because::Invalid),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_thousand_tokens_leave_in_one_request_and_one_more_in_a_second() {
    let served = Served::start(json!([]), |asked, state| {
        assert_eq!(asked.line(), "POST /credentials/revoke");
        let sent = asked.body["credentials"].as_array().unwrap().len();
        state.as_array_mut().unwrap().push(json!(sent));
        Reply::empty(202)
    });
    let github = github(&served);
    let spec = spec(&github, "github.revoke-token");
    let calls: Vec<Call> = tokens("ghp_", 1001)
        .into_iter()
        .map(|text| {
            let target = at(&served, "token", &hashed(&text));
            github.hold(&target, &Secret::new(text));
            call(&spec, &target, &Fields::new())
        })
        .collect();
    // So many are not tried one by one before they are revoked: what their text tells is all that is looked at.
    let targets: Vec<Locator> = calls.iter().map(|call| call.target.clone()).collect();
    let seen = github.reader(None).observe(&targets).await;
    assert!(
        seen.iter()
            .all(|seen| seen.fields().unwrap()["power"] == 5 && seen.text("status").is_none())
    );
    assert_eq!(*served.state(), json!([]));
    let outcomes = github.actor(None, &spec.permissions).perform(&calls).await;
    assert_eq!(outcomes.len(), 1001);
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Done(answer) if !answer.applied))
    );
    assert_eq!(*served.state(), json!([1000, 1]));
}

#[tokio::test]
async fn gone_is_what_a_list_that_was_read_to_its_end_does_not_hold() {
    let served = Served::start(json!({"list": 200}), |asked, state| {
        let base = asked.base.clone();
        match asked.line() {
            "GET /repos/acme/app/keys/9" => Reply::json(404, &json!({"message": "Not Found"})),
            "GET /repos/acme/app/keys?per_page=100" if state["list"] == 200 => {
                Reply::json(200, &json!([{"id": 1}])).with(
                    "link",
                    &format!("<{base}/repositories/5/keys?per_page=100&page=2>; rel=\"next\""),
                )
            }
            "GET /repositories/5/keys?per_page=100&page=2" => match &state["next"] {
                Value::String(next) => Reply::json(200, &json!([{"id": 2}])).with(
                    "link",
                    &format!("<{}>; rel=\"next\"", next.replace("BASE", &base)),
                ),
                _ => Reply::json(200, &json!([{"id": 2}])),
            },
            "GET /repos/acme/app/keys?per_page=100" => {
                Reply::json(404, &json!({"message": "Not Found"}))
            }
            other => panic!("{other}"),
        }
    });
    let github = github(&served);
    let target = at(&served, "deploy-key", "acme/app/9");
    assert_eq!(look(&github, &target).await, Fact::Gone);
    let because = async || match look(&github, &target).await {
        Fact::Unreadable(why) => why.because,
        other => panic!("{other:?}"),
    };
    // Pages that lead back, or elsewhere, are no list that was read to its end.
    for next in [
        "BASE/repositories/5/keys?per_page=100&page=2",
        "https://evil.example/keys?page=3",
    ] {
        served.state()["next"] = json!(next);
        assert_eq!(because().await, Because::Garbled, "{next}");
    }
    // Whoever may not see the list cannot say that anything is gone.
    served.state()["list"] = json!(404);
    assert_eq!(because().await, Because::Missing);
    let foreign = at(&served, "deploy-key", "somebody/app/9");
    let Fact::Unreadable(why) = look(&github, &foreign).await else {
        panic!()
    };
    assert_eq!(why.because, Because::Foreign);
}

#[tokio::test]
async fn a_secondary_limit_is_waited_out_and_is_no_refusal() {
    let served = Served::start(json!(0), |_, state| {
        *state = json!(state.as_u64().unwrap() + 1);
        let body = json!({"message": "You have exceeded a secondary rate limit"});
        match state.as_u64() {
            Some(1) => Reply::json(403, &body).with("retry-after", "30"),
            Some(2) => Reply::json(403, &body),
            Some(3) => Reply::json(403, &json!({})).with("x-ratelimit-remaining", "0"),
            _ => Reply::json(
                403,
                &json!({"message": "Resource not accessible by integration"}),
            ),
        }
    });
    let github = github(&served);
    let target = at(&served, "workflow", "acme/app/9");
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(perform(&github, "github.disable-workflow", &target, &Fields::new()).await);
    }
    assert!(
        matches!(told[0], Outcome::Throttled { until: Some(_) }),
        "{told:?}"
    );
    assert!(
        matches!(told[1], Outcome::Throttled { until: None }),
        "{told:?}"
    );
    assert!(matches!(told[2], Outcome::Throttled { .. }), "{told:?}");
    assert!(
        matches!(&told[3], Outcome::Refused(why) if why.because == Because::Denied),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_new_secret_arrives_sealed_for_github_and_is_seen_by_whom_it_was_seen_before() {
    let ours = crypto_box::SecretKey::generate(&mut crypto_box::aead::OsRng);
    let public = BASE64_STANDARD.encode(ours.public_key().as_bytes());
    let served = Served::start(json!({}), move |asked, state| match asked.line() {
        "GET /orgs/acme/actions/secrets/public-key" => {
            Reply::json(200, &json!({"key_id": "k1", "key": public}))
        }
        "GET /orgs/acme/actions/secrets/NPM" => {
            Reply::json(200, &json!({"name": "NPM", "visibility": "selected"}))
        }
        "GET /orgs/acme/actions/secrets/NPM/repositories?per_page=100" => Reply::json(
            200,
            &json!({"total_count": 1, "repositories": [{"id": 42}]}),
        ),
        "PUT /orgs/acme/actions/secrets/NPM" => {
            *state = asked.body.clone();
            Reply::empty(204)
        }
        other => panic!("{other}"),
    });
    let github = github(&served);
    let spec = spec(&github, "github.put-organization-secret");
    let target = at(&served, "organization-secret", "acme/NPM");
    let put = call(&spec, &target, &Fields::new());
    let new = Secret::new("the new value".to_owned());
    let outcome = github
        .actor(None, &spec.permissions)
        .deliver(&put, &new)
        .await;
    assert!(applied(&outcome), "{outcome:?}");
    let body = served.state().clone();
    assert_eq!(
        (&body["key_id"], &body["visibility"]),
        (&json!("k1"), &json!("selected"))
    );
    assert_eq!(body["selected_repository_ids"], json!([42]));
    let sealed = BASE64_STANDARD
        .decode(body["encrypted_value"].as_str().unwrap())
        .unwrap();
    assert_eq!(ours.unseal(&sealed).unwrap(), b"the new value");
    assert!(!format!("{outcome:?}").contains("the new value"));
}

#[tokio::test]
async fn acting_as_our_app_takes_a_narrowed_token_and_ends_it() {
    let served = Served::start(json!({"asked": [], "ended": 0}), |asked, state| {
        let by = asked.header("authorization").to_owned();
        match asked.line() {
            "GET /orgs/acme/installation" => Reply::json(
                200,
                &json!({
                    "id": 5, "permissions": {"actions": "write", "metadata": "read"},
                }),
            ),
            "POST /app/installations/5/access_tokens" => {
                assert!(by.starts_with("Bearer eyJ"));
                state["asked"]
                    .as_array_mut()
                    .unwrap()
                    .push(asked.body.clone());
                Reply::json(
                    201,
                    &json!({
                        "token": "ghs_session00000000000000000000000000000a", "expires_at": "2126-03-01T04:07:00Z",
                        "permissions": asked.body["permissions"],
                    }),
                )
            }
            "PUT /repos/acme/app/actions/workflows/9/disable" => {
                assert_eq!(by, "Bearer ghs_session00000000000000000000000000000a");
                Reply::empty(204)
            }
            "DELETE /installation/token" => {
                assert_eq!(by, "Bearer ghs_session00000000000000000000000000000a");
                state["ended"] = json!(1);
                Reply::empty(204)
            }
            other => panic!("{other}"),
        }
    });
    let mut settings = settings(&served.base);
    settings.secrets.remove("token");
    settings.texts.insert("app_id".into(), APP.into());
    settings.secrets.insert("private_key".into(), given(&key()));
    let github = GitHub::new(Some(settings), Clock::wall());
    let spec = spec(&github, "github.disable-workflow");
    let target = at(&served, "workflow", "acme/app/9");
    let wants = [Want {
        named: true,
        account: target.account(),
        needs: vec![Need {
            permissions: &spec.permissions,
            target: Some(&target),
            seen: None,
        }],
    }];
    let remit = github.remits(&wants).remove(0).unwrap();
    let passes = github.enter(&remit, "i-1").await.unwrap();
    assert_eq!(passes.len(), 1);
    assert_eq!(passes[0].policy["repositories"], json!(["app"]));
    assert!(!serde_json::to_string(&passes).unwrap().contains("ghs_"));
    let actor = github.actor_under(&remit, None, &spec.permissions);
    assert!(applied(
        &actor
            .perform(&[call(&spec, &target, &Fields::new())])
            .await
            .remove(0)
    ));
    // It is taken once.
    assert_eq!(github.enter(&remit, "i-1").await.unwrap(), []);
    assert_eq!(
        served.state()["asked"],
        json!([{"permissions": {"actions": "write"}, "repositories": ["app"]}])
    );
    assert_eq!(github.leave().await, [passes[0].session.clone()]);
    assert_eq!(served.state()["ended"], 1);
    assert_eq!(github.leave().await, []);
    // What the app may not do is said before anything is asked for.
    let target = at(&served, "deploy-key", "acme/app/9");
    let permissions = ["administration:write".to_owned()];
    let wants = [Want {
        named: true,
        account: target.account(),
        needs: vec![Need {
            permissions: &permissions,
            target: Some(&target),
            seen: None,
        }],
    }];
    let remit = github.remits(&wants).remove(0).unwrap();
    let why = github.enter(&remit, "i-1").await.unwrap_err();
    assert!(
        why.because == Because::Denied && why.text.contains("administration:write"),
        "{why:?}"
    );
}

#[tokio::test]
async fn the_audit_log_is_asked_by_digest_and_what_a_token_left_behind_is_found() {
    let served = Served::start(json!({}), |asked, _| {
        let line = asked.line().to_owned();
        assert!(
            !line.contains("ghp_") && !asked.body.to_string().contains("ghp_"),
            "{line}"
        );
        if line.starts_with("GET /orgs/acme/audit-log?phrase=hashed_token") {
            return Reply::json(
                200,
                &json!([
                    {"@timestamp": 1_772_334_300_000_u64, "action": "public_key.create", "actor": "bot", "actor_ip": "203.0.113.9", "repo": "acme/app", "org": "acme", "hashed_token": hashed(TOKEN)},
                    {"@timestamp": 1_772_334_200_000_u64, "action": "git.clone", "actor": "bot", "repo": "somebody/else", "org": "acme", "hashed_token": hashed(TOKEN)},
                ]),
            );
        }
        match line.as_str() {
            line if line.starts_with("GET /orgs/other/audit-log") => {
                Reply::json(404, &json!({"message": "Not Found"}))
            }
            "GET /repos/acme/app/keys?per_page=100" => Reply::json(
                200,
                &json!([
                    {"id": 1, "created_at": "2020-01-01T00:00:00Z", "title": "old"},
                    {"id": 2, "created_at": "2026-03-01T03:05:00Z", "title": "theirs", "added_by": "bot"},
                ]),
            ),
            line if line.starts_with("GET /repos/acme/app/actions/runs?status=") => {
                // Whoever runs an old run again does not make it young; what waits for somebody, or for another run,
                // starts with all secrets.
                let (_, state) = line
                    .trim_end_matches("&per_page=100")
                    .rsplit_once('=')
                    .unwrap();
                let states = ["in_progress", "queued", "requested", "waiting", "pending"];
                let number = 4 + states.iter().position(|known| *known == state).unwrap();
                let run = json!({
                    "id": number, "status": state, "run_attempt": 2,
                    "created_at": "2020-01-01T00:00:00Z", "run_started_at": "2026-03-01T03:06:30Z",
                });
                Reply::json(200, &json!({"total_count": 1, "workflow_runs": [run]}))
            }
            "GET /orgs/acme/hooks?per_page=100" => Reply::json(
                200,
                &json!([
                    {"id": 5, "created_at": "2020-01-01T00:00:00Z", "active": true},
                    {"id": 6, "created_at": "2026-03-01T03:07:00Z", "active": true},
                ]),
            ),
            "GET /repos/acme/app/hooks?per_page=100" => Reply::json(
                200,
                &json!([
                    {"id": 3, "created_at": "2026-03-01T03:06:00Z", "active": true, "config": {"url": "https://evil.example/secret"}},
                ]),
            ),
            "GET /user" => Reply::json(200, &json!({"login": "octocat"})),
            "GET /users/bot/keys?per_page=100" => Reply::json(200, &json!([])),
            other => panic!("{other}"),
        }
    });
    let github = github(&served);
    let target = at(&served, "token", &hashed(TOKEN));
    let query = |read| Query {
        read,
        target: target.clone(),
        relations: Vec::new(),
        since: "2026-03-01T03:00:00Z".parse::<Time>().unwrap(),
        pages: 5,
        budget_ms: 10_000,
    };
    let reader = github.reader(None);
    let reading = reader.read(&query(ReadKind::Activity)).await.unwrap();
    assert_eq!(reading.found.len(), 2);
    assert_eq!(reading.found[0].fields["source_ip"], "203.0.113.9");
    // What the playbooks ask of what is seen after the cut.
    assert!(
        reading
            .found
            .iter()
            .all(|event| event.fields["accepted"] == true)
    );
    let unseen: Vec<(&str, bool)> = reading
        .not_seen
        .iter()
        .map(|one| (one.what.as_str(), one.withholds))
        .collect();
    assert_eq!(
        unseen,
        [
            ("GitHub's audit log of other", true),
            ("clones and pushes with the token", false)
        ]
    );
    let reading = reader.read(&query(ReadKind::Reach)).await.unwrap();
    let found: Vec<(String, Option<Relation>)> = reading
        .found
        .iter()
        .map(|found| {
            (
                format!("{}/{}", found.what.kind().noun(), found.what.id()),
                found.relation,
            )
        })
        .collect();
    let minted = Some(Relation::Minted);
    assert_eq!(
        found,
        [
            ("deploy-key/acme/app/2".to_owned(), minted),
            ("repository-webhook/acme/app/3".to_owned(), minted),
            ("workflow-run/acme/app/4".to_owned(), minted),
            ("workflow-run/acme/app/5".to_owned(), minted),
            ("workflow-run/acme/app/6".to_owned(), minted),
            ("workflow-run/acme/app/7".to_owned(), minted),
            ("workflow-run/acme/app/8".to_owned(), minted),
            ("organization-webhook/acme/6".to_owned(), minted),
        ]
    );
    assert!(reading.found[2].at > Some(query(ReadKind::Reach).since));
    let keys = reading
        .not_seen
        .iter()
        .find(|one| one.what.starts_with("ssh-key"));
    assert!(
        keys.is_some_and(|one| one.withholds),
        "{:?}",
        reading.not_seen
    );
}

#[tokio::test]
async fn without_an_audit_log_nothing_that_a_token_left_is_seen_and_that_withholds() {
    let served = Served::start(json!({}), |asked, _| panic!("{}", asked.line()));
    let mut settings = settings(&served.base);
    settings.texts.insert("organizations".into(), "acme".into());
    settings.texts.insert("audit_log".into(), "none".into());
    let github = GitHub::new(Some(settings), Clock::wall());
    for read in [ReadKind::Reach, ReadKind::Activity] {
        let query = Query {
            read,
            target: at(&served, "token", &hashed(TOKEN)),
            relations: Vec::new(),
            since: "2026-03-01T03:00:00Z".parse::<Time>().unwrap(),
            pages: 5,
            budget_ms: 10_000,
        };
        let reading = github.reader(None).read(&query).await.unwrap();
        let unseen = reading
            .not_seen
            .iter()
            .find(|one| one.what == "GitHub's audit log of acme");
        assert!(
            unseen.is_some_and(|one| one.withholds),
            "{:?}",
            reading.not_seen
        );
    }
}

#[tokio::test]
async fn our_own_authorisation_for_single_sign_on_is_known_to_be_ours() {
    let served = Served::start(json!({}), |asked, _| match asked.line() {
        "GET /user" => Reply::json(200, &json!({"login": "On-Call"})),
        "GET /orgs/acme/credential-authorizations?login=on-call&per_page=100" => Reply::json(
            200,
            &json!([
                {"credential_id": 11, "token_last_eight": &OURS[OURS.len() - 8..], "login": "on-call"},
                {"credential_id": 12, "token_last_eight": "00000000", "login": "on-call"},
            ]),
        ),
        "GET /orgs/other/credential-authorizations?login=on-call&per_page=100" => {
            Reply::json(404, &json!({}))
        }
        other => panic!("{other}"),
    });
    let github = github(&served);
    let own = github.reader(None).whoami().await.unwrap();
    let wanted = [
        at(&served, "token", &hashed(OURS)),
        at(&served, "user", "on-call"),
        at(&served, "credential-authorization", "acme/11"),
    ];
    assert_eq!(own, wanted);
}

#[tokio::test]
async fn an_enterprise_server_is_asked_below_its_own_path_and_wants_to_know_who_revokes() {
    let served = Served::start(json!({}), |asked, _| match asked.line() {
        "POST /api/v3/credentials/revoke" => {
            assert_eq!(asked.header("authorization"), format!("Bearer {OURS}"));
            assert!(
                asked
                    .header("accept")
                    .starts_with("application/vnd.github+json")
            );
            assert!(
                asked.header("user-agent").starts_with("contain/"),
                "{}",
                asked.header("user-agent")
            );
            Reply::empty(202)
        }
        other => panic!("{other}"),
    });
    let base = format!("{}/api/v3", served.base);
    let github = GitHub::new(Some(settings(&base)), Clock::wall());
    let mut outcomes = Vec::new();
    for text in [TOKEN, "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"] {
        let target = at(&served, "token", &hashed(text));
        github.hold(&target, &Secret::new(text.to_owned()));
        outcomes.push(perform(&github, "github.revoke-token", &target, &Fields::new()).await);
    }
    assert!(
        matches!(&outcomes[0], Outcome::Done(answer) if !answer.applied),
        "{outcomes:?}"
    );
    assert!(
        matches!(&outcomes[1], Outcome::Refused(why) if why.because == Because::NotImplemented),
        "{outcomes:?}"
    );
    assert_eq!(github.endpoints().len(), 1);
}

#[tokio::test]
async fn a_handle_that_reads_changes_nothing_and_a_refresh_token_is_never_tried() {
    let served = Served::start(json!({}), |asked, _| panic!("{}", asked.line()));
    let github = github(&served);
    let text = format!("ghr_{:076}", 7);
    let target = at(&served, "token", &hashed(&text));
    let secret = Secret::new(text);
    github.hold(&target, &secret);
    let Fact::Present(seen) = look(&github, &target).await else {
        panic!()
    };
    assert_eq!(seen["form"], "refresh token");
    let probe = github.reader(None).probe(&target, &secret).await;
    assert!(
        matches!(&probe, Probe::Unclear(why) if why.because == Because::Invalid),
        "{probe:?}"
    );
    // Without the permissions of the action nothing leaves.
    for spec in github.actions().to_vec() {
        let target = at(&served, spec.on.noun(), &sample(spec.on.noun()));
        github.hold(&target, &Secret::new(TOKEN.into()));
        let before = json!({"suspended": false, "active": true, "running": true, "state": "active", "enabled": true, "enabled_repositories": "all", "selected_repositories": [], "allowed_actions": "all"});
        let before: Fields = serde_json::from_value(before).unwrap();
        let actor = github.actor(None, &[]);
        let call = call(&spec, &target, &before);
        let outcome = match spec.effect {
            Effect::Deliver => actor.deliver(&call, &Secret::new("x".into())).await,
            _ => actor.perform(&[call]).await.remove(0),
        };
        assert!(
            matches!(&outcome, Outcome::Refused(why) if why.because == Because::Forbidden),
            "{}: {outcome:?}",
            spec.id
        );
    }
}
