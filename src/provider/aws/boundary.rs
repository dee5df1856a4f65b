//! Permissions boundaries that leave only reading, or nothing: what they say, and setting them.
//!
//! Never trusts a policy by its name: a boundary counts as ours only where its document is ours.

use serde_json::json;

#[cfg(feature = "aws")]
pub(super) use sending::{set, shown};

use super::kind;
use crate::domain::{Access, Becomes, Cut, Fate, Param, Rung, Takes};

/// The field that shows the boundary, and the parameter that says what it leaves.
const FIELD: &str = "boundary";
const PARAM: &str = "allows";

/// What a boundary of ours leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Leaves {
    /// Reading; neither secrets nor tokens.
    ReadOnly,
    /// Nothing.
    Nothing,
}

/// What reading means here. A service or call that is not listed is not left.
const READING: &[&str] = &[
    "autoscaling:Describe*",
    "cloudfront:Get*",
    "cloudfront:List*",
    "cloudtrail:LookupEvents",
    "cloudwatch:Describe*",
    "cloudwatch:Get*",
    "cloudwatch:List*",
    "dynamodb:BatchGetItem",
    "dynamodb:Describe*",
    "dynamodb:GetItem",
    "dynamodb:List*",
    "dynamodb:Query",
    "dynamodb:Scan",
    "ec2:Describe*",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:Describe*",
    "ecr:GetDownloadUrlForLayer",
    "ecr:ListImages",
    "ecs:Describe*",
    "ecs:List*",
    "eks:Describe*",
    "eks:List*",
    "elasticloadbalancing:Describe*",
    "iam:Get*",
    "iam:List*",
    "kinesis:Describe*",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:List*",
    "logs:Describe*",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "rds:Describe*",
    "route53:Get*",
    "route53:List*",
    "s3:Get*",
    "s3:List*",
    "sns:Get*",
    "sns:List*",
    "sqs:GetQueueAttributes",
    "sqs:ListQueues",
];

/// What the patterns above would let through, and is a secret, carries one, or vends a credential.
const SECRET: &[&str] = &[
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:GetPasswordData",
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTaskDefinition",
    "iam:GetCredentialReport",
    "kms:*",
    "s3:GetDataAccess",
    "sts:*",
];

impl Leaves {
    const ALL: [Self; 2] = [Self::ReadOnly, Self::Nothing];

    fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Nothing => "nothing",
        }
    }

    /// What a word means, where it is one of ours.
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|leaves| leaves.word() == word)
    }

    /// The policy's name; another document takes another number.
    pub(super) fn policy_name(self) -> &'static str {
        match self {
            Self::ReadOnly => "contain-read-only-1",
            Self::Nothing => "contain-nothing-1",
        }
    }

    /// The policy's document. It denies beside what it does not allow: a policy on a resource that names the principal
    /// passes by what a boundary only leaves out.
    pub(super) fn document(self) -> String {
        let statements = match self {
            Self::ReadOnly => json!([
                {"Sid": "Contain", "Effect": "Allow", "Action": READING, "Resource": "*"},
                {"Sid": "ContainRest", "Effect": "Deny", "NotAction": READING, "Resource": "*"},
                {"Sid": "ContainSecrets", "Effect": "Deny", "Action": SECRET, "Resource": "*"},
            ]),
            Self::Nothing => json!([
                {"Sid": "Contain", "Effect": "Deny", "Action": "*", "Resource": "*"},
            ]),
        };
        json!({"Version": "2012-10-17", "Statement": statements}).to_string()
    }
}

/// The parameter of the cuts.
pub(super) fn allows() -> Param {
    let words = Leaves::ALL.map(|leaves| leaves.word().to_owned());
    Param {
        name: PARAM.to_owned(),
        about: "what is left: reading without secrets and tokens, or nothing".to_owned(),
        takes: Takes::OneOf(words.to_vec()),
        default: Some(json!(Leaves::ReadOnly.word())),
    }
}

/// What the cuts overwrite.
pub(super) fn touch() -> (&'static str, Becomes) {
    (FIELD, Becomes::Param(PARAM.to_owned()))
}

/// How the cuts cut.
pub(super) fn narrows(of: &[&str]) -> Cut {
    Cut {
        rung: Rung::Narrow,
        target: Fate::Lives,
        issued: Fate::Pauses,
        of: of.iter().map(|noun| kind(noun)).collect(),
        before_call: false,
        stops_issue: true,
        allows: Access::Param(PARAM.to_owned()),
    }
}

#[cfg(feature = "aws")]
mod sending {
    use serde_json::{Value, json};

    use super::super::adapter::unsent;
    use super::super::client::{Clients, Handle};
    use super::super::failure::Failure;
    use super::super::inline::{Holder, answer, invalid};
    use super::super::policy::decoded;
    use super::{FIELD, Leaves};
    use crate::domain::{Because, Call, Outcome, Why};

    /// The field for the boundary that stands: nothing, one of ours by its content, or its ARN.
    pub(in super::super) async fn shown(
        clients: &Clients,
        arn: Option<&str>,
    ) -> Result<Value, Failure> {
        let Some(arn) = arn else {
            return Ok(Value::Null);
        };
        let named = Leaves::ALL.into_iter().find(|ours| {
            let name = ours.policy_name();
            arn.ends_with(&format!(":policy/{name}"))
        });
        Ok(match named {
            Some(ours) if stands(clients, arn, ours).await? == Some(true) => json!(ours.word()),
            Some(_) | None => json!(arn),
        })
    }

    /// Whether a policy says what ours says; nothing where it is not there.
    async fn stands(clients: &Clients, arn: &str, ours: Leaves) -> Result<Option<bool>, Failure> {
        let said = clients.iam.get_policy().policy_arn(arn).send().await;
        let said = said.map_err(|failed| Failure::of(&failed, "iam:GetPolicy"));
        let version = match said {
            Ok(said) => said.policy.and_then(|policy| policy.default_version_id),
            Err(failure) if failure.is_missing() => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let request = clients.iam.get_policy_version().policy_arn(arn);
        let said = request
            .version_id(version.unwrap_or_default())
            .send()
            .await
            .map_err(|failed| Failure::of(&failed, "iam:GetPolicyVersion"))?;
        let there = said.policy_version.and_then(|version| version.document);
        let there = decoded(&there.unwrap_or_default());
        let json = |text: &str| serde_json::from_str::<Value>(text).ok();
        Ok(Some(json(&there) == json(&ours.document())))
    }

    /// Sets the boundary to what the call says: one of ours, somebody's, or none.
    pub(in super::super) async fn set(on: &Handle, holder: Holder, call: &Call) -> Outcome {
        let clients = match on.clients().await {
            Ok(clients) => clients,
            Err(why) => return unsent(why),
        };
        let id = call.target.id();
        match call.value(FIELD) {
            Some(Value::Null) => match delete(clients, holder, id).await {
                Err(failure) if failure.is_missing() => Outcome::AlreadySo,
                sent => answer(on, sent),
            },
            Some(Value::String(said)) => match Leaves::of(said) {
                Some(ours) => match made(clients, holder, id, ours).await {
                    Ok(arn) => answer(on, put(clients, holder, id, &arn).await),
                    Err(failure) => failure.outcome(&on.link.clock),
                },
                None => answer(on, put(clients, holder, id, said).await),
            },
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => {
                invalid(format!("{} was not told what to leave", call.action))
            }
        }
    }

    /// The ARN of our policy, which is made where it is not there; one that says something else is not used.
    async fn made(
        clients: &Clients,
        holder: Holder,
        id: &str,
        ours: Leaves,
    ) -> Result<String, Failure> {
        let root = match holder {
            Holder::User => {
                let said = clients.iam.get_user().user_name(id).send().await;
                let said = said.map_err(|failed| Failure::of(&failed, "iam:GetUser"))?;
                said.user.map(|user| user.arn)
            }
            Holder::Role => {
                let said = clients.iam.get_role().role_name(id).send().await;
                let said = said.map_err(|failed| Failure::of(&failed, "iam:GetRole"))?;
                said.role.map(|role| role.arn)
            }
        };
        // A policy stands in the partition and the account of whom it binds.
        let root: Vec<String> = root
            .iter()
            .flat_map(|arn| arn.split(':').take(5))
            .map(str::to_owned)
            .collect();
        let arn = format!("{}:policy/{}", root.join(":"), ours.policy_name());
        match stands(clients, &arn, ours).await.map_err(before)? {
            Some(true) => return Ok(arn),
            Some(false) => {
                return Err(Failure::Unsent(Why::new(
                    Because::Conflict,
                    format!("a policy {arn} is there and says something else than ours"),
                )));
            }
            None => {}
        }
        let request = clients.iam.create_policy().policy_name(ours.policy_name());
        let said = request.policy_document(ours.document()).send().await;
        said.map_err(|failed| Failure::of(&failed, "iam:CreatePolicy"))?;
        Ok(arn)
    }

    /// A read that was lost changed nothing.
    fn before(failure: Failure) -> Failure {
        match failure {
            Failure::Lost(why) => Failure::Unsent(Why::new(Because::Unavailable, why.text)),
            Failure::Unsent(_) | Failure::Refused { .. } | Failure::Throttled(_) => failure,
        }
    }

    async fn put(clients: &Clients, holder: Holder, id: &str, arn: &str) -> Result<(), Failure> {
        match holder {
            Holder::User => {
                let request = clients.iam.put_user_permissions_boundary().user_name(id);
                let sent = request.permissions_boundary(arn).send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, "iam:PutUserPermissionsBoundary"))
            }
            Holder::Role => {
                let request = clients.iam.put_role_permissions_boundary().role_name(id);
                let sent = request.permissions_boundary(arn).send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, "iam:PutRolePermissionsBoundary"))
            }
        }
    }

    async fn delete(clients: &Clients, holder: Holder, id: &str) -> Result<(), Failure> {
        match holder {
            Holder::User => {
                let request = clients.iam.delete_user_permissions_boundary();
                let sent = request.user_name(id).send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, "iam:DeleteUserPermissionsBoundary"))
            }
            Holder::Role => {
                let request = clients.iam.delete_role_permissions_boundary();
                let sent = request.role_name(id).send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, "iam:DeleteRolePermissionsBoundary"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::wildcard::matches;

    /// Whether a list of actions covers one.
    fn covers(list: &[&str], action: &str) -> bool {
        list.iter().any(|pattern| matches(pattern, action))
    }

    #[test]
    fn reading_leaves_no_secret_and_vends_no_token() {
        for action in [
            "secretsmanager:GetSecretValue",
            "secretsmanager:BatchGetSecretValue",
            "ssm:GetParameter",
            "ssm:GetParameters",
            "ssm:GetParametersByPath",
            "ssm:GetParameterHistory",
            "kms:Decrypt",
            "lambda:GetFunction",
            "lambda:GetFunctionConfiguration",
            "lambda:ListFunctions",
            "codebuild:BatchGetProjects",
            "ec2:GetPasswordData",
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeLaunchTemplateVersions",
            "ecs:DescribeTaskDefinition",
            "sts:AssumeRole",
            "sts:GetSessionToken",
            "sts:GetFederationToken",
            "sts:GetWebIdentityToken",
            "ecr:GetAuthorizationToken",
            "codeartifact:GetAuthorizationToken",
            "cognito-identity:GetCredentialsForIdentity",
            "redshift:GetClusterCredentials",
            "s3:GetDataAccess",
            "bedrock:CallWithBearerToken",
            "bedrock-agentcore:GetResourceApiKey",
            "iam:CreateAccessKey",
            "s3:PutObject",
        ] {
            let left = covers(READING, action) && !covers(SECRET, action);
            assert!(!left, "{action}");
        }
        for action in ["s3:GetObject", "ec2:DescribeInstances", "iam:GetUser"] {
            let left = covers(READING, action) && !covers(SECRET, action);
            assert!(left, "{action}");
        }
    }

    #[test]
    fn a_document_fits_into_a_managed_policy() {
        for leaves in Leaves::ALL {
            let document = leaves.document();
            // IAM's quota for a managed policy, white space not counted.
            assert!(document.len() < 6144, "{}", document.len());
            assert_eq!(Leaves::of(leaves.word()), Some(leaves));
        }
        assert_eq!(Leaves::of("arn:aws:iam::1:policy/x"), None);
    }
}
