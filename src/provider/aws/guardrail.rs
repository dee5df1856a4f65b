//! The guardrail to install in peacetime: a service control policy that identities of an account cannot edit.
//!
//! It denies nobody anything until a principal carries its tag. Never installs it.

use serde_json::{Value, json};

/// The tag of a principal that is denied everything.
pub(super) const TAG: &str = "contain-quarantine";
/// The role that alone may set and take off that tag.
const RESPONDER: &str = "role/contain-responder";

/// The document. That a tag is there at all decides, since the value of a principal's tag can be hidden by a session
/// tag of the same key, and its presence cannot (IAM User Guide, `aws:PrincipalTag`, session tags).
pub(super) fn document(partition: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ContainQuarantine",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"Null": {(format!("aws:PrincipalTag/{TAG}")): "false"}},
            },
            {
                "Sid": "ContainKeepQuarantine",
                "Effect": "Deny",
                "Action": ["iam:TagRole", "iam:TagUser", "iam:UntagRole", "iam:UntagUser"],
                "Resource": "*",
                "Condition": {
                    "ForAnyValue:StringEquals": {"aws:TagKeys": [TAG]},
                    "ArnNotLike": {"aws:PrincipalArn": format!("arn:{partition}:iam::*:{RESPONDER}")},
                },
            },
        ],
    })
}

/// How it is put in force, and what it does not reach.
pub(super) fn notes() -> Vec<String> {
    [
        "install it from the management account or a delegated administrator: aws organizations create-policy --type SERVICE_CONTROL_POLICY --name contain-guardrail --description contain --content file://guardrail.json, then attach-policy to the root or an organisational unit",
        "put a principal under it: aws iam tag-user --user-name NAME --tags Key=contain-quarantine,Value=INCIDENT (tag-role for a role), as the role contain-responder of its account",
        "it does not reach the management account, nor service-linked roles (both not confirmed by AWS's documents here); a role that a tagged user entered earlier is another principal with its own tags",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_denies_only_who_carries_the_tag_and_fits_into_a_policy() {
        let document = document("aws");
        let statements = document.get("Statement").and_then(Value::as_array);
        let statements = statements.cloned().unwrap_or_default();
        assert_eq!(statements.len(), 2);
        for statement in statements {
            assert_eq!(statement.get("Effect"), Some(&json!("Deny")));
            let condition = statement.get("Condition").map(ToString::to_string);
            assert!(
                condition.is_some_and(|said| said.contains(TAG)),
                "{statement}"
            );
        }
        // Organizations: a service control policy has at most 5 120 characters.
        assert!(format!("{document:#}").len() <= 5_120);
        assert!(notes().iter().any(|note| note.contains(TAG)));
    }
}
