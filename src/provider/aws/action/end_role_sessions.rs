//! `aws.end-role-sessions`: denies everything to sessions of a role that were issued before the call.
//!
//! Never stops new sessions, nor those of roles that were entered from this one.

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
        id: action("end-role-sessions"),
        title: "end the role's sessions".to_owned(),
        on: kind("role"),
        effect: Effect::Cut(Cut {
            rung: Rung::EndSessions,
            target: Fate::Lives,
            issued: Fate::Pauses,
            of: vec![kind("session")],
            before_call: true,
            stops_issue: false,
            allows: Access::Nothing,
        }),
        hurts: "Every session of this role from before the call, healthy ones too; workloads that fetch a new one go on.".to_owned(),
        touches: vec![Touch {
            field: "end_sessions".to_owned(),
            becomes: Becomes::TimeOfCall,
        }],
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("lift-role-session-end")),
        params: Vec::new(),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["iam:PutRolePolicy", "iam:GetRole", "iam:GetRolePolicy"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-ST", "MITRE D3FEND 1.2.0 D3-ANCI"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![put_or_delete(
        call,
        "role",
        END_NAME,
        end_sessions_document(call),
    )]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    inline::end_sessions(on, inline::Holder::Role, call).await
}
