//! `aws.rotate-secret`: starts the secret's own rotation.
//!
//! Never makes a value itself, and never takes the previous version away.

#[cfg(feature = "aws")]
use super::super::service::secret;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, placed, setting_bound, words};
#[cfg(feature = "aws")]
use crate::domain::Outcome;
use crate::domain::{Call, Effect, Repeat, Spec, Tier, Undo};

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
        id: action("rotate-secret"),
        title: "rotate the secret now".to_owned(),
        on: kind("secret"),
        effect: Effect::Issue(kind("secret")),
        hurts: "Consumers that keep the value instead of reading it anew; whoever has the old value keeps it until what it opens refuses it.".to_owned(),
        touches: Vec::new(),
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::None("the former value is the one that leaked; where what it opens still takes it, aws.return-secret-version makes it current again".to_owned()),
        repeat: Repeat::Tagged,
        batch: 1,
        permissions: words(&["secretsmanager:RotateSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "kms:Decrypt", "kms:GenerateDataKey", "lambda:InvokeFunction"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["AWS answers before the rotation function has worked: the new value is there when the version that the answer names is current", "the previous value stays readable under AWSPREVIOUS"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CRO"]),
        docs: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (region, name) = placed(call);
    vec![format!(
        "aws secretsmanager rotate-secret --region {region} --secret-id {name} --rotate-immediately"
    )]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    secret::rotate(on, call).await
}
