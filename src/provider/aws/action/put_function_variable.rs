//! `aws.put-function-variable`: puts a new value into one variable of a function's environment.
//!
//! Never adds a variable, and never shows another one's value.

#[cfg(feature = "aws")]
use super::super::service::function;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, placed, quoted, setting_bound, shape, text, words};
use crate::domain::{Call, Effect, Param, Repeat, Spec, Takes, Tier, Undo};
#[cfg(feature = "aws")]
use crate::domain::{Outcome, Secret};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |_, call| Box::pin(std::future::ready(super::needs_a_secret(call))),
    #[cfg(feature = "aws")]
    deliver: Some(|on, call, what| Box::pin(deliver(on, call, what))),
};

fn spec() -> Spec {
    Spec {
        id: action("put-function-variable"),
        title: "put the new value into the function's environment".to_owned(),
        on: kind("function"),
        effect: Effect::Deliver,
        hurts: "Requests in flight while AWS replaces the environments.".to_owned(),
        touches: shape::shows_anew("changed"),
        params: vec![Param {
            name: "variable".to_owned(),
            about: "the name of the variable".to_owned(),
            takes: Takes::Text,
            default: None,
        }],
        floor: Tier::LOW,
        undo: Undo::None("the former value is the one that leaked, and Lambda keeps no version of it to go back to".to_owned()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["lambda:UpdateFunctionConfiguration", "lambda:GetFunctionConfiguration", "kms:Decrypt", "kms:Encrypt"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["published versions keep the former value", "warm environments are said to be replaced", "which permissions on a customer managed key the change itself needs"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CRO"]),
        docs: "https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (region, name) = placed(call);
    let variable = quoted(&text(call, "variable"));
    let on = format!("--region {region} --function-name {name}");
    // What AWS answers holds every variable's value.
    vec![format!(
        "{{ aws lambda get-function-configuration {on} --query Environment --output json | jq --arg name {variable} --rawfile value /dev/fd/3 'if .Variables | has($name) then {{Variables: (.Variables | .[$name] = $value)}} else error(\"no such variable\") end' | aws lambda update-function-configuration {on} --environment file:///dev/stdin --query LastUpdateStatus; }} 3<&0"
    )]
}

#[cfg(feature = "aws")]
async fn deliver(on: &Handle, call: &Call, what: &Secret) -> Outcome {
    function::put_variable(on, call, what).await
}
