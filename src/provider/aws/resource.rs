//! Which resource each permission is about, as a policy names it.
//!
//! The resource types are those of AWS's Service Authorization Reference. Never a wildcard for what can be named.

use super::{halves, thirds};
use crate::domain::{Locator, Seen};
use crate::provider::Need;

/// The permissions of IAM, as the nouns of the resources that they are about and their operations.
const IAM: [(&[&str], &[&str]); 5] = [
    (
        &["user"],
        &[
            "AttachUserPolicy",
            "CreateAccessKey",
            "DeleteAccessKey",
            "DeleteUserPermissionsBoundary",
            "DeleteUserPolicy",
            "DetachUserPolicy",
            "GetLoginProfile",
            "GetUser",
            "GetUserPolicy",
            "ListAccessKeys",
            "ListAttachedUserPolicies",
            "ListGroupsForUser",
            "ListMFADevices",
            "ListSSHPublicKeys",
            "ListServiceSpecificCredentials",
            "ListSigningCertificates",
            "ListUserPolicies",
            "PutUserPermissionsBoundary",
            "PutUserPolicy",
            "TagUser",
            "UntagUser",
            "UpdateAccessKey",
            "UpdateSSHPublicKey",
            "UpdateServiceSpecificCredential",
            "UpdateSigningCertificate",
        ],
    ),
    (
        &["role"],
        &[
            "AttachRolePolicy",
            "DeleteRolePermissionsBoundary",
            "DeleteRolePolicy",
            "DetachRolePolicy",
            "GetRole",
            "GetRolePolicy",
            "ListAttachedRolePolicies",
            "ListInstanceProfilesForRole",
            "ListRolePolicies",
            "PassRole",
            "PutRolePermissionsBoundary",
            "PutRolePolicy",
            "UpdateAssumeRolePolicy",
        ],
    ),
    (
        &["group"],
        &[
            "AddUserToGroup",
            "AttachGroupPolicy",
            "DeleteGroupPolicy",
            "DetachGroupPolicy",
            "GetGroup",
            "GetGroupPolicy",
            "ListAttachedGroupPolicies",
            "ListGroupPolicies",
            "PutGroupPolicy",
            "RemoveUserFromGroup",
        ],
    ),
    (
        &["instance-profile"],
        &[
            "AddRoleToInstanceProfile",
            "GetInstanceProfile",
            "RemoveRoleFromInstanceProfile",
        ],
    ),
    (&["user", "role"], &["GenerateServiceLastAccessedDetails"]),
];

/// What else has a resource type: a service, how its operations begin, and the ARNs of its resources, where `{name}` is
/// the target's own. Listings have none, nor has what asks for the owner of a key, since the owner is what it asks for.
const OTHERS: [(&str, &[&str], &[&str]); 17] = [
    // Only the boundaries of ours are made, which have these names.
    (
        "iam",
        &["CreatePolicy"],
        &["iam::{account}:policy/contain-*"],
    ),
    // AWS's own policies are read too.
    (
        "iam",
        &["GetPolicy", "GetPolicyVersion"],
        &["iam::{account}:policy/*", "iam::aws:policy/*"],
    ),
    (
        "secretsmanager",
        &["Delete", "Describe", "Get", "Put", "Rotate", "Update"],
        // Six characters of AWS's own end every name.
        &["secretsmanager:{region}:{account}:secret:{name}-??????"],
    ),
    (
        "ssm",
        &["PutParameter"],
        &["ssm:{region}:{account}:parameter/{name}"],
    ),
    (
        "lambda",
        &[
            "DeleteFunction",
            "GetFunction",
            "PutFunction",
            "UpdateFunction",
        ],
        &["lambda:{region}:{account}:function:{name}"],
    ),
    // Which function rotates a secret, and which key encrypts what, is not in its name; a key may be of another account.
    (
        "lambda",
        &["InvokeFunction"],
        &["lambda:{region}:{account}:function:*"],
    ),
    (
        "kms",
        &["Decrypt", "Encrypt", "GenerateDataKey"],
        &["kms:{region}:*:key/*"],
    ),
    (
        "bedrock",
        &["GetAgentAlias", "UpdateAgentAlias"],
        &["bedrock:{region}:{account}:agent-alias/{name}"],
    ),
    // Both need the directory or the vault as well as what is in it.
    (
        "bedrock-agentcore",
        &["DeleteWorkloadIdentity", "GetWorkloadIdentity"],
        &[
            "bedrock-agentcore:{region}:{account}:workload-identity-directory/default",
            "bedrock-agentcore:{region}:{account}:workload-identity-directory/default/workload-identity/{name}",
        ],
    ),
    (
        "bedrock-agentcore",
        &[
            "GetApiKeyCredentialProvider",
            "UpdateApiKeyCredentialProvider",
        ],
        &[
            "bedrock-agentcore:{region}:{account}:token-vault/default",
            "bedrock-agentcore:{region}:{account}:token-vault/default/apikeycredentialprovider/{name}",
        ],
    ),
    (
        "rolesanywhere",
        &["DisableTrustAnchor", "EnableTrustAnchor", "GetTrustAnchor"],
        &["rolesanywhere:{region}:{account}:trust-anchor/{name}"],
    ),
    (
        "rolesanywhere",
        &["DisableProfile", "EnableProfile", "GetProfile"],
        &["rolesanywhere:{region}:{account}:profile/{name}"],
    ),
    // These stand in the management account, whose id a member does not tell.
    (
        "organizations",
        &["AttachPolicy", "DetachPolicy"],
        &[
            "organizations::*:account/*/{account}",
            "organizations::*:root/*/*",
            "organizations::*:policy/*/service_control_policy/*",
        ],
    ),
    (
        "organizations",
        &["DeletePolicy", "DescribePolicy", "UpdatePolicy"],
        &["organizations::*:policy/*/service_control_policy/*"],
    ),
    (
        "organizations",
        &["ListPoliciesForTarget"],
        &[
            "organizations::*:account/*/{account}",
            "organizations::*:root/*/*",
        ],
    ),
    // A directory's own id is not in a user's name, nor are those of instances and permission sets.
    (
        "identitystore",
        &["DescribeUser", "GetUserId", "ListGroupMembershipsForMember"],
        &[
            "identitystore::{account}:identitystore/*",
            "identitystore:::user/{name}",
            "identitystore:::membership/*",
        ],
    ),
    (
        "sso",
        &[
            "DescribePermissionSet",
            "ListAccountAssignmentsForPrincipal",
        ],
        &["sso:::instance/*", "sso:::permissionSet/*/*"],
    ),
];

/// What a permission is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum About {
    /// What IAM has of these nouns.
    Iam(&'static [&'static str]),
    /// Resources of these forms.
    Forms(&'static [&'static str]),
    /// No resource: the reference has no type for it.
    Nothing,
}

fn about(permission: &str) -> About {
    let Some((service, operation)) = permission.split_once(':') else {
        return About::Nothing;
    };
    let mut iam = IAM.iter();
    if let Some((nouns, _)) = iam.find(|(_, known)| service == "iam" && known.contains(&operation))
    {
        return About::Iam(nouns);
    }
    // Among those of IAM one is the beginning of others that are about something else.
    let is_it = |start: &&str| match service {
        "iam" => operation == *start,
        _ => operation.starts_with(start),
    };
    let mut others = OTHERS.iter();
    others
        .find(|(known, starts, _)| *known == service && starts.iter().any(&is_it))
        .map_or(About::Nothing, |(_, _, forms)| About::Forms(forms))
}

/// The resources that a permission has to be given on; none where a target does without it.
pub(super) fn of(
    permission: &str,
    need: &Need<'_>,
    (partition, account): (&str, &str),
) -> Vec<String> {
    let account = match need.target {
        Some(target) if target.kind().noun() == "account" => target.id(),
        Some(target) => target.account().unwrap_or(account),
        None => account,
    };
    match about(permission) {
        About::Nothing => vec!["*".to_owned()],
        About::Iam(nouns) => {
            let mut named = Vec::new();
            for noun in nouns {
                named.extend(owned(need, noun, partition, account));
            }
            if !named.is_empty() || need.target.is_some_and(|target| holder(target).is_some()) {
                return named;
            }
            let all = |noun: &&str| format!("arn:{partition}:iam::{account}:{noun}/*");
            nouns.iter().map(all).collect()
        }
        About::Forms(forms) => forms
            .iter()
            .filter(|form| is_at(form, need.target))
            .map(|form| filled(form, need, (partition, account)))
            .collect(),
    }
}

/// Whether a policy of the organisation's is about this: what denies users of Identity Center hangs on the root, all else
/// on accounts.
fn is_at(form: &str, target: Option<&Locator>) -> bool {
    let is_user = target.map(|target| target.kind().noun() == "identity-center-user");
    match is_user {
        Some(true) => !form.starts_with("organizations::*:account/"),
        Some(false) => !form.starts_with("organizations::*:root/"),
        None => true,
    }
}

/// A form with its holes filled: by the whole name that was seen, by what the target's id says, or by anything.
fn filled(form: &str, need: &Need<'_>, (partition, account): (&str, &str)) -> String {
    let service = form.split(':').next().unwrap_or_default();
    let is_named = form.contains("{name}");
    let own = |arn: &&str| is_named && arn.starts_with(&format!("arn:{partition}:{service}:"));
    let told = [
        need.seen.and_then(|seen| seen.text("arn")),
        need.target.map(Locator::id),
    ];
    // Where its folder is needed as well, the folder is named by the form.
    if let Some(arn) = told.into_iter().flatten().find(own) {
        return literal(arn);
    }
    let place = need.target.and_then(|target| target.id().split_once(':'));
    let (region, name) = place.map_or(("*".to_owned(), "*".to_owned()), |(region, name)| {
        (literal(region), literal(name.trim_start_matches('/')))
    });
    let form = form
        .replace("{region}", &region)
        .replace("{account}", account)
        .replace("{name}", &name);
    format!("arn:{partition}:{form}")
}

/// The kind of the holder that an id begins with, of those grants that users, roles and groups have alike.
fn holder(target: &Locator) -> Option<&str> {
    let is_grant = matches!(target.kind().noun(), "policy-attachment" | "inline-policy");
    is_grant.then(|| halves(target.id()).0)
}

/// The ARNs of what a need is about, where that is told and is of this noun.
fn owned(need: &Need<'_>, noun: &str, partition: &str, account: &str) -> Vec<String> {
    let Some(target) = need.target else {
        return Vec::new();
    };
    let id = target.id();
    let said = match (target.kind().noun(), noun) {
        (own, _) if own == noun => Some(id),
        ("login-profile", "user") | ("role-trust", "role") => Some(id),
        ("service-credential" | "ssh-key" | "signing-certificate", "user")
        | ("group-membership", "group") => Some(halves(id).0),
        ("group-membership", "user") => Some(halves(id).1),
        ("policy-attachment" | "inline-policy", _) => {
            let (holder, name, _) = thirds(id);
            (holder == noun).then_some(name)
        }
        _ => None,
    };
    let seen = need.seen.and_then(Seen::principal);
    let seen = seen.filter(|seen| seen.kind().noun() == noun);
    // The role of a profile that has one, or had.
    let role = || need.seen.and_then(|seen| seen.text("role"));
    let role = (noun == "role")
        .then(role)
        .flatten()
        .filter(|role| !role.is_empty());
    let name = said.map(str::to_owned);
    let name = name.or_else(|| seen.map(|seen| seen.id().to_owned()));
    let Some(name) = name.or_else(|| role.map(str::to_owned)) else {
        return Vec::new();
    };
    let own = |arn: &&str| {
        arn.starts_with(&format!("arn:{partition}:iam::{account}:{noun}/"))
            && arn.ends_with(&format!("/{name}"))
    };
    match need.seen.and_then(|seen| seen.text("arn")).filter(own) {
        Some(arn) if target.kind().noun() == noun => vec![literal(arn)],
        // Its path is not known. Names hold no slash and are unique over all paths, so these two are it and no other.
        Some(_) | None => ["", "*/"]
            .map(|path| {
                format!(
                    "arn:{partition}:iam::{account}:{noun}/{path}{}",
                    literal(&name)
                )
            })
            .to_vec(),
    }
}

/// Text in a resource that stands for itself: `*`, `?` and `$` have their variables (IAM User Guide, policy variables).
fn literal(text: &str) -> String {
    text.chars().fold(String::new(), |mut safe, c| {
        match c {
            '*' | '?' | '$' => safe.extend(["${", &c.to_string(), "}"]),
            _ => safe.push(c),
        }
        safe
    })
}

#[cfg(test)]
mod tests;
