//! `aws.put-secret-value`: puts a new value into a secret, as its current version.
//!
//! Never reads a value; a repeat with the same tag and value is the same version.

#[cfg(feature = "aws")]
use super::super::service::secret;
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
        id: action("put-secret-value"),
        title: "put the new value into the secret".to_owned(),
        on: kind("secret"),
        effect: Effect::Deliver,
        hurts: "Consumers that keep the former value instead of reading it anew.".to_owned(),
        touches: shape::shows_anew("current"),
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::None("the former value is the one that leaked; aws.return-secret-version makes it current again where that is wanted".to_owned()),
        repeat: Repeat::Tagged,
        batch: 1,
        permissions: words(&["secretsmanager:PutSecretValue", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "kms:Decrypt", "kms:GenerateDataKey"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CRO"]),
        docs: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (region, name) = placed(call);
    vec![format!(
        "aws secretsmanager put-secret-value --region {region} --secret-id {name} --secret-string file:///dev/stdin"
    )]
}

#[cfg(feature = "aws")]
async fn deliver(on: &Handle, call: &Call, what: &Secret) -> Outcome {
    secret::put(on, call, what).await
}
