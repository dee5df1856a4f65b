//! Giving back what an organisation chose: the very repositories, or nothing that is called done.

use contain::domain::{Arg, Because, Fact, Fields, Locator, Outcome, Spec};
use contain::provider::Provider as _;
use contain::provider::github::GitHub;
use serde_json::{Value, json};

use super::server::{Reply, Served};
use super::{applied, at, call, github, look, perform, spec};

const CUT: &str = "github.restrict-organization-actions";
const UNDO: &str = "github.allow-organization-actions";

/// What is seen of a target that is there.
async fn fields(github: &GitHub, target: &Locator) -> Fields {
    match look(github, target).await {
        Fact::Present(fields) => fields,
        other => panic!("{other:?}"),
    }
}

/// What GitHub makes of a body that may not say which actions are allowed: all.
fn allowed(body: &Value) -> Value {
    body.get("allowed_actions").cloned().unwrap_or(json!("all"))
}

/// An organisation's Actions, that forget which repositories were selected and which actions are allowed.
fn organization() -> Served {
    let start = json!({"enabled": "selected", "allowed": "local_only", "ids": [42, 7], "list": 204, "more": false});
    Served::start(start, |asked, state| match asked.line() {
        "GET /orgs/acme/actions/permissions" => Reply::json(
            200,
            &match state["enabled"] == "none" {
                true => json!({"enabled_repositories": "none"}),
                false => {
                    json!({"enabled_repositories": state["enabled"], "allowed_actions": state["allowed"]})
                }
            },
        ),
        line if line.starts_with("GET /orgs/acme/actions/permissions/repositories?") => {
            let ids = state["ids"].as_array().unwrap().iter();
            let all: Vec<Value> = ids
                .map(|id| json!({"id": id, "full_name": format!("acme/{id}")}))
                .collect();
            let reply = Reply::json(200, &json!({"total_count": all.len(), "repositories": all}));
            let page = line
                .rsplit_once("&page=")
                .map_or(1, |(_, page)| page.parse::<u32>().unwrap());
            let next = line
                .replace("GET ", "")
                .replace(&format!("&page={page}"), "");
            match state["more"] == true {
                true => reply.with(
                    "link",
                    &format!("<{}{next}&page={}>; rel=\"next\"", asked.base, page + 1),
                ),
                false => reply,
            }
        }
        "PUT /orgs/acme/actions/permissions" => {
            state["enabled"] = asked.body["enabled_repositories"].clone();
            state["allowed"] = allowed(&asked.body);
            state["ids"] = json!([]);
            Reply::empty(204)
        }
        "PUT /orgs/acme/actions/permissions/repositories" if state["list"] == 204 => {
            assert_eq!(state["enabled"], "selected");
            state["ids"] = asked.body["selected_repository_ids"].clone();
            Reply::empty(204)
        }
        "PUT /orgs/acme/actions/permissions/repositories" => Reply::empty(403),
        other => panic!("{other}"),
    })
}

#[tokio::test]
async fn the_selected_repositories_are_given_back_with_the_choice_that_they_were() {
    let served = organization();
    let github = github(&served);
    let target = at(&served, "organization-actions", "acme");
    let seen = async || fields(&github, &target).await;
    let before = seen().await;
    assert_eq!(before["selected_repositories"], json!([7, 42]));
    assert!(applied(&perform(&github, CUT, &target, &before).await));
    let cut = seen().await;
    let touched = |spec: &Spec| {
        spec.touches
            .iter()
            .map(|touch| cut[&touch.field].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(touched(&spec(&github, CUT)), [json!("none"), json!([])]);
    assert!(applied(&perform(&github, UNDO, &target, &before).await));
    assert_eq!(seen().await, before);
    // Where only half of it was done, it is not done.
    assert!(applied(&perform(&github, CUT, &target, &before).await));
    served.state()["list"] = json!(403);
    let outcome = perform(&github, UNDO, &target, &before).await;
    assert!(matches!(&outcome, Outcome::InDoubt(_)), "{outcome:?}");
    let call = call(&spec(&github, UNDO), &target, &before);
    let now = github.reader(None).observe(&[target]).await.remove(0);
    assert!(!spec(&github, UNDO).shows(&call, &now), "{now:?}");
    // Both lines, or it would be something else.
    let typed = github.commands(&call);
    assert!(typed.len() == 2 && typed[1].contains("[7,42]"), "{typed:?}");
}

#[tokio::test]
async fn repositories_that_were_not_all_read_are_no_receipt() {
    let served = organization();
    served.state()["more"] = json!(true);
    let github = github(&served);
    let fact = look(&github, &at(&served, "organization-actions", "acme")).await;
    assert!(
        matches!(&fact, Fact::Unreadable(why) if why.because == Because::Garbled),
        "{fact:?}"
    );
}

#[tokio::test]
async fn where_all_repositories_were_enabled_no_list_is_written() {
    let served = organization();
    served.state()["enabled"] = json!("all");
    served.state()["list"] = json!(403);
    let github = github(&served);
    let target = at(&served, "organization-actions", "acme");
    let Fact::Present(before) = look(&github, &target).await else {
        panic!()
    };
    assert!(applied(&perform(&github, CUT, &target, &before).await));
    assert!(applied(&perform(&github, UNDO, &target, &before).await));
    let Fact::Present(now) = look(&github, &target).await else {
        panic!()
    };
    assert_eq!(now, before);
}

#[tokio::test]
async fn a_repository_gets_back_which_actions_it_allows() {
    let start = json!({"enabled": true, "allowed_actions": "local_only"});
    let served = Served::start(start, |asked, state| match asked.line() {
        "GET /repos/acme/app/actions/permissions" => match state["enabled"] == true {
            true => Reply::json(200, state),
            false => Reply::json(200, &json!({"enabled": false})),
        },
        "PUT /repos/acme/app/actions/permissions" => {
            *state =
                json!({"enabled": asked.body["enabled"], "allowed_actions": allowed(&asked.body)});
            Reply::empty(204)
        }
        other => panic!("{other}"),
    });
    let github = github(&served);
    let target = at(&served, "repository-actions", "acme/app");
    let seen = async || fields(&github, &target).await;
    let before = seen().await;
    let (cut, undo) = (
        "github.disable-repository-actions",
        "github.enable-repository-actions",
    );
    assert!(applied(&perform(&github, cut, &target, &before).await));
    assert!(applied(&perform(&github, undo, &target, &before).await));
    assert_eq!(seen().await, before);
    // Where it allows others by then, it was not given back.
    served.state()["allowed_actions"] = json!("all");
    let call = call(&spec(&github, undo), &target, &before);
    let now = github.reader(None).observe(&[target]).await.remove(0);
    assert!(!spec(&github, undo).shows(&call, &now), "{now:?}");
    // A receipt that does not hold it says nothing of it.
    let mut other = call.clone();
    other
        .with
        .insert("allowed_actions".to_owned(), Arg::Is(Value::Null));
    let typed = |call| github.commands(call).concat();
    assert!(typed(&call).contains("local_only"));
    assert!(!typed(&other).contains("allowed_actions"));
}
