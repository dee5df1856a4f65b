//! `aws.lift-identity-center-user-deny`: takes a user of IAM Identity Center out of the organisation's guardrail.
//!
//! Never touches a policy of another name, nor the directory; needs the management account or its delegate.

#[cfg(feature = "aws")]
use super::super::service::center;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, policy_bound, words};
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
        id: action("lift-identity-center-user-deny"),
        title: "lift the organisation's deny from the user".to_owned(),
        on: kind("identity-center-user"),
        effect: Effect::Open,
        hurts: "Nobody, unless the user is still used by others.".to_owned(),
        touches: vec![Touch {
            field: "organization_deny".to_owned(),
            becomes: Becomes::Before,
        }],
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::By(action("deny-identity-center-user")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["sso:ListInstances", "identitystore:DescribeUser", "organizations:ListRoots", "organizations:ListPoliciesForTarget", "organizations:ListPolicies", "organizations:DescribePolicy", "organizations:UpdatePolicy", "organizations:DetachPolicy", "organizations:DeletePolicy"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["service control policies are said not to bind the management account: assignments there are owed to people"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
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
