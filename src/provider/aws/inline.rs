//! The writes on users and roles: a key's status, and the inline policies that we own.
//!
//! Never writes a policy of another name, and sends one request per call.

use serde_json::Value;

use super::adapter::unsent;
use super::client::{Clients, Handle};
use super::failure::Failure;
use super::ours::{CONSOLE, CONSOLE_NAME, DENY, DENY_NAME, END_NAME, IN_FORCE, end_document};
use super::policy::decoded;
use crate::domain::{Answer, Because, Call, Outcome, Time, Why};

/// What an inline policy hangs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holder {
    /// A user.
    User,
    /// A role.
    Role,
}

/// What is to stand under the policy's name.
#[derive(PartialEq, Eq, Debug)]
enum Wanted {
    Nothing,
    Document(String),
}

pub(super) async fn set_status(on: &Handle, call: &Call, allowed: &[&str]) -> Outcome {
    let status = match call.value("status").and_then(Value::as_str) {
        Some(status) if allowed.contains(&status) => status,
        other => {
            let shown = other.unwrap_or("nothing");
            return invalid(format!("a key's status cannot be set to `{shown}` here"));
        }
    };
    let key = call.target.id();
    let user = match super::keys::owner(on, key).await {
        Ok(user) => user,
        Err(why) => return unsent(why),
    };
    let clients = match on.clients().await {
        Ok(clients) => clients,
        Err(why) => return unsent(why),
    };
    super::keys::forget(on, &user);
    let request = clients.iam.update_access_key();
    let sent = request
        .user_name(user)
        .access_key_id(key)
        .status(status.into())
        .send()
        .await;
    let sent = sent.map_err(|failed| Failure::of(&failed, "iam:UpdateAccessKey"));
    if sent.as_ref().is_err_and(Failure::is_missing) {
        super::keys::disown(on, key);
    }
    answer(on, sent)
}

pub(super) async fn deny(on: &Handle, holder: Holder, call: &Call) -> Outcome {
    if call.value("deny").and_then(Value::as_str) == Some(IN_FORCE) {
        let wanted = Wanted::Document(DENY.to_owned());
        set(on, holder, call, DENY_NAME, wanted).await
    } else {
        invalid(format!("{} sets `deny` to `{IN_FORCE}` only", call.action))
    }
}

pub(super) async fn lift_deny(on: &Handle, holder: Holder, call: &Call) -> Outcome {
    match earlier(call.value("deny"), |text| {
        (text == IN_FORCE).then(|| DENY.to_owned())
    }) {
        Some(wanted) => set(on, holder, call, DENY_NAME, wanted).await,
        None => invalid(format!("{} was not told what to put back", call.action)),
    }
}

pub(super) async fn end_sessions(on: &Handle, holder: Holder, call: &Call) -> Outcome {
    let cut_off = call.value("end_sessions").and_then(Value::as_str);
    match cut_off.and_then(|text| text.parse::<Time>().ok()) {
        Some(cut_off) => {
            let wanted = Wanted::Document(end_document(cut_off));
            set(on, holder, call, END_NAME, wanted).await
        }
        None => invalid(format!("{} was not given a cut-off time", call.action)),
    }
}

pub(super) async fn lift_end(on: &Handle, holder: Holder, call: &Call) -> Outcome {
    match earlier(call.value("end_sessions"), |text| {
        text.parse::<Time>().ok().map(end_document)
    }) {
        Some(wanted) => set(on, holder, call, END_NAME, wanted).await,
        None => invalid(format!("{} was not told what to put back", call.action)),
    }
}

/// Puts our deny of console sessions on the user of a login profile.
pub(super) async fn block_console(on: &Handle, call: &Call) -> Outcome {
    if call.value("console").and_then(Value::as_str) == Some(IN_FORCE) {
        let wanted = Wanted::Document(CONSOLE.to_owned());
        set(on, Holder::User, call, CONSOLE_NAME, wanted).await
    } else {
        invalid(format!(
            "{} sets `console` to `{IN_FORCE}` only",
            call.action
        ))
    }
}

/// Puts back what stood in the place of our deny of console sessions.
pub(super) async fn allow_console(on: &Handle, call: &Call) -> Outcome {
    match earlier(call.value("console"), |text| {
        (text == IN_FORCE).then(|| CONSOLE.to_owned())
    }) {
        Some(wanted) => set(on, Holder::User, call, CONSOLE_NAME, wanted).await,
        None => invalid(format!("{} was not told what to put back", call.action)),
    }
}

/// What stands under a policy's name; nothing where there is none, or no holder.
pub(super) async fn get(
    clients: &Clients,
    holder: Holder,
    id: &str,
    name: &str,
) -> Result<Option<String>, Failure> {
    let said = match holder {
        Holder::User => {
            let request = clients.iam.get_user_policy().user_name(id);
            let said = request.policy_name(name).send().await;
            said.map(|said| said.policy_document)
                .map_err(|failed| Failure::of(&failed, "iam:GetUserPolicy"))
        }
        Holder::Role => {
            let request = clients.iam.get_role_policy().role_name(id);
            let said = request.policy_name(name).send().await;
            said.map(|said| said.policy_document)
                .map_err(|failed| Failure::of(&failed, "iam:GetRolePolicy"))
        }
    };
    match said {
        Ok(document) => Ok(Some(decoded(&document))),
        Err(failure) if failure.is_missing() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What stood there before: nothing, something in our own form, or somebody's document.
fn earlier(value: Option<&Value>, ours: impl Fn(&str) -> Option<String>) -> Option<Wanted> {
    match value? {
        Value::Null => Some(Wanted::Nothing),
        Value::String(text) => Some(Wanted::Document(ours(text).unwrap_or_else(|| text.clone()))),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

async fn set(on: &Handle, holder: Holder, call: &Call, name: &str, wanted: Wanted) -> Outcome {
    let clients = match on.clients().await {
        Ok(clients) => clients,
        Err(why) => return unsent(why),
    };
    match wanted {
        Wanted::Document(document) => answer(
            on,
            put(clients, holder, call.target.id(), name, &document).await,
        ),
        Wanted::Nothing => match delete(clients, holder, call.target.id(), name).await {
            Err(failure) if failure.is_missing() => Outcome::AlreadySo,
            sent => answer(on, sent),
        },
    }
}

async fn put(
    clients: &Clients,
    holder: Holder,
    id: &str,
    name: &str,
    document: &str,
) -> Result<(), Failure> {
    match holder {
        Holder::User => {
            let request = clients.iam.put_user_policy();
            let sent = request
                .user_name(id)
                .policy_name(name)
                .policy_document(document);
            let sent = sent.send().await.map(drop);
            sent.map_err(|failed| Failure::of(&failed, "iam:PutUserPolicy"))
        }
        Holder::Role => {
            let request = clients.iam.put_role_policy();
            let sent = request
                .role_name(id)
                .policy_name(name)
                .policy_document(document);
            let sent = sent.send().await.map(drop);
            sent.map_err(|failed| Failure::of(&failed, "iam:PutRolePolicy"))
        }
    }
}

async fn delete(clients: &Clients, holder: Holder, id: &str, name: &str) -> Result<(), Failure> {
    match holder {
        Holder::User => {
            let request = clients.iam.delete_user_policy();
            let sent = request.user_name(id).policy_name(name).send().await;
            let sent = sent.map(drop);
            sent.map_err(|failed| Failure::of(&failed, "iam:DeleteUserPolicy"))
        }
        Holder::Role => {
            let request = clients.iam.delete_role_policy();
            let sent = request.role_name(id).policy_name(name).send().await;
            let sent = sent.map(drop);
            sent.map_err(|failed| Failure::of(&failed, "iam:DeleteRolePolicy"))
        }
    }
}

pub(super) fn answer<T>(on: &Handle, sent: Result<T, Failure>) -> Outcome {
    match sent {
        Ok(_) => Outcome::Done(Answer {
            applied: true,
            ..Answer::default()
        }),
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

pub(super) fn invalid(text: String) -> Outcome {
    Outcome::Refused(Why::new(Because::Invalid, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_stood_there_before_is_put_back_as_it_was() {
        let ours = |text: &str| (text == IN_FORCE).then(|| DENY.to_owned());
        let put = |value: Value| earlier(Some(&value), ours);
        assert_eq!(put(json!(null)), Some(Wanted::Nothing));
        assert_eq!(
            put(json!("in-force")),
            Some(Wanted::Document(DENY.to_owned()))
        );
        assert_eq!(
            put(json!("{\"odd\": 1}")),
            Some(Wanted::Document("{\"odd\": 1}".to_owned()))
        );
        assert_eq!(put(json!(3)), None);
        assert_eq!(earlier(None, ours), None);
    }
}
