//! The fault matrix EXE-1 for GitHub, through the harness of the packs: every action and every question, in every sort of
//! bad weather.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contain::domain::{Clock, Effect, Fact, Fields, Locator, Query, ReadKind, Secret, Time};
use contain::pack::Exchange;
use contain::provider::github::GitHub;
use contain::provider::{Given, Provider as _};
use serde_json::{Value, json};

use super::{TOKEN, call, sample, settings};
use crate::pack::fault::{
    Act, Cell, FAULTS, Fault, PAGES, Weather, act_after, act_under, cell, deadline, elsewhere, hold,
};
use crate::pack::{ITS, OURS};

fn exchange(to: &str, body: &Value) -> Exchange {
    Exchange {
        to: to.to_owned(),
        sends: None,
        status: 200,
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body: body.to_string(),
    }
}

/// What GitHub is asked before the last request of an action, and that request.
fn conversation(action: &str) -> Vec<Exchange> {
    let key = BASE64_STANDARD.encode([9; 32]);
    let key = json!({"key_id": "k", "key": key});
    let seen = json!({"name": "GIST_ID", "visibility": "all"});
    let (prior, last): (Vec<(&str, Value)>, &str) = match action {
        "revoke-token" => (vec![], "POST /credentials/revoke"),
        "revoke-installation-token" => (vec![], "DELETE /installation/token"),
        "revoke-oauth-token" => (vec![], "DELETE /applications/Iv1.8a61f9b3a7aba766/token"),
        "revoke-oauth-grant" => (vec![], "DELETE /applications/Iv1.8a61f9b3a7aba766/grant"),
        "suspend-app-installation" => (vec![], "PUT /app/installations/1/suspended"),
        "unsuspend-app-installation" => (vec![], "DELETE /app/installations/1/suspended"),
        "delete-app-installation" => (vec![], "DELETE /app/installations/1"),
        "revoke-token-grant" => (vec![], "POST /orgs/acme/personal-access-tokens/1"),
        "remove-credential-authorization" => {
            (vec![], "DELETE /orgs/acme/credential-authorizations/1")
        }
        "delete-deploy-key" => (vec![], "DELETE /repos/acme/app/keys/1"),
        "delete-ssh-key" => (
            vec![("GET /user", json!({"login": "octocat"}))],
            "DELETE /user/keys/1",
        ),
        "disable-repository-webhook" | "enable-repository-webhook" => {
            (vec![], "PATCH /repos/acme/app/hooks/1")
        }
        "disable-organization-webhook" | "enable-organization-webhook" => {
            (vec![], "PATCH /orgs/acme/hooks/1")
        }
        "remove-repository-runner" => (vec![], "DELETE /repos/acme/app/actions/runners/1"),
        "remove-organization-runner" => (vec![], "DELETE /orgs/acme/actions/runners/1"),
        "cancel-workflow-run" => (vec![], "POST /repos/acme/app/actions/runs/1/cancel"),
        "rerun-workflow-run" => (vec![], "POST /repos/acme/app/actions/runs/1/rerun"),
        "disable-workflow" => (vec![], "PUT /repos/acme/app/actions/workflows/1/disable"),
        "enable-workflow" => (vec![], "PUT /repos/acme/app/actions/workflows/1/enable"),
        "disable-repository-actions" | "enable-repository-actions" => {
            (vec![], "PUT /repos/acme/app/actions/permissions")
        }
        "restrict-organization-actions" | "allow-organization-actions" => {
            (vec![], "PUT /orgs/acme/actions/permissions")
        }
        "put-repository-secret" => (
            vec![("GET /repos/acme/app/actions/secrets/public-key", key)],
            "PUT /repos/acme/app/actions/secrets/GH_TOKEN",
        ),
        "put-environment-secret" => (
            vec![(
                "GET /repos/acme/app/environments/prod%20eu/secrets/public-key",
                key,
            )],
            "PUT /repos/acme/app/environments/prod%20eu/secrets/GH_TOKEN",
        ),
        "put-organization-secret" => (
            vec![
                ("GET /orgs/acme/actions/secrets/public-key", key),
                ("GET /orgs/acme/actions/secrets/GIST_ID", seen),
            ],
            "PUT /orgs/acme/actions/secrets/GIST_ID",
        ),
        "remove-outside-collaborator" => {
            (vec![], "DELETE /orgs/acme/outside_collaborators/octocat")
        }
        other => panic!("nobody recorded {other}"),
    };
    let prior = prior.iter().map(|(to, body)| exchange(to, body));
    prior.chain([exchange(last, &Value::Null)]).collect()
}

fn before() -> Fields {
    let kept = json!({
        "suspended": false, "active": true, "running": true, "state": "active", "enabled": true,
        "enabled_repositories": "all", "selected_repositories": [], "allowed_actions": "all",
    });
    serde_json::from_value(kept).unwrap()
}

fn set_up(base: &str, fault: Fault) -> GitHub {
    let mut settings = settings(base);
    let ours: Given = Arc::new(|| Ok(Secret::new(OURS.to_owned())));
    settings.secrets.insert("token".into(), ours);
    settings.deadline = Some(deadline(fault));
    GitHub::new(Some(settings), Clock::wall())
}

fn target(base: &str, noun: &str) -> Locator {
    let kind = format!("github:{noun}").parse().unwrap();
    Locator::new(
        &kind,
        &sample(noun),
        base.split_once("://").map(|(_, host)| host),
    )
}

async fn act(action: String, (at, fault): (usize, Fault), elsewhere: &str) -> Option<String> {
    let replies = conversation(&action);
    let is_last = at + 1 == replies.len() || fault == Fault::Tls;
    let weather = Weather::at(replies, at, fault, elsewhere);
    let github = set_up(&weather.base, fault);
    let id = format!("github.{action}");
    let spec = github
        .actions()
        .iter()
        .find(|spec| spec.id.to_string() == id)
        .unwrap()
        .clone();
    let target = target(&weather.base, spec.on.noun());
    github.hold(&target, &Secret::new(TOKEN.to_owned()));
    let delivers = matches!(spec.effect, Effect::Deliver);
    let act = Act {
        call: call(&spec, &target, &before()),
        provider: Arc::new(github),
        spec,
        hands: delivers.then(|| Secret::new(ITS.to_owned())),
        secrets: [OURS, ITS, TOKEN].map(str::to_owned).to_vec(),
    };
    match is_last {
        true => act_under(&weather, fault, act).await,
        false => act_after(&weather, fault, act).await,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_weather_makes_an_action_of_githubs_claim_what_did_not_happen() {
    let (elsewhere, hits) = elsewhere();
    let github = GitHub::new(None, Clock::wall());
    let mut cells = Vec::<Cell>::new();
    for spec in github.actions() {
        let action = spec.id.to_string().trim_start_matches("github.").to_owned();
        for at in 0..conversation(&action).len() {
            for fault in FAULTS {
                let (action, elsewhere) = (action.clone(), elsewhere.clone());
                let plays = async move { act(action, (at, fault), &elsewhere).await };
                cells.push(cell(fault, plays));
            }
        }
    }
    hold(cells, github.actions().len() * FAULTS.len(), &hits).await;
}

async fn ask(noun: String, read: ReadKind, fault: Fault, elsewhere: &str) -> Option<String> {
    let body = match fault {
        Fault::Page(_) => json!([]),
        _ => Value::Null,
    };
    let mut replies = vec![exchange("GET /nothing", &body)];
    if noun == "ssh-key" && read == ReadKind::State {
        replies.insert(0, exchange("GET /user", &json!({"login": "octocat"})));
    }
    let weather = Weather::start(replies, fault, elsewhere);
    let github = set_up(&weather.base, fault);
    let target = target(&weather.base, &noun);
    github.hold(&target, &Secret::new(TOKEN.to_owned()));
    let reader = github.reader(None);
    let (is_wrong, said) = match read {
        ReadKind::State => {
            let fact = reader.observe(&[target]).await.remove(0).fact;
            let is_wrong = match &fact {
                Fact::Unreadable(_) => false,
                // What the text of a token tells is no claim that it works.
                Fact::Present(fields) => {
                    !matches!(noun.as_str(), "token" | "installation-token")
                        || fields.contains_key("status")
                }
                Fact::Gone => true,
            };
            // An empty page is what GitHub might answer about many things; gone it is not.
            let is_page = matches!(fault, Fault::Page(_));
            let is_wrong = is_wrong && (!is_page || fact == Fact::Gone);
            (is_wrong, format!("{fact:?}"))
        }
        read => {
            let query = Query {
                read,
                target,
                relations: Vec::new(),
                since: "2026-01-01T00:00:00Z".parse::<Time>().unwrap(),
                pages: 10,
                budget_ms: 60_000,
            };
            let reading = reader.read(&query).await;
            let is_wrong = reading.as_ref().is_ok_and(|reading| {
                !reading.not_seen.iter().any(|one| one.withholds) || !reading.found.is_empty()
            });
            (is_wrong, format!("{reading:?}"))
        }
    };
    let leaks = [OURS, ITS, TOKEN]
        .iter()
        .any(|secret| said.contains(secret));
    let all = weather.all();
    (is_wrong || leaks || all > 130)
        .then(|| format!("{noun} {read:?} under {fault:?}: {said}; {all} requests"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_weather_makes_a_question_to_github_answered_that_was_not() {
    let (elsewhere, hits) = elsewhere();
    let github = GitHub::new(None, Clock::wall());
    let mut cells = Vec::<Cell>::new();
    for kind in github.kinds() {
        for read in [ReadKind::State, ReadKind::Reach, ReadKind::Activity] {
            if !kind.reads.contains(&read) {
                continue;
            }
            for fault in FAULTS.into_iter().chain(PAGES) {
                let (noun, elsewhere) = (kind.id.noun().to_owned(), elsewhere.clone());
                cells.push(cell(fault, async move {
                    ask(noun, read, fault, &elsewhere).await
                }));
            }
        }
    }
    hold(cells, github.kinds().len() * FAULTS.len(), &hits).await;
}
