//! Giving back what an organisation chose: the very repositories, or nothing that is called done.

use contain::domain::{Because, Fact, Outcome, Spec};
use contain::provider::Provider as _;
use serde_json::{Value, json};

use super::server::{Reply, Served};
use super::{applied, at, call, github, look, perform, spec};

const CUT: &str = "github.restrict-organization-actions";
const UNDO: &str = "github.allow-organization-actions";

/// An organisation's Actions, that forget which repositories were selected.
fn organization() -> Served {
    let start = json!({"enabled": "selected", "ids": [42, 7], "list": 204, "more": false});
    Served::start(start, |asked, state| match asked.line() {
        "GET /orgs/acme/actions/permissions" => Reply::json(
            200,
            &json!({"enabled_repositories": state["enabled"], "allowed_actions": "all"}),
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
    let seen = async || match look(&github, &target).await {
        Fact::Present(fields) => fields,
        other => panic!("{other:?}"),
    };
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
