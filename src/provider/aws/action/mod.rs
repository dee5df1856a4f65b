//! The actions of AWS, one file each; this is their explicit list.
//!
//! Each declares its `Spec` and performs one call. Never repeats one, and never decides what follows.

mod accept_agent_invocations;
mod activate_access_key;
mod create_access_key;
mod deactivate_access_key;
mod delete_access_key;
mod delete_workload_identity;
mod deny_role;
mod deny_role_in_organization;
mod deny_secret;
mod deny_secret_reader;
mod deny_user;
mod deny_user_in_organization;
mod disable_roles_anywhere_profile;
mod disable_trust_anchor;
mod enable_roles_anywhere_profile;
mod enable_trust_anchor;
mod end_role_sessions;
mod end_user_sessions;
mod lift_role_deny;
mod lift_role_deny_in_organization;
mod lift_role_session_end;
mod lift_secret_deny;
mod lift_secret_reader_deny;
mod lift_user_deny;
mod lift_user_deny_in_organization;
mod lift_user_session_end;
mod put_agent_api_key;
mod put_function_variable;
mod put_parameter_value;
mod put_secret_value;
mod reinstate_secret_version;
mod reject_agent_invocations;
mod release_account;
mod return_secret_version;
mod rotate_secret;
mod start_function;
mod stop_account;
mod stop_function;

use super::policy::{DENY, DENY_NAME, END_NAME, IN_FORCE, end_document};
use super::service::guardrail;
use super::service::statement::Statement;
use super::{action, key_bound, kind, policy_bound, setting_bound, words};
#[cfg(feature = "aws")]
use super::{client::Handle, inline};
#[cfg(feature = "aws")]
use crate::domain::{Because, Outcome, Secret, Why};
use crate::domain::{Call, Spec};
#[cfg(feature = "aws")]
use crate::provider::Soon;

/// Sends one call.
#[cfg(feature = "aws")]
type Perform = for<'a> fn(&'a Handle, &'a Call) -> Soon<'a, Outcome>;
/// Sends one call with a new secret in it.
#[cfg(feature = "aws")]
type Deliver = for<'a> fn(&'a Handle, &'a Call, &'a Secret) -> Soon<'a, Outcome>;

/// One action: what it is, the call that does it, and the command lines that come to the same.
pub(super) struct Action {
    /// What it is, in data.
    pub(super) spec: fn() -> Spec,
    /// What a person would type instead; the AWS CLI, version 2.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only the adapter is asked for them")
    )]
    pub(super) commands: fn(&Call) -> Vec<String>,
    /// Sends its one call.
    #[cfg(feature = "aws")]
    pub(super) perform: Perform,
    /// Sends its one call with a new secret in it; absent where the action delivers nothing.
    #[cfg(feature = "aws")]
    pub(super) deliver: Option<Deliver>,
}

/// All of them, each cut before its inverse.
pub(super) const ALL: [Action; 38] = [
    deactivate_access_key::ACTION,
    activate_access_key::ACTION,
    deny_user::ACTION,
    lift_user_deny::ACTION,
    end_user_sessions::ACTION,
    lift_user_session_end::ACTION,
    deny_role::ACTION,
    lift_role_deny::ACTION,
    end_role_sessions::ACTION,
    lift_role_session_end::ACTION,
    create_access_key::ACTION,
    delete_access_key::ACTION,
    deny_secret_reader::ACTION,
    lift_secret_reader_deny::ACTION,
    deny_secret::ACTION,
    lift_secret_deny::ACTION,
    return_secret_version::ACTION,
    reinstate_secret_version::ACTION,
    rotate_secret::ACTION,
    put_secret_value::ACTION,
    put_parameter_value::ACTION,
    stop_function::ACTION,
    start_function::ACTION,
    put_function_variable::ACTION,
    reject_agent_invocations::ACTION,
    accept_agent_invocations::ACTION,
    delete_workload_identity::ACTION,
    put_agent_api_key::ACTION,
    disable_trust_anchor::ACTION,
    enable_trust_anchor::ACTION,
    disable_roles_anywhere_profile::ACTION,
    enable_roles_anywhere_profile::ACTION,
    deny_user_in_organization::ACTION,
    lift_user_deny_in_organization::ACTION,
    deny_role_in_organization::ACTION,
    lift_role_deny_in_organization::ACTION,
    stop_account::ACTION,
    release_account::ACTION,
];

/// The action of a call, where AWS has it.
#[cfg(feature = "aws")]
pub(super) fn of(call: &Call) -> Option<&'static Action> {
    static BY_ID: std::sync::LazyLock<std::collections::BTreeMap<crate::domain::ActionId, Action>> =
        std::sync::LazyLock::new(|| {
            ALL.into_iter()
                .map(|action| ((action.spec)().id, action))
                .collect()
        });
    BY_ID.get(&call.action)
}

/// One argument of a call, as text; empty where it has none.
fn text(call: &Call, name: &str) -> String {
    match call.value(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The region and the name that a target's id says.
fn place(call: &Call) -> (&str, &str) {
    call.target.id().split_once(':').unwrap_or_default()
}

/// The same, as a shell takes them.
fn placed(call: &Call) -> (String, String) {
    let (region, name) = place(call);
    (quoted(region), quoted(name))
}

/// What a call comes to that was sent without the secret that it is to hand over.
#[cfg(feature = "aws")]
fn needs_a_secret(call: &Call) -> Outcome {
    let text = format!(
        "{} hands over a new secret, and was given none",
        call.action
    );
    Outcome::Refused(Why::new(Because::Invalid, text))
}

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Puts an inline policy of ours on a user or a role (`who`), or takes it off where nothing stood there.
fn put_or_delete(call: &Call, who: &str, name: &str, document: Option<String>) -> String {
    let on = format!(
        "--{who}-name {} --policy-name {name}",
        quoted(call.target.id())
    );
    match document {
        Some(document) => {
            format!(
                "aws iam put-{who}-policy {on} --policy-document {}",
                quoted(&document)
            )
        }
        None => format!("aws iam delete-{who}-policy {on}"),
    }
}

/// What the deny becomes: ours, somebody's document, or nothing.
fn deny_document(call: &Call) -> Option<String> {
    match text(call, "deny") {
        said if said.is_empty() => None,
        said if said == IN_FORCE => Some(DENY.to_owned()),
        other => Some(other),
    }
}

/// What the session cut becomes: ours with its cut-off, somebody's document, or nothing.
fn end_sessions_document(call: &Call) -> Option<String> {
    match text(call, "end_sessions") {
        said if said.is_empty() => None,
        said => Some(said.parse().map_or(said, end_document)),
    }
}

/// Writes a statement of ours into a secret's resource policy, or takes it off; what others wrote stays.
fn secret_policy(call: &Call, which: Statement) -> Vec<String> {
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

/// Names a principal in the guardrail of its account, or takes it out.
fn guardrail_commands(call: &Call) -> Vec<String> {
    let account = call.target.account().unwrap_or_default();
    let name = guardrail::deny_name(account);
    let ours = serde_json::json!(guardrail::patterns(&call.target));
    let pointer = r#".Statement[0].Condition.ArnLike["aws:PrincipalArn"]"#;
    if text(call, "organization_deny").is_empty() {
        let edit = quoted(&format!("{pointer} -= {ours}"));
        let is_empty = quoted(&format!("{pointer} | length == 0"));
        return vec![format!(
            "{}; DOCUMENT=$({} | jq -c {edit}); if printf %s \"$DOCUMENT\" | jq -e {is_empty} >/dev/null; then aws organizations detach-policy --policy-id \"$ID\" --target-id {account}; else aws organizations update-policy --policy-id \"$ID\" --content \"$DOCUMENT\"; fi",
            policy_id(&name),
            policy_content()
        )];
    }
    let edit = quoted(&format!("{pointer} |= (. - {ours} + {ours})"));
    let new = guardrail::deny(&guardrail::patterns(&call.target));
    vec![format!(
        "{}; if [ \"$ID\" = None ]; then {}; else aws organizations update-policy --policy-id \"$ID\" --content \"$({} | jq -c {edit})\"; fi; {}",
        policy_id(&name),
        new_policy(&name, &new),
        policy_content(),
        attach(account)
    )]
}

/// Stops an account, or lets it work again.
fn stop_commands(call: &Call) -> Vec<String> {
    let account = call.target.id();
    let id = policy_id(&guardrail::stop_name(account));
    if text(call, "stopped").is_empty() {
        return vec![format!(
            "{id}; aws organizations detach-policy --policy-id \"$ID\" --target-id {account}"
        )];
    }
    let document = guardrail::stop("$RESPONDER_ROLE_ARN");
    let document = format!("\"{}\"", document.to_string().replace('"', "\\\""));
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

fn attach(account: &str) -> String {
    format!(
        "aws organizations list-policies-for-target --target-id {account} --filter SERVICE_CONTROL_POLICY --query 'Policies[].Id' --output text | grep -qw \"$ID\" || aws organizations attach-policy --policy-id \"$ID\" --target-id {account}"
    )
}
