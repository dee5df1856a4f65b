//! The actions of AWS, one file each; this is their explicit list.
//!
//! Each declares its `Spec` and performs one call. Never repeats one, and never decides what follows.

mod shape;

mod activate_access_key;
mod activate_service_credential;
mod activate_signing_certificate;
mod activate_ssh_key;
mod add_group_member;
mod allow_console_login;
mod attach_policy;
mod block_console_login;
mod close_role_trust;
mod deactivate_access_key;
mod deactivate_service_credential;
mod deactivate_signing_certificate;
mod deactivate_ssh_key;
mod deny_role;
mod deny_user;
mod detach_policy;
mod empty_instance_profile;
mod end_role_sessions;
mod end_user_sessions;
mod fill_instance_profile;
mod lift_role_deny;
mod lift_role_session_end;
mod lift_user_deny;
mod lift_user_session_end;
mod narrow_role;
mod narrow_user;
mod put_inline_policy;
mod remove_group_member;
mod remove_inline_policy;
mod reopen_role_trust;
mod widen_role;
mod widen_user;

use super::ours::{
    CLOSED, CLOSED_TRUST, CONSOLE, CONSOLE_NAME, DENY, DENY_NAME, END_NAME, IN_FORCE, end_document,
};
use super::{action, boundary, key_bound, kind, policy_bound, words};
#[cfg(feature = "aws")]
use super::{client::Handle, inline, write};
use crate::domain::{Call, Spec};
#[cfg(feature = "aws")]
use crate::domain::{Outcome, Secret};
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
        expect(dead_code, reason = "only the adapter tells command lines")
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
pub(super) const ALL: &[Action] = &[
    deactivate_access_key::ACTION,
    activate_access_key::ACTION,
    deactivate_service_credential::ACTION,
    activate_service_credential::ACTION,
    deactivate_ssh_key::ACTION,
    activate_ssh_key::ACTION,
    deactivate_signing_certificate::ACTION,
    activate_signing_certificate::ACTION,
    block_console_login::ACTION,
    allow_console_login::ACTION,
    deny_user::ACTION,
    lift_user_deny::ACTION,
    end_user_sessions::ACTION,
    lift_user_session_end::ACTION,
    narrow_user::ACTION,
    widen_user::ACTION,
    deny_role::ACTION,
    lift_role_deny::ACTION,
    end_role_sessions::ACTION,
    lift_role_session_end::ACTION,
    narrow_role::ACTION,
    widen_role::ACTION,
    close_role_trust::ACTION,
    reopen_role_trust::ACTION,
    empty_instance_profile::ACTION,
    fill_instance_profile::ACTION,
    detach_policy::ACTION,
    attach_policy::ACTION,
    remove_inline_policy::ACTION,
    put_inline_policy::ACTION,
    remove_group_member::ACTION,
    add_group_member::ACTION,
];

/// The action of a call, where AWS has it.
#[cfg(feature = "aws")]
pub(super) fn of(call: &Call) -> Option<&'static Action> {
    use crate::domain::ActionId;
    use std::collections::BTreeMap;
    static BY_ID: std::sync::LazyLock<BTreeMap<ActionId, &'static Action>> =
        std::sync::LazyLock::new(|| {
            let named = ALL.iter().map(|action| ((action.spec)().id, action));
            named.collect()
        });
    BY_ID.get(&call.action).copied()
}

/// One argument of a call, as text; empty where it has none.
fn text(call: &Call, name: &str) -> String {
    match call.value(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// A word as a POSIX shell takes it.
pub(super) fn quoted(word: &str) -> String {
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

/// What the deny of console sessions becomes: ours, somebody's document, or nothing.
fn console_document(call: &Call) -> Option<String> {
    match text(call, "console") {
        said if said.is_empty() => None,
        said if said == IN_FORCE => Some(CONSOLE.to_owned()),
        other => Some(other),
    }
}

/// The user and the id of a credential that is named after both.
fn owned(call: &Call) -> (&str, &str) {
    super::halves(call.target.id())
}

/// Sets the boundary of a user or role (`who`): one of ours by its name in this account, somebody's, or none.
fn narrowed(call: &Call, who: &str) -> Vec<String> {
    let on = format!("--{who}-name {}", quoted(call.target.id()));
    // The field is the receipt's where it is given back, and the parameter's where it is narrowed.
    let said = text(call, "boundary");
    match boundary::Leaves::of(&said) {
        Some(ours) => {
            let account = call.target.account().unwrap_or("ACCOUNT");
            vec![
                format!(
                    "aws iam create-policy --policy-name {} --policy-document {}",
                    ours.policy_name(),
                    quoted(&ours.document())
                ),
                format!(
                    "aws iam put-{who}-permissions-boundary {on} --permissions-boundary arn:aws:iam::{account}:policy/{}",
                    ours.policy_name()
                ),
            ]
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

fn trust_command(call: &Call) -> String {
    let said = text(call, "trust");
    let document = if said == CLOSED { CLOSED_TRUST } else { &said };
    format!(
        "aws iam update-assume-role-policy --role-name {} --policy-document {}",
        quoted(call.target.id()),
        quoted(document)
    )
}

fn profile_command(call: &Call) -> String {
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

fn attachment_command(call: &Call) -> String {
    let (holder, name, arn) = super::thirds(call.target.id());
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

fn inline_command(call: &Call) -> String {
    let (holder, name, policy) = super::thirds(call.target.id());
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

fn membership_command(call: &Call) -> String {
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
