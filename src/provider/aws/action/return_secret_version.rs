//! `aws.return-secret-version`: makes the previous version current again.
//!
//! Never deletes a version, and moves the label between the two latest only, so that the way back is exact.

#[cfg(feature = "aws")]
use super::super::service::secret;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, setting_bound, words};
#[cfg(feature = "aws")]
use crate::domain::Outcome;
use crate::domain::{
    Access, Becomes, Call, Cut, Effect, Fate, Param, Repeat, Rung, Spec, Takes, Tier, Touch, Undo,
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
        id: action("return-secret-version"),
        title: "make the previous version of the secret current again".to_owned(),
        on: kind("secret"),
        effect: Effect::Cut(Cut {
            rung: Rung::Narrow,
            target: Fate::Lives,
            issued: Fate::Lives,
            of: Vec::new(),
            before_call: false,
            stops_issue: false,
            allows: Access::Param("version".to_owned()),
        }),
        hurts: "Every consumer: the value that they read next is the previous one.".to_owned(),
        touches: vec![Touch {
            field: "current".to_owned(),
            becomes: Becomes::Param("version".to_owned()),
        }],
        params: vec![Param {
            name: "version".to_owned(),
            about: "the id of the version labelled AWSPREVIOUS".to_owned(),
            takes: Takes::Text,
            default: None,
        }],
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("reinstate-secret-version")),
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
