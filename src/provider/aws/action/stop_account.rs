//! `aws.stop-account`: denies everything to everybody in an account but the responder's role, by the organisation.
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
        id: action("stop-account"),
        title: "stop the whole account".to_owned(),
        on: kind("account"),
        effect: Effect::Cut(Cut {
            rung: Rung::Suspend,
            target: Fate::Pauses,
            issued: Fate::Lives,
            of: Vec::new(),
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Everything that runs in the account, healthy workloads included.".to_owned(),
        touches: vec![Touch {
            field: "stopped".to_owned(),
            becomes: Becomes::Is(json!("in-force")),
        }],
        params: Vec::new(),
        floor: Tier::GRAVE,
        undo: Undo::By(action("release-account")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["organizations:ListPoliciesForTarget", "organizations:ListPolicies", "organizations:DescribePolicy", "organizations:CreatePolicy", "organizations:UpdatePolicy", "organizations:AttachPolicy"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["service control policies are said not to bind the management account, nor service-linked roles"]),
        standards: Vec::new(),
        docs: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    super::stop_commands(call)
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    organization::set_stopped(on, call).await
}
