//! `aws.lift-user-session-end`: puts back what stood in the place of our session cut on a user.
//!
//! Never touches a policy of another name.

use super::{
    Action, END_NAME, action, end_sessions_document, kind, policy_bound, put_or_delete, words,
};
#[cfg(feature = "aws")]
use super::{Handle, inline};
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
        id: action("lift-user-session-end"),
        title: "lift the session cut from the user".to_owned(),
        on: kind("user"),
        effect: Effect::Open,
        hurts: "Nobody, unless a session from before the cut-off still lives in other hands."
            .to_owned(),
        touches: vec![Touch {
            field: "end_sessions".to_owned(),
            becomes: Becomes::Before,
        }],
        floor: Tier::LOW,
        undo: Undo::By(action("end-user-sessions")),
        params: Vec::new(),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&[
            "iam:DeleteUserPolicy",
            "iam:PutUserPolicy",
            "iam:GetUser",
            "iam:GetUserPolicy",
        ]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html"
            .to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![put_or_delete(
        call,
        "user",
        END_NAME,
        end_sessions_document(call),
    )]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    inline::lift_end(on, inline::Holder::User, call).await
}
