//! The command lines of the actions: what a person would type into the AWS CLI instead.
//!
//! Never lets anything of a call be more than text to a shell.

use super::super::boundary;
use super::super::ours::{CLOSED, CLOSED_TRUST, CONSOLE, DENY, IN_FORCE, end_document};
#[cfg(feature = "aws")]
use super::super::service;
use super::super::service::guardrail;
use super::super::service::statement::Statement;
use super::super::{halves, thirds};
#[cfg(feature = "aws")]
use crate::domain::Locator;
use crate::domain::shell::quoted;
use crate::domain::{Arg, Call};

/// One argument of a call, as text; empty where it has none.
pub(super) fn text(call: &Call, name: &str) -> String {
    match call.value(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The region and the name that a target's id says.
pub(super) fn place(call: &Call) -> (&str, &str) {
    call.target.id().split_once(':').unwrap_or_default()
}

/// The same, as a shell takes them.
pub(super) fn placed(call: &Call) -> (String, String) {
    let (region, name) = place(call);
    (quoted(region), quoted(name))
}

/// Whether the command line would take a word for what it says: not for an option, a file to read or a pipe.
#[cfg(feature = "aws")]
fn is_typable(word: &str) -> bool {
    let read = ["-", "file://", "fileb://", "http://", "https://"];
    !read.iter().any(|start| word.starts_with(start)) && !word.contains('\0')
}

/// The words that a target's id becomes in a command line; none where it is not in the form of its kind.
#[cfg(feature = "aws")]
fn parts(target: &Locator) -> Option<Vec<&str>> {
    let id = target.id();
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    // An account stands in names that are not quoted.
    if !target.account().is_none_or(is_account) {
        return None;
    }
    let parts = match target.kind().noun() {
        "account" => is_account(id).then(|| vec![id])?,
        "policy-attachment" | "inline-policy" => {
            let (holder, name, what) = thirds(id);
            let is_holder = matches!(holder, "user" | "role" | "group");
            is_holder.then(|| vec![name, what])?
        }
        "service-credential" | "ssh-key" | "signing-certificate" | "group-membership" => {
            let (holder, what) = halves(id);
            vec![holder, what]
        }
        "agent-alias" => {
            let (region, name) = region_and_name(id)?;
            let (agent, alias) = name.split_once('/')?;
            vec![region, agent, alias]
        }
        // It stands inside a document.
        service::center::NOUN => {
            let (region, user) = region_and_name(id)?;
            service::center::is_id(user).then(|| vec![region, user])?
        }
        noun if service::knows(noun) => {
            let (region, name) = region_and_name(id)?;
            vec![region, name]
        }
        _ => vec![id],
    };
    let is_fit = |part: &&str| !part.is_empty() && is_typable(part);
    parts.iter().all(is_fit).then_some(parts)
}

#[cfg(feature = "aws")]
fn region_and_name(id: &str) -> Option<(&str, &str)> {
    id.split_once(':')
        .filter(|(region, _)| service::is_region(region))
}

/// The command lines of a call; none where the vendor's program would not take a word of it for what it says.
#[cfg(feature = "aws")]
pub(in super::super) fn commands(call: &Call) -> Vec<String> {
    let said = call.said();
    let mut texts = said.values().filter_map(serde_json::Value::as_str);
    match super::of(call) {
        Some(action) if parts(&call.target).is_some() && texts.all(is_typable) => {
            (action.commands)(call)
        }
        Some(_) | None => Vec::new(),
    }
}

/// What is to stand under a policy's name.
pub(super) enum Document {
    /// This text.
    Text(String),
    /// The end of sessions, with the time of the call in it.
    EndAtCall,
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Document {
    fn quoted(&self) -> String {
        // A cut-off of the present second leaves its sessions alive; GNU and BSD add to a time each in their own way.
        const NOW: &str = r#"'"$(date -u -d '3 seconds' +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -v+3S +%Y-%m-%dT%H:%M:%SZ)"'"#;
        match self {
            Self::Text(text) => quoted(text),
            Self::EndAtCall => {
                let epoch = crate::domain::Time::UNIX_EPOCH;
                quoted(&end_document(epoch)).replace("1970-01-01T00:00:00Z", NOW)
            }
        }
    }
}

/// Puts an inline policy of ours on a user or a role (`who`), or takes it off where nothing stood there.
pub(super) fn put_or_delete(
    call: &Call,
    who: &str,
    name: &str,
    document: Option<impl Into<Document>>,
) -> String {
    let on = format!(
        "--{who}-name {} --policy-name {name}",
        quoted(call.target.id())
    );
    match document {
        Some(document) => {
            let document = document.into().quoted();
            format!("aws iam put-{who}-policy {on} --policy-document {document}")
        }
        None => format!("aws iam delete-{who}-policy {on}"),
    }
}

/// What the deny becomes: ours, somebody's document, or nothing.
pub(super) fn deny_document(call: &Call) -> Option<String> {
    match text(call, "deny") {
        said if said.is_empty() => None,
        said if said == IN_FORCE => Some(DENY.to_owned()),
        other => Some(other),
    }
}

/// What the session cut becomes: ours with its cut-off, somebody's document, or nothing.
pub(super) fn end_sessions_document(call: &Call) -> Option<Document> {
    if call.with.get("end_sessions") == Some(&Arg::AtCall) {
        return Some(Document::EndAtCall);
    }
    match text(call, "end_sessions") {
        said if said.is_empty() => None,
        said => Some(Document::Text(said.parse().map_or(said, end_document))),
    }
}

/// The user of an access key, asked for by the line itself: without one the call would be about whoever signs it.
pub(super) fn owner(key: &str) -> String {
    format!(
        r#""$(aws iam get-access-key-last-used --access-key-id {key} --query UserName --output text)""#
    )
}

/// The switching of an access key.
pub(super) fn set_status(call: &Call, status: &str) -> String {
    let key = quoted(call.target.id());
    let user = owner(&key);
    format!("aws iam update-access-key --user-name {user} --access-key-id {key} --status {status}")
}

/// Writes a statement of ours into a secret's resource policy, or takes it off; what others wrote stays.
pub(super) fn secret_policy(call: &Call, which: Statement) -> Vec<String> {
    let (region, name) = placed(call);
    let on = format!("--region {region} --secret-id {name}");
    let value = text(call, which.field());
    let statement = which
        .written(&value, place(call).0)
        .or_else(|| serde_json::from_str(&value).ok());
    let ours = statement.map_or_else(String::new, |statement| statement.to_string());
    let edit = format!(
        r#".Version //= "2012-10-17" | .Statement = ([.Statement // [] | if type == "array" then .[] else . end | select(.Sid != "{}")] + [{ours}])"#,
        which.sid()
    );
    let edit = quoted(&edit);
    let read = format!(
        "POLICY=$(aws secretsmanager get-resource-policy {on} --query \"ResourcePolicy || '{{}}'\" --output text | jq -c {edit})"
    );
    let put = format!("aws secretsmanager put-resource-policy {on} --resource-policy \"$POLICY\"");
    let write = if ours.is_empty() {
        let delete = format!("aws secretsmanager delete-resource-policy {on}");
        let is_empty = r#"[ "$(printf %s "$POLICY" | jq '.Statement | length')" = 0 ]"#;
        format!("if {is_empty}; then {delete}; else {put}; fi")
    } else {
        put
    };
    vec![format!("{read}; {write}")]
}

/// Makes another version of a secret current, in place of the one that is.
pub(super) fn version_command(call: &Call) -> String {
    let (region, name) = placed(call);
    let on = format!("--region {region} --secret-id {name}");
    let wanted = quoted(&text(call, "current"));
    format!(
        "aws secretsmanager update-secret-version-stage {on} --version-stage AWSCURRENT --move-to-version-id {wanted} --remove-from-version-id \"$(aws secretsmanager list-secret-version-ids {on} --query \"Versions[?contains(VersionStages, 'AWSCURRENT')].VersionId | [0]\" --output text)\""
    )
}

/// Names a principal in the guardrail of its account, or a user of Identity Center in that of the organisation, or takes
/// it out.
pub(super) fn guardrail_commands(call: &Call) -> Vec<String> {
    let account = call.target.account().unwrap_or_default();
    let is_user = call.target.kind().noun() == "identity-center-user";
    let (first, at, name, member, ours) = if is_user {
        let (_, id) = place(call);
        let root = "ROOT=$(aws organizations list-roots --query 'Roots[0].Id' --output text); ";
        let member = r#"StringEquals["identitystore:UserId"]"#;
        let name = guardrail::USERS_NAME.to_owned();
        (root, "\"$ROOT\"", name, member, vec![id.to_owned()])
    } else {
        let ours = guardrail::patterns(&call.target).to_vec();
        let member = r#"ArnLike["aws:PrincipalArn"]"#;
        ("", account, guardrail::deny_name(account), member, ours)
    };
    let new = if is_user {
        guardrail::deny_users(&ours)
    } else {
        guardrail::deny(&ours)
    };
    let (ours, id) = (serde_json::json!(ours), policy_id(&name));
    let pointer = format!(".Statement[0].Condition.{member}");
    if text(call, "organization_deny").is_empty() {
        let edit = quoted(&format!("{pointer} -= {ours}"));
        let is_empty = quoted(&format!("{pointer} | length == 0"));
        return vec![format!(
            "{first}{id}; DOCUMENT=$({} | jq -c {edit}); if printf %s \"$DOCUMENT\" | jq -e {is_empty} >/dev/null; then aws organizations detach-policy --policy-id \"$ID\" --target-id {at} && aws organizations delete-policy --policy-id \"$ID\"; else aws organizations update-policy --policy-id \"$ID\" --content \"$DOCUMENT\"; fi",
            policy_content()
        )];
    }
    let edit = quoted(&format!("{pointer} |= (. - {ours} + {ours})"));
    vec![format!(
        "{first}{id}; if [ \"$ID\" = None ]; then {}; else aws organizations update-policy --policy-id \"$ID\" --content \"$({} | jq -c {edit})\"; fi; {}",
        new_policy(&name, &new),
        policy_content(),
        attach(at)
    )]
}

/// Stops an account, or lets it work again.
pub(super) fn stop_commands(call: &Call) -> Vec<String> {
    let account = call.target.id();
    let id = policy_id(&guardrail::stop_name(account));
    let said = text(call, "stopped");
    if said.is_empty() {
        return vec![format!(
            "{id}; aws organizations detach-policy --policy-id \"$ID\" --target-id {account} && aws organizations delete-policy --policy-id \"$ID\""
        )];
    }
    let document = if said == IN_FORCE {
        // Unset it would leave nobody free, and nobody could let the account work again.
        let but = "${RESPONDER_ROLE_ARN:?set it to the ARN of the role that stays free}";
        let ours = guardrail::stop(but).to_string();
        format!("\"{}\"", ours.replace('"', "\\\""))
    } else {
        quoted(&said)
    };
    vec![format!(
        "{id}; if [ \"$ID\" = None ]; then ID=$(aws organizations create-policy --type SERVICE_CONTROL_POLICY --name {} --description contain --content {document} --query Policy.PolicySummary.Id --output text); else aws organizations update-policy --policy-id \"$ID\" --content {document}; fi; {}",
        guardrail::stop_name(account),
        attach(account)
    )]
}

fn policy_id(name: &str) -> String {
    format!(
        "ID=$(aws organizations list-policies --filter SERVICE_CONTROL_POLICY --query \"Policies[?Name=='{name}'].Id | [0]\" --output text)"
    )
}

fn policy_content() -> &'static str {
    "aws organizations describe-policy --policy-id \"$ID\" --query Policy.Content --output text"
}

fn new_policy(name: &str, document: &serde_json::Value) -> String {
    let document = quoted(&document.to_string());
    format!(
        "ID=$(aws organizations create-policy --type SERVICE_CONTROL_POLICY --name {name} --description contain --content {document} --query Policy.PolicySummary.Id --output text)"
    )
}

fn attach(at: &str) -> String {
    format!(
        "aws organizations list-policies-for-target --target-id {at} --filter SERVICE_CONTROL_POLICY --query 'Policies[].Id' --output text | grep -qw \"$ID\" || aws organizations attach-policy --policy-id \"$ID\" --target-id {at}"
    )
}

/// What the deny of console sessions becomes: ours, somebody's document, or nothing.
pub(super) fn console_document(call: &Call) -> Option<String> {
    match text(call, "console") {
        said if said.is_empty() => None,
        said if said == IN_FORCE => Some(CONSOLE.to_owned()),
        other => Some(other),
    }
}

/// The user and the id of a credential that is named after both.
pub(super) fn owned(call: &Call) -> (&str, &str) {
    halves(call.target.id())
}

/// Sets the boundary of a user or role (`who`): one of ours by its name in this account, somebody's, or none.
pub(super) fn narrowed(call: &Call, who: &str) -> Vec<String> {
    let on = format!("--{who}-name {}", quoted(call.target.id()));
    // The field is the receipt's where it is given back, and the parameter's where it is narrowed.
    let said = text(call, "boundary");
    match boundary::Leaves::of(&said) {
        Some(ours) => {
            let (name, document) = (ours.policy_name(), quoted(&ours.document()));
            let member = match who {
                "user" => "User.Arn",
                _ => "Role.Arn",
            };
            // The policy stands in the partition and the account of whom it binds, and one that says something else
            // is not used.
            let arn = format!(
                "ARN=$(aws iam get-{who} {on} --query {member} --output text | cut -d: -f1-5):policy/{name}"
            );
            let policy = "aws iam get-policy --policy-arn \"$ARN\"";
            let version = format!("\"$({policy} --query Policy.DefaultVersionId --output text)\"");
            let same = format!(
                "aws iam get-policy-version --policy-arn \"$ARN\" --version-id {version} --query PolicyVersion.Document --output json | jq -e --argjson ours {document} '. == $ours'"
            );
            let create =
                format!("aws iam create-policy --policy-name {name} --policy-document {document}");
            vec![format!(
                "{arn}; if {policy} >/dev/null 2>&1; then {same}; else {create}; fi && aws iam put-{who}-permissions-boundary {on} --permissions-boundary \"$ARN\""
            )]
        }
        None if said.is_empty() => {
            vec![format!("aws iam delete-{who}-permissions-boundary {on}")]
        }
        None => vec![format!(
            "aws iam put-{who}-permissions-boundary {on} --permissions-boundary {}",
            quoted(&said)
        )],
    }
}

pub(super) fn trust_command(call: &Call) -> String {
    let said = text(call, "trust");
    let document = if said == CLOSED { CLOSED_TRUST } else { &said };
    format!(
        "aws iam update-assume-role-policy --role-name {} --policy-document {}",
        quoted(call.target.id()),
        quoted(document)
    )
}

pub(super) fn profile_command(call: &Call) -> String {
    let on = format!("--instance-profile-name {}", quoted(call.target.id()));
    match text(call, "role") {
        // Which role it is stands in the receipt; a profile has at most one.
        said if said.is_empty() => format!(
            "aws iam remove-role-from-instance-profile {on} --role-name \"$(aws iam get-instance-profile {on} --query 'InstanceProfile.Roles[0].RoleName' --output text)\""
        ),
        role => format!(
            "aws iam add-role-to-instance-profile {on} --role-name {}",
            quoted(&role)
        ),
    }
}

pub(super) fn attachment_command(call: &Call) -> String {
    let (holder, name, arn) = thirds(call.target.id());
    let verb = match text(call, "attached").as_str() {
        "true" => "attach",
        _ => "detach",
    };
    format!(
        "aws iam {verb}-{holder}-policy --{holder}-name {} --policy-arn {}",
        quoted(name),
        quoted(arn)
    )
}

pub(super) fn inline_command(call: &Call) -> String {
    let (holder, name, policy) = thirds(call.target.id());
    let on = format!(
        "--{holder}-name {} --policy-name {}",
        quoted(name),
        quoted(policy)
    );
    match text(call, "document") {
        said if said.is_empty() => format!("aws iam delete-{holder}-policy {on}"),
        document => format!(
            "aws iam put-{holder}-policy {on} --policy-document {}",
            quoted(&document)
        ),
    }
}

pub(super) fn membership_command(call: &Call) -> String {
    let (group, user) = owned(call);
    let verb = match text(call, "member").as_str() {
        "true" => "add-user-to",
        _ => "remove-user-from",
    };
    format!(
        "aws iam {verb}-group --group-name {} --user-name {}",
        quoted(group),
        quoted(user)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "aws")]
    #[test]
    fn what_the_program_would_not_take_for_text_has_no_command_line() {
        for word in ["--no-verify-ssl", "file:///etc/passwd", "http://x", "a\0b"] {
            assert!(!is_typable(word), "{word:?}");
        }
        assert!(is_typable(DENY) && is_typable("bot-1"));
    }
}
