//! `aws.put-parameter-value`: puts a new value into a SecureString parameter, as its next version.
//!
//! Never reads a value, and never writes one to a parameter that is not encrypted.

#[cfg(feature = "aws")]
use super::super::service::parameter;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, placed, setting_bound, shape, words};
use crate::domain::{Call, Effect, Repeat, Spec, Tier, Undo};
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
        id: action("put-parameter-value"),
        title: "put the new value into the parameter".to_owned(),
        on: kind("parameter"),
        effect: Effect::Deliver,
        hurts: "Consumers that keep the former value instead of reading it anew.".to_owned(),
        touches: shape::shows_anew("version"),
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::None("the former value is the one that leaked, and putting it back would mean reading it; its version number is in the answer".to_owned()),
        repeat: Repeat::Once,
        batch: 1,
        permissions: words(&["ssm:PutParameter", "ssm:DescribeParameters", "kms:Encrypt", "kms:GenerateDataKey"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["former versions stay readable by number to whoever may read the history"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CRO"]),
        docs: "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (region, name) = placed(call);
    vec![format!(
        "aws ssm put-parameter --region {region} --name {name} --type SecureString --overwrite --value file:///dev/stdin"
    )]
}

#[cfg(feature = "aws")]
async fn deliver(on: &Handle, call: &Call, what: &Secret) -> Outcome {
    parameter::put(on, call, what).await
}
