//! `aws.create-access-key`: makes a new access key for a user.
//!
//! Never shows the secret: it goes from the answer to the store that it is delivered to.

#[cfg(feature = "aws")]
use super::super::issue;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, key_bound, kind, quoted, words};
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
        id: action("create-access-key"),
        title: "make a new access key for the user".to_owned(),
        on: kind("user"),
        effect: Effect::Issue(kind("access-key")),
        hurts: "Nobody; the user can do with it what it may do, and carries a tag of contain that names it until it is deleted.".to_owned(),
        touches: Vec::new(),
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("delete-access-key")),
        repeat: Repeat::Tagged,
        batch: 1,
        permissions: words(&[
            "iam:CreateAccessKey",
            "iam:TagUser",
            "iam:UntagUser",
            "iam:ListAccessKeys",
            "iam:GetUser",
        ]),
        bound: key_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["inactive keys count among the two that a user can have"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CRO"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html"
            .to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![format!(
        "aws iam create-access-key --user-name {} --query 'AccessKey.{{aws_access_key_id:AccessKeyId,aws_secret_access_key:SecretAccessKey}}' --output json",
        quoted(call.target.id())
    )]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    issue::access_key(on, call).await
}
