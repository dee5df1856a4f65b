//! `aws.deny-user-in-organization`: names a user in the organisation's guardrail of its account.
//!
//! Never touches a policy of another name, and needs the management account or its delegate.

use serde_json::json;

#[cfg(feature = "aws")]
use super::super::service::organization;
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
        id: action("deny-user-in-organization"),
        title: "deny the user everything by the organisation".to_owned(),
        on: kind("user"),
        effect: Effect::Cut(Cut {
            rung: Rung::Suspend,
            target: Fate::Pauses,
            issued: Fate::Pauses,
            of: vec![kind("access-key"), kind("session")],
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Every workload that runs as this user.".to_owned(),
        touches: vec![Touch {
            field: "organization_deny".to_owned(),
            becomes: Becomes::Is(json!("in-force")),
        }],
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("lift-user-deny-in-organization")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["organizations:ListPoliciesForTarget", "organizations:ListPolicies", "organizations:DescribePolicy", "organizations:UpdatePolicy", "organizations:CreatePolicy", "organizations:AttachPolicy"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["service control policies are said not to bind the management account, nor service-linked roles"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    super::guardrail_commands(call)
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    organization::set_principal(on, call).await
}
