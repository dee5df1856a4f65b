//! The actions of AWS, one file each; this is their explicit list.
//!
//! Each declares its `Spec` and performs one call. Never repeats one, and never decides what follows.

mod activate_access_key;
mod deactivate_access_key;
mod deny_role;
mod deny_user;
mod end_role_sessions;
mod end_user_sessions;
mod lift_role_deny;
mod lift_role_session_end;
mod lift_user_deny;
mod lift_user_session_end;

use super::policy::{DENY, DENY_NAME, END_NAME, IN_FORCE, end_document};
use super::{action, key_bound, kind, policy_bound, words};
#[cfg(feature = "aws")]
use super::{client::Handle, inline};
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
    pub(super) commands: fn(&Call) -> Vec<String>,
    /// Sends its one call.
    #[cfg(feature = "aws")]
    pub(super) perform: Perform,
    /// Sends its one call with a new secret in it; absent where the action delivers nothing.
    #[cfg(feature = "aws")]
    pub(super) deliver: Option<Deliver>,
}

/// All of them, each cut before its inverse.
pub(super) const ALL: [Action; 10] = [
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
