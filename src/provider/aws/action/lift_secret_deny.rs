//! `aws.lift-secret-deny`: puts back what stood in the place of our statement.
//!
//! Never touches a statement of another id.

#[cfg(feature = "aws")]
use super::super::service::secret;
use super::super::service::statement::Statement;
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
        id: action("lift-secret-deny"),
        title: "lift the deny from the secret".to_owned(),
        on: kind("secret"),
        effect: Effect::Open,
        hurts: "Nobody, unless the secret still reaches others than its consumers.".to_owned(),
        touches: vec![Touch {
            field: "deny".to_owned(),
            becomes: Becomes::Before,
        }],
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::By(action("deny-secret")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy", "secretsmanager:GetResourcePolicy", "secretsmanager:DescribeSecret"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["what somebody else writes into the resource policy between our reading and our writing of it is lost: Secrets Manager offers no condition on its present state"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        docs: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteResourcePolicy.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    super::secret_policy(call, Statement::All)
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    secret::deny(on, call, Statement::All).await
}
