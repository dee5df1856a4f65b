//! The writes on what grants access: statuses, trust, instance profiles, policies, groups.
//!
//! Sends one request per call, and puts back only what the call carries.

use serde_json::Value;

use super::adapter::unsent;
use super::client::{Clients, Handle};
use super::failure::Failure;
use super::inline::{answer, invalid};
use super::ours::{CLOSED, CLOSED_TRUST};
use super::{halves, thirds};
use crate::domain::{Call, Outcome};

/// Sends one request; taking away what is not there is no failure.
async fn sent<F>(on: &Handle, takes: bool, send: impl FnOnce(Clients) -> F) -> Outcome
where
    F: Future<Output = Result<(), Failure>>,
{
    let clients = match on.clients().await {
        Ok(clients) => clients.clone(),
        Err(why) => return unsent(why),
    };
    match send(clients).await {
        Err(failure) if takes && failure.is_missing() => Outcome::AlreadySo,
        sent => answer(on, sent),
    }
}

fn untold(call: &Call) -> Outcome {
    invalid(format!("{} was not told what to set", call.action))
}

/// Sets the status of a service-specific credential, an SSH key or a signing certificate.
pub(super) async fn set_status(on: &Handle, call: &Call, allowed: &[&str]) -> Outcome {
    let status = match call.value("status").and_then(Value::as_str) {
        Some(status) if allowed.contains(&status) => status,
        other => {
            let shown = other.unwrap_or("nothing");
            return invalid(format!("a status cannot be set to `{shown}` here"));
        }
    };
    let (user, id) = halves(call.target.id());
    sent(on, false, |clients| async move {
        match call.target.kind().noun() {
            "service-credential" => {
                let request = clients.iam.update_service_specific_credential();
                let request = request.user_name(user).service_specific_credential_id(id);
                let sent = request.status(status.into()).send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, "iam:UpdateServiceSpecificCredential"))
            }
            "ssh-key" => {
                let request = clients.iam.update_ssh_public_key().user_name(user);
                let request = request.ssh_public_key_id(id).status(status.into());
                let sent = request.send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, "iam:UpdateSSHPublicKey"))
            }
            _ => {
                let request = clients.iam.update_signing_certificate().user_name(user);
                let request = request.certificate_id(id).status(status.into());
                let sent = request.send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, "iam:UpdateSigningCertificate"))
            }
        }
    })
    .await
}

/// Closes a role's trust, or puts a document back.
pub(super) async fn set_trust(on: &Handle, call: &Call) -> Outcome {
    let document = match call.value("trust").and_then(Value::as_str) {
        Some(CLOSED) => CLOSED_TRUST,
        Some(document) if !document.is_empty() => document,
        Some(_) | None => return untold(call),
    };
    sent(on, false, |clients| async move {
        let request = clients.iam.update_assume_role_policy();
        let request = request.role_name(call.target.id());
        let sent = request.policy_document(document).send().await.map(drop);
        sent.map_err(|failed| Failure::of(&failed, "iam:UpdateAssumeRolePolicy"))
    })
    .await
}

/// Empties an instance profile, or puts a role into it.
pub(super) async fn set_profile_role(on: &Handle, call: &Call) -> Outcome {
    let profile = call.target.id();
    match call.value("role").and_then(Value::as_str) {
        Some("") => {
            let role = match super::grant::look(on, &call.target).await {
                Ok(fields) => fields
                    .get("role")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
                Err(failure) => return unsent(failure.why()),
            };
            let Some(role) = role.filter(|role| !role.is_empty()) else {
                return Outcome::AlreadySo;
            };
            sent(on, true, |clients| async move {
                let request = clients.iam.remove_role_from_instance_profile();
                let request = request.instance_profile_name(profile).role_name(role);
                let sent = request.send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, "iam:RemoveRoleFromInstanceProfile"))
            })
            .await
        }
        Some(role) => {
            sent(on, false, |clients| async move {
                let request = clients.iam.add_role_to_instance_profile();
                let request = request.instance_profile_name(profile).role_name(role);
                let sent = request.send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, "iam:AddRoleToInstanceProfile"))
            })
            .await
        }
        None => untold(call),
    }
}

/// Attaches a managed policy to a user, role or group, or takes it off.
pub(super) async fn set_attached(on: &Handle, call: &Call) -> Outcome {
    let Some(attach) = call.value("attached").and_then(Value::as_bool) else {
        return untold(call);
    };
    let (noun, name, arn) = thirds(call.target.id());
    sent(on, !attach, |clients| async move {
        let iam = clients.iam;
        macro_rules! send {
            ($operation:ident, $holder:ident, $permission:literal) => {{
                let request = iam.$operation().$holder(name).policy_arn(arn);
                let sent = request.send().await.map(drop);
                sent.map_err(|failed| Failure::of(&failed, $permission))
            }};
        }
        match (noun, attach) {
            ("user", true) => send!(attach_user_policy, user_name, "iam:AttachUserPolicy"),
            ("user", false) => send!(detach_user_policy, user_name, "iam:DetachUserPolicy"),
            ("role", true) => send!(attach_role_policy, role_name, "iam:AttachRolePolicy"),
            ("role", false) => send!(detach_role_policy, role_name, "iam:DetachRolePolicy"),
            (_, true) => send!(attach_group_policy, group_name, "iam:AttachGroupPolicy"),
            (_, false) => send!(detach_group_policy, group_name, "iam:DetachGroupPolicy"),
        }
    })
    .await
}

/// Removes an inline policy of a user, role or group, or puts its document back.
pub(super) async fn set_inline(on: &Handle, call: &Call) -> Outcome {
    let (noun, name, policy) = thirds(call.target.id());
    macro_rules! send {
        ($iam:ident, $operation:ident, $holder:ident, $permission:literal $(, $document:ident)?) => {{
            let request = $iam.$operation().$holder(name).policy_name(policy);
            $(let request = request.policy_document($document);)?
            let sent = request.send().await.map(drop);
            sent.map_err(|failed| Failure::of(&failed, $permission))
        }};
    }
    match call.value("document").and_then(Value::as_str) {
        Some("") => {
            sent(on, true, |clients| async move {
                let iam = clients.iam;
                match noun {
                    "user" => send!(iam, delete_user_policy, user_name, "iam:DeleteUserPolicy"),
                    "role" => send!(iam, delete_role_policy, role_name, "iam:DeleteRolePolicy"),
                    _ => send!(
                        iam,
                        delete_group_policy,
                        group_name,
                        "iam:DeleteGroupPolicy"
                    ),
                }
            })
            .await
        }
        Some(text) => {
            sent(on, false, |clients| async move {
                let iam = clients.iam;
                match noun {
                    "user" => send!(iam, put_user_policy, user_name, "iam:PutUserPolicy", text),
                    "role" => send!(iam, put_role_policy, role_name, "iam:PutRolePolicy", text),
                    _ => send!(
                        iam,
                        put_group_policy,
                        group_name,
                        "iam:PutGroupPolicy",
                        text
                    ),
                }
            })
            .await
        }
        None => untold(call),
    }
}

/// Takes a user out of a group, or puts it back.
pub(super) async fn set_member(on: &Handle, call: &Call) -> Outcome {
    let Some(join) = call.value("member").and_then(Value::as_bool) else {
        return untold(call);
    };
    let (group, user) = halves(call.target.id());
    sent(on, !join, |clients| async move {
        if join {
            let request = clients.iam.add_user_to_group().group_name(group);
            let sent = request.user_name(user).send().await.map(drop);
            sent.map_err(|failed| Failure::of(&failed, "iam:AddUserToGroup"))
        } else {
            let request = clients.iam.remove_user_from_group().group_name(group);
            let sent = request.user_name(user).send().await.map(drop);
            sent.map_err(|failed| Failure::of(&failed, "iam:RemoveUserFromGroup"))
        }
    })
    .await
}
