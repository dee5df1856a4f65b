//! `aws.end-user-sessions`: denies everything to sessions of a user that were issued before the call.
//!
//! Never reaches long-term keys: `aws:TokenIssueTime` is absent from their requests.

use super::{
    Action, END_NAME, action, end_sessions_document, kind, policy_bound, put_or_delete, words,
};
#[cfg(feature = "aws")]
use super::{Handle, inline};
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
        id: action("end-user-sessions"),
        title: "end the user's temporary sessions".to_owned(),
        on: kind("user"),
        effect: Effect::Cut(Cut {
            rung: Rung::EndSessions,
            target: Fate::Lives,
            issued: Fate::Pauses,
            of: vec![kind("session")],
            before_call: true,
            stops_issue: false,
            allows: Access::Nothing,
        }),
        hurts: "Whoever holds a temporary session of this user; long-term keys are not matched by the token's issue time and go on.".to_owned(),
        touches: vec![Touch {
            field: "end_sessions".to_owned(),
            becomes: Becomes::TimeOfCall,
        }],
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("lift-user-session-end")),
        params: Vec::new(),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["iam:PutUserPolicy", "iam:GetUser", "iam:GetUserPolicy"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-ST", "MITRE D3FEND 1.2.0 D3-ANCI"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html".to_owned(),
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
    inline::end_sessions(on, inline::Holder::User, call).await
}
