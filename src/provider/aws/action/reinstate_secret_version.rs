//! `aws.reinstate-secret-version`: makes the version current again that was.
//!
//! Never deletes a version, and moves the label between the two latest only, so that the way back is exact.

#[cfg(feature = "aws")]
use super::super::service::secret;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, setting_bound, words};
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
        id: action("reinstate-secret-version"),
        title: "make the version current that was".to_owned(),
        on: kind("secret"),
        effect: Effect::Open,
        hurts: "Every consumer: the value that they read next changes.".to_owned(),
        touches: vec![Touch {
            field: "current".to_owned(),
            becomes: Becomes::Before,
        }],
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::By(action("return-secret-version")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["secretsmanager:UpdateSecretVersionStage", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: Vec::new(),
        docs: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![super::version_command(call)]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    secret::set_current(on, call).await
}
