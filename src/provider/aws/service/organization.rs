//! What the organisation denies: the service control policies of ours on an account.
//!
//! Never touches a policy of another name. Asks with the credentials of `providers.aws.organization`, else with those
//! of the account itself, which serve where it is the management account.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::super::adapter::unsent;
use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::ours::IN_FORCE;
use super::super::resolve::principal;
use super::super::signed::{Ask, ORGANIZATIONS, send};
use super::guardrail::{SHOWN_IN, deny_name, left_free, patterns, stop, stop_name, stops};
use super::roll::Roll;
use crate::domain::{Answer, Because, Call, Clock, Duration, Fields, Locator, Outcome, Why};

const DESCRIPTION: &str = "Written by contain; principals under an incident are denied here.";

/// Who writes an account's policies now: AWS offers no condition on what stands there, so writes of ours wait for each
/// other.
#[derive(Default)]
pub(in super::super) struct Turns(Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>);

/// How long a turn is waited for: shorter than a call may take, so that what was not sent is known not to have been.
const PATIENCE: Duration = Duration::from_secs(10);

impl Turns {
    pub(super) async fn of(
        &self,
        account: &str,
        clock: &Clock,
    ) -> Result<tokio::sync::OwnedMutexGuard<()>, Outcome> {
        let turn = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(account.to_owned()).or_default())
        };
        tokio::select! {
            biased;
            turn = turn.lock_owned() => Ok(turn),
            () = clock.sleep(PATIENCE) => {
                let text = format!("other writes of ours to the policies of {account} are still under way");
                Err(Outcome::Unavailable(Why::new(Because::Unavailable, text)))
            }
        }
    }
}

/// One of our policies, as it stands.
pub(super) struct Standing {
    pub(super) id: String,
    pub(super) document: Value,
    pub(super) attached: bool,
}

pub(super) async fn ask(
    on: &Handle,
    permission: &'static str,
    body: Value,
) -> Result<Value, Failure> {
    let region = on
        .link
        .base()
        .await
        .map_err(Failure::Unsent)?
        .region
        .clone();
    let ask = Ask::json(ORGANIZATIONS, permission, &region, body);
    let is_silent = matches!(
        permission,
        "organizations:AttachPolicy" | "organizations:DetachPolicy" | "organizations:DeletePolicy"
    );
    send(on, &if is_silent { ask.silent() } else { ask }).await
}

/// The id of the policy of this name in a listing, all pages.
async fn listed(
    on: &Handle,
    permission: &'static str,
    query: &Value,
    name: &str,
) -> Result<Option<String>, Failure> {
    let mut body = query.clone();
    loop {
        let said = ask(on, permission, body.clone()).await?;
        let policies = said.get("Policies").and_then(Value::as_array);
        let policies = policies.ok_or_else(|| {
            let text = format!("{permission} answered no policies");
            Failure::Lost(Why::new(Because::Garbled, text))
        })?;
        let is_it = |policy: &&Value| policy.get("Name").and_then(Value::as_str) == Some(name);
        let found = policies.iter().find(is_it);
        if let Some(id) = found.and_then(|policy| policy.get("Id")?.as_str()) {
            return Ok(Some(id.to_owned()));
        }
        let next = said.get("NextToken").filter(|next| next.is_string());
        match (next, body.as_object_mut()) {
            (Some(next), Some(body)) if body.get("NextToken") != Some(next) => {
                body.insert("NextToken".to_owned(), next.clone());
            }
            (Some(_), _) => {
                let text = format!("{permission} answered the same page token twice");
                return Err(Failure::Lost(Why::new(Because::Garbled, text)));
            }
            (None, _) => return Ok(None),
        }
    }
}

/// The policy of this name: on the account, else, with `anywhere`, one that is attached to nothing here.
pub(super) async fn standing(
    on: &Handle,
    account: &str,
    name: &str,
    anywhere: bool,
) -> Result<Option<Standing>, Failure> {
    let kind = "SERVICE_CONTROL_POLICY";
    let on_target = json!({"TargetId": account, "Filter": kind});
    let permission = "organizations:ListPoliciesForTarget";
    let here = listed(on, permission, &on_target, name).await?;
    let attached = here.is_some();
    let id = match here {
        Some(id) => Some(id),
        None if anywhere => {
            let all = json!({"Filter": kind});
            listed(on, "organizations:ListPolicies", &all, name).await?
        }
        None => None,
    };
    let Some(id) = id else {
        return Ok(None);
    };
    let said = ask(on, "organizations:DescribePolicy", json!({"PolicyId": id})).await?;
    let document = said.pointer("/Policy/Content").and_then(Value::as_str);
    let document = document.and_then(|text| serde_json::from_str(text).ok());
    let document = document.ok_or_else(|| {
        let text = "organizations:DescribePolicy answered no policy";
        Failure::Lost(Why::new(Because::Garbled, text))
    })?;
    Ok(Some(Standing {
        id,
        document,
        attached,
    }))
}

pub(super) fn altered(name: &str) -> Why {
    let text =
        format!("the policy {name} is not as contain writes it; look at it before anything else");
    Why::new(Because::Conflict, text)
}

/// What the field `organization_deny` holds for a principal.
pub(in super::super) async fn of_principal(
    on: &Handle,
    target: &Locator,
) -> Result<Value, Failure> {
    let roll = Roll::of_account(target.account().unwrap_or_default());
    roll.shown(on, &patterns(target)).await
}

/// The same failure; where we were not permitted to look, it says by whom one may.
pub(super) fn told_of_role(failure: Failure) -> Failure {
    match failure {
        Failure::Refused { code, why } if why.because == Because::Denied => {
            let text = format!(
                "{}; a role of the management account or its delegate may look, named in contain.yaml under providers.aws.organization.role",
                why.text
            );
            let why = Why::new(why.because, text);
            Failure::Refused { code, why }
        }
        Failure::Unsent(_) | Failure::Refused { .. } | Failure::Throttled(_) | Failure::Lost(_) => {
            failure
        }
    }
}

/// What is known of an account: whether it is stopped, and whether the guardrail of peacetime is on it.
pub(in super::super) async fn account(on: &Handle, target: &Locator) -> Result<Fields, Failure> {
    let but = on.link.settings.role.clone().unwrap_or_default();
    let alone = on.link.organization.get().is_none();
    let told = |failure: Failure| {
        if alone {
            told_of_role(failure)
        } else {
            failure
        }
    };
    let on = on.of_organization();
    let account = target.id();
    let (stop_name, deny_name) = (stop_name(account), deny_name(account));
    let (stopped, guardrail) = futures_util::join!(
        standing(&on, account, &stop_name, false),
        standing(&on, account, &deny_name, false)
    );
    let stopped = stopped.map_err(told)?.map_or(Value::Null, |there| {
        if stops(&there.document, &but) {
            json!(IN_FORCE)
        } else {
            json!(there.document.to_string())
        }
    });
    Ok(Fields::from([
        ("stopped".to_owned(), stopped),
        (
            SHOWN_IN.to_owned(),
            json!(guardrail.map_err(told)?.is_some()),
        ),
    ]))
}

/// Names a principal in the guardrail of its account, or takes it out, as the call says.
pub(in super::super) async fn set_principal(on: &Handle, call: &Call) -> Outcome {
    let roll = Roll::of_account(call.target.account().unwrap_or_default());
    roll.set(on, call, &patterns(&call.target)).await
}

/// Takes a policy of ours that denies nobody any more off the account, and away.
pub(super) async fn remove(on: &Handle, account: &str, there: &Standing) -> Outcome {
    if there.attached
        && let Err(failure) = detach(on, account, &there.id).await
    {
        return failure.outcome(&on.link.clock);
    }
    let body = json!({"PolicyId": there.id});
    match ask(on, "organizations:DeletePolicy", body).await {
        Ok(_) => done(Fields::new()),
        // It denies nobody where it is attached to nothing.
        Err(failure) => done(Fields::from([(
            "kept".to_owned(),
            json!(failure.why().text),
        )])),
    }
}

/// What is to stop an account, as the call says; nothing where it is let work again.
fn stopping(on: &Handle, call: &Call) -> Result<Option<Value>, Outcome> {
    let account = call.target.id();
    let forbidden = |text: String| Err(Outcome::Refused(Why::new(Because::Forbidden, text)));
    let text = match call.value("stopped") {
        Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) | None => return Err(untold(call)),
    };
    let (but, writer) = (
        on.link.settings.role.as_ref(),
        on.link.settings.organization.as_ref(),
    );
    let is_in_it = |role: &&String| {
        let principal = principal(role);
        principal.is_some_and(|role| role.account() == Some(account))
    };
    if let Some(writer) = writer.filter(is_in_it).filter(|role| but != Some(*role)) {
        return forbidden(format!(
            "{writer} would be stopped too, and by it alone the account could be let work again"
        ));
    }
    match but {
        Some(but) if text == IN_FORCE => Ok(Some(stop(but))),
        None if text == IN_FORCE => forbidden(format!(
            "nobody would be left who can act in {account}; {}",
            super::super::accounts::remedy(account)
        )),
        // What stood there before: the same for another role.
        Some(_) | None => match serde_json::from_str(text) {
            Ok(document) if left_free(&document).is_some() => Ok(Some(document)),
            Ok(_) | Err(_) => Err(untold(call)),
        },
    }
}

/// Stops an account or lets it work again, as the call says.
pub(in super::super) async fn set_stopped(on: &Handle, call: &Call) -> Outcome {
    let account = call.target.id();
    let name = stop_name(account);
    let wanted = match stopping(on, call) {
        Ok(wanted) => wanted,
        Err(outcome) => return outcome,
    };
    let on = on.of_organization();
    let _turn = match on.link.turns.of(account, &on.link.clock).await {
        Ok(turn) => turn,
        Err(outcome) => return outcome,
    };
    let there = match standing(&on, account, &name, wanted.is_some()).await {
        Ok(there) => there,
        Err(failure) => return unsent(failure.why()),
    };
    match (wanted, there) {
        (None, None) => Outcome::AlreadySo,
        (None, Some(there)) if left_free(&there.document).is_some() => {
            remove(&on, account, &there).await
        }
        (None, Some(there)) => answered(&on, detach(&on, account, &there.id).await),
        (Some(document), there) => {
            let is_so = |there: &Standing| {
                let stops = left_free(&document).is_some_and(|but| stops(&there.document, but));
                there.attached && stops
            };
            if there.as_ref().is_some_and(is_so) {
                return Outcome::AlreadySo;
            }
            // Whatever else it denies would be lost.
            if there
                .as_ref()
                .is_some_and(|there| left_free(&there.document).is_none())
            {
                return Outcome::Refused(altered(&name));
            }
            answered(&on, put(&on, account, &name, &document, there).await)
        }
    }
}

/// Writes a policy and sees that it is on the account; what was made and not attached is found by its name again.
pub(super) async fn put(
    on: &Handle,
    account: &str,
    name: &str,
    document: &Value,
    there: Option<Standing>,
) -> Result<(), Failure> {
    let (id, attached) = match there {
        Some(there) => {
            if there.document != *document {
                update(on, &there.id, document).await?;
            }
            (there.id, there.attached)
        }
        None => {
            let body = json!({
                "Name": name, "Type": "SERVICE_CONTROL_POLICY", "Description": DESCRIPTION,
                "Content": document.to_string(),
            });
            let said = ask(on, "organizations:CreatePolicy", body).await?;
            let id = said
                .pointer("/Policy/PolicySummary/Id")
                .and_then(Value::as_str);
            let id = id.ok_or_else(|| {
                let text = "organizations:CreatePolicy answered no policy";
                Failure::Lost(Why::new(Because::Garbled, text))
            })?;
            (id.to_owned(), false)
        }
    };
    if attached {
        return Ok(());
    }
    let body = json!({"PolicyId": id, "TargetId": account});
    ask(on, "organizations:AttachPolicy", body).await.map(drop)
}

pub(super) async fn update(on: &Handle, id: &str, document: &Value) -> Result<(), Failure> {
    let body = json!({"PolicyId": id, "Content": document.to_string()});
    ask(on, "organizations:UpdatePolicy", body).await.map(drop)
}

async fn detach(on: &Handle, account: &str, id: &str) -> Result<(), Failure> {
    let body = json!({"PolicyId": id, "TargetId": account});
    ask(on, "organizations:DetachPolicy", body).await.map(drop)
}

pub(super) fn untold(call: &Call) -> Outcome {
    let text = format!("{} was not told what to write", call.action);
    Outcome::Refused(Why::new(Because::Invalid, text))
}

pub(super) fn done(fields: Fields) -> Outcome {
    Outcome::Done(Answer {
        applied: true,
        fields,
        ..Answer::default()
    })
}

fn answered(on: &Handle, sent: Result<(), Failure>) -> Outcome {
    match sent {
        Ok(()) => done(Fields::new()),
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_for_a_turn_has_sent_nothing_and_says_so() {
        let (turns, clock) = (Turns::default(), Clock::wall());
        let first = turns.of("111111111111", &clock).await;
        assert!(first.is_ok());
        // Another account's turn is another.
        assert!(turns.of("222222222222", &clock).await.is_ok());
        let late = turns.of("111111111111", &clock).await;
        assert!(matches!(late, Err(Outcome::Unavailable(_))));
        drop(first);
        assert!(turns.of("111111111111", &clock).await.is_ok());
    }
}
