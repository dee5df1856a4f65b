//! The actions of AWS, one file each; this is their explicit list.
//!
//! Each declares its `Spec` and performs one call. Never repeats one, and never decides what follows.

mod command;
mod shape;

mod accept_agent_invocations;
mod activate_access_key;
mod activate_service_credential;
mod activate_signing_certificate;
mod activate_ssh_key;
mod add_group_member;
mod allow_console_login;
mod attach_policy;
mod block_console_login;
mod close_role_trust;
mod create_access_key;
mod deactivate_access_key;
mod deactivate_service_credential;
mod deactivate_signing_certificate;
mod deactivate_ssh_key;
mod delete_access_key;
mod delete_workload_identity;
mod deny_identity_center_user;
mod deny_role;
mod deny_role_in_organization;
mod deny_secret;
mod deny_secret_reader;
mod deny_user;
mod deny_user_in_organization;
mod detach_policy;
mod disable_roles_anywhere_profile;
mod disable_trust_anchor;
mod empty_instance_profile;
mod enable_roles_anywhere_profile;
mod enable_trust_anchor;
mod end_role_sessions;
mod end_user_sessions;
mod fill_instance_profile;
mod lift_identity_center_user_deny;
mod lift_role_deny;
mod lift_role_deny_in_organization;
mod lift_role_session_end;
mod lift_secret_deny;
mod lift_secret_reader_deny;
mod lift_user_deny;
mod lift_user_deny_in_organization;
mod lift_user_session_end;
mod narrow_role;
mod narrow_user;
mod put_agent_api_key;
mod put_function_variable;
mod put_inline_policy;
mod put_parameter_value;
mod put_secret_value;
mod reinstate_secret_version;
mod reject_agent_invocations;
mod release_account;
mod remove_group_member;
mod remove_inline_policy;
mod reopen_role_trust;
mod return_secret_version;
mod rotate_secret;
mod start_function;
mod stop_account;
mod stop_function;
mod widen_role;
mod widen_user;

#[cfg(feature = "aws")]
use std::collections::BTreeMap;
#[cfg(feature = "aws")]
use std::sync::LazyLock;

use super::ours::{CLOSED, CONSOLE_NAME, DENY_NAME, END_NAME, IN_FORCE};
use super::{action, boundary, key_bound, kind, policy_bound, setting_bound, words};
#[cfg(feature = "aws")]
use super::{client::Handle, inline, write};
#[cfg(feature = "aws")]
use crate::domain::ActionId;
pub(super) use crate::domain::shell::quoted;
#[cfg(feature = "aws")]
use crate::domain::{Because, Outcome, Secret, Why};
use crate::domain::{Call, Spec};
#[cfg(feature = "aws")]
use crate::provider::Soon;
#[cfg(feature = "aws")]
pub(super) use command::commands;
use command::{
    attachment_command, console_document, deny_document, end_sessions_document, guardrail_commands,
    inline_command, membership_command, narrowed, owned, owner, place, placed, profile_command,
    put_or_delete, secret_policy, set_status, stop_commands, text, trust_command, version_command,
};

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
        expect(dead_code, reason = "only the adapter tells them")
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
    deny_identity_center_user::ACTION,
    lift_identity_center_user_deny::ACTION,
    stop_account::ACTION,
    release_account::ACTION,
];

#[cfg(feature = "aws")]
static BY_ID: LazyLock<BTreeMap<ActionId, &Action>> = LazyLock::new(|| {
    ALL.iter()
        .map(|action| ((action.spec)().id, action))
        .collect()
});

/// The action of a call, where AWS has it.
#[cfg(feature = "aws")]
pub(super) fn of(call: &Call) -> Option<&'static Action> {
    BY_ID.get(&call.action).copied()
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
