//! `aws.deactivate-service-credential`: switches one service-specific credential, long-term Bedrock keys included off.
//!
//! Never touches another credential of the same user.

use serde_json::json;

#[cfg(feature = "aws")]
use super::write;
use super::{Action, owned, quoted, shape, words};
use crate::domain::{Becomes, Call, Spec, Tier};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(write::set_status(on, call, &["Inactive"])),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "switch the service-specific credential off".to_owned(),
        hurts: "Whoever uses this credential: Git over HTTPS at CodeCommit, Keyspaces, or the long-term API keys of Bedrock and of CloudWatch Logs.".to_owned(),
        floor: Tier::LOW,
        permissions: words(&["iam:UpdateServiceSpecificCredential", "iam:ListServiceSpecificCredentials"]),
        bound: shape::status_bound(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateServiceSpecificCredential.html".to_owned(),
        ..shape::cut(
            "deactivate-service-credential",
            "service-credential",
            "activate-service-credential",
            shape::suspends(),
            ("status", Becomes::Is(json!("Inactive"))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (user, id) = owned(call);
    vec![format!(
        "aws iam update-service-specific-credential --user-name {} --service-specific-credential-id {} --status Inactive",
        quoted(user),
        quoted(id)
    )]
}
