//! `aws.deny-secret-reader`: denies one principal reading a secret, by the secret's own resource policy.
//!
//! Never touches a statement that is not ours; who else reads it reads on.

#[cfg(feature = "aws")]
use super::super::service::secret;
use super::super::service::statement::Statement;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, policy_bound, words};
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
        id: action("deny-secret-reader"),
        title: "deny one principal reading the secret".to_owned(),
        on: kind("secret"),
        effect: Effect::Cut(Cut {
            rung: Rung::Narrow,
            target: Fate::Lives,
            issued: Fate::Lives,
            of: Vec::new(),
            before_call: false,
            stops_issue: false,
            allows: Access::AsBefore,
        }),
        hurts: "What that principal runs and reads the secret with; nobody else.".to_owned(),
        touches: vec![Touch {
            field: "denied_reader".to_owned(),
            becomes: Becomes::Param("reader".to_owned()),
        }],
        params: vec![Param {
            name: "reader".to_owned(),
            about: "the user or role that may no longer read it".to_owned(),
            takes: Takes::Locator(vec![kind("user"), kind("role")]),
            default: None,
        }],
        floor: Tier::LOW,
        undo: Undo::By(action("lift-secret-reader-deny")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["secretsmanager:PutResourcePolicy", "secretsmanager:GetResourcePolicy", "secretsmanager:DescribeSecret"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["what somebody else writes into the resource policy between our reading and our writing of it is lost: Secrets Manager offers no condition on its present state"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    super::secret_policy(call, Statement::One)
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    secret::deny(on, call, Statement::One).await
}
