//! `aws.deactivate-signing-certificate`: switches one X.509 signing certificate of a user off.
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
        title: "switch the signing certificate off".to_owned(),
        hurts: "Whoever signs requests with this certificate.".to_owned(),
        floor: Tier::LOW,
        permissions: words(&[
            "iam:UpdateSigningCertificate",
            "iam:ListSigningCertificates",
        ]),
        bound: shape::status_bound(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL"]),
        docs:
            "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSigningCertificate.html"
                .to_owned(),
        ..shape::cut(
            "deactivate-signing-certificate",
            "signing-certificate",
            "activate-signing-certificate",
            shape::suspends(),
            ("status", Becomes::Is(json!("Inactive"))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (user, id) = owned(call);
    vec![format!(
        "aws iam update-signing-certificate --user-name {} --certificate-id {} --status Inactive",
        quoted(user),
        quoted(id)
    )]
}
