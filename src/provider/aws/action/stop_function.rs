//! `aws.stop-function`: reserves no concurrency for a function, so that none of its versions starts.
//!
//! Never touches the role: its credentials in environments that are warm live on.

use serde_json::json;

#[cfg(feature = "aws")]
use super::super::service::function;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, placed, quoted, setting_bound, text, words};
#[cfg(feature = "aws")]
use crate::domain::Outcome;
use crate::domain::{
    Access, Becomes, Call, Cut, Effect, Fate, Repeat, Rung, Spec, Tier, Touch, Undo,
};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(perform(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        id: action("stop-function"),
        title: "let the function start no more".to_owned(),
        on: kind("function"),
        effect: Effect::Cut(Cut {
            rung: Rung::Suspend,
            target: Fate::Pauses,
            issued: Fate::Lives,
            of: Vec::new(),
            before_call: false,
            stops_issue: false,
            allows: Access::Nothing,
        }),
        hurts: "Whatever calls the function, all of its versions; AWS may retry or drop what is asked meanwhile.".to_owned(),
        touches: vec![Touch {
            field: "reserved_concurrency".to_owned(),
            becomes: Becomes::Is(json!(0)),
        }],
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("start-function")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["lambda:PutFunctionConcurrency", "lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["an invocation that runs already is said to finish"]),
        standards: Vec::new(),
        docs: "https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (region, name) = placed(call);
    let on = format!("--region {region} --function-name {name}");
    vec![match text(call, "reserved_concurrency") {
        none if none.is_empty() => format!("aws lambda delete-function-concurrency {on}"),
        wanted => format!(
            "aws lambda put-function-concurrency {on} --reserved-concurrent-executions {}",
            quoted(&wanted)
        ),
    }]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    function::reserve(on, call).await
}
