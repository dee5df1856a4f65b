//! `aws.deny-identity-center-user`: names a user of IAM Identity Center in the organisation's guardrail.
//!
//! Never touches a policy of another name, nor the directory; needs the management account or its delegate.

use serde_json::json;

#[cfg(feature = "aws")]
use super::super::service::center;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, policy_bound, words};
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
        id: action("deny-identity-center-user"),
        title: "deny the user everything by the organisation".to_owned(),
        on: kind("identity-center-user"),
        effect: Effect::Cut(Cut {
            rung: Rung::Suspend,
            target: Fate::Pauses,
            issued: Fate::Pauses,
            of: vec![kind("session")],
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Whoever works as this user, in every account but the management account.".to_owned(),
        touches: vec![Touch {
            field: "organization_deny".to_owned(),
            becomes: Becomes::Is(json!("in-force")),
        }],
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("lift-identity-center-user-deny")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["sso:ListInstances", "identitystore:DescribeUser", "organizations:ListRoots", "organizations:ListPoliciesForTarget", "organizations:ListPolicies", "organizations:DescribePolicy", "organizations:UpdatePolicy", "organizations:CreatePolicy", "organizations:AttachPolicy"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&[
            "service control policies are said not to bind the management account: assignments there are owed to people",
            "whether a session of a role that it enters from one of its own still carries its user id: roles that it entered are cut by themselves",
            "signing in to the portal goes on; the API that switches it off is not confirmed, and AWS says that a portal session goes on entering roles",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/singlesignon/latest/userguide/prereqs-revoking-user-permissions.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    super::guardrail_commands(call)
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    center::set_denied(on, call).await
}
