//! `aws.start-function`: gives a function the concurrency back that it had, none reserved included.
//!
//! Never gives more than it had.

#[cfg(feature = "aws")]
use super::super::service::function;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, placed, quoted, setting_bound, text, words};
#[cfg(feature = "aws")]
use crate::domain::Outcome;
use crate::domain::{Becomes, Call, Effect, Repeat, Spec, Tier, Touch, Undo};

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
        id: action("start-function"),
        title: "let the function start again".to_owned(),
        on: kind("function"),
        effect: Effect::Open,
        hurts: "Nobody, unless the function still serves others.".to_owned(),
        touches: vec![Touch {
            field: "reserved_concurrency".to_owned(),
            becomes: Becomes::Before,
        }],
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::By(action("stop-function")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&[
            "lambda:PutFunctionConcurrency",
            "lambda:DeleteFunctionConcurrency",
            "lambda:GetFunctionConfiguration",
            "lambda:GetFunctionConcurrency",
        ]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: Vec::new(),
        docs: "https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html"
            .to_owned(),
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
