//! What the organisation denies: the service control policies of ours on an account.
//!
//! Never touches a policy of another name. Asks with the credentials of `providers.aws.organization`, else with those
//! of the account itself, which serve where it is the management account.

use serde_json::{Value, json};

use super::super::adapter::unsent;
use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::ours::IN_FORCE;
use super::super::signed::{Ask, ORGANIZATIONS, send};
use super::guardrail::{
    SHOWN_IN, USERS_NAME, deny, deny_name, deny_users, patterns, stop, stop_name,
};
use crate::domain::{Answer, Because, Call, Fields, Locator, Outcome, Why};

const DESCRIPTION: &str = "Written by contain; principals under an incident are denied here.";

/// A policy of ours that denies those whom it names, and what it is attached to.
pub(super) struct Roll {
    name: String,
    at: String,
    names: &'static str,
    write: fn(&[String]) -> Value,
}

impl Roll {
    /// That of an account, which names principals.
    fn of_account(account: &str) -> Self {
        Self {
            name: deny_name(account),
            at: account.to_owned(),
            names: "/Statement/0/Condition/ArnLike/aws:PrincipalArn",
            write: deny,
        }
    }

    /// That of the whole organisation, which names users of Identity Center.
    pub(super) async fn of_users(on: &Handle) -> Result<Self, Failure> {
        let on = on.of_organization();
        let said = ask(&on, "organizations:ListRoots", json!({})).await?;
        let root = said.pointer("/Roots/0/Id").and_then(Value::as_str);
        let root = root.ok_or_else(|| {
            let text = "organizations:ListRoots answered no root";
            Failure::Lost(Why::new(Because::Garbled, text))
        })?;
        Ok(Self {
            name: USERS_NAME.to_owned(),
            at: root.to_owned(),
            names: "/Statement/0/Condition/StringEquals/identitystore:UserId",
            write: deny_users,
        })
    }

    /// Whom a document denies; nothing where somebody altered it otherwise.
    fn denied(&self, document: &Value) -> Option<Vec<String>> {
        let all = document.pointer(self.names)?.as_array()?;
        let all: Vec<String> = all
            .iter()
            .filter_map(|one| Some(one.as_str()?.to_owned()))
            .collect();
        ((self.write)(&all) == *document).then_some(all)
    }

    /// What the field `organization_deny` holds for whom these words name.
    pub(super) async fn shown(&self, on: &Handle, wanted: &[String]) -> Result<Value, Failure> {
        let on = on.of_organization();
        let there = standing(&on, &self.at, &self.name, false).await?;
        let all = there.map(|there| self.denied(&there.document).unwrap_or_default());
        let is_named = all.is_some_and(|all| wanted.iter().all(|one| all.contains(one)));
        Ok(if is_named {
            json!(IN_FORCE)
        } else {
            Value::Null
        })
    }

    /// Adds these words, or takes them out, as the call says.
    pub(super) async fn set(&self, on: &Handle, call: &Call, named: &[String]) -> Outcome {
        let wants = match call.value("organization_deny") {
            Some(Value::Null) => false,
            Some(Value::String(text)) if text == IN_FORCE => true,
            Some(_) | None => return untold(call),
        };
        let on = on.of_organization();
        let there = match standing(&on, &self.at, &self.name, wants).await {
            Ok(there) => there,
            Err(failure) => return unsent(failure.why()),
        };
        let mut all = match &there {
            None => Vec::new(),
            Some(there) => match self.denied(&there.document) {
                Some(all) => all,
                None => return Outcome::Refused(altered(&self.name)),
            },
        };
        let before = all.clone();
        all.retain(|one| !named.contains(one));
        let sent = match (wants, there) {
            (true, there) => {
                all.extend(named.iter().cloned());
                let is_there = there.as_ref().is_some_and(|there| there.attached) && before == all;
                if is_there {
                    return Outcome::AlreadySo;
                }
                put(&on, &self.at, &self.name, &(self.write)(&all), there).await
            }
            (false, Some(there)) if all.is_empty() => detach(&on, &self.at, &there.id).await,
            (false, Some(there)) if before != all => {
                update(&on, &there.id, &(self.write)(&all)).await
            }
            (false, Some(_) | None) => return Outcome::AlreadySo,
        };
        answered(&on, sent)
    }
}

/// One of our policies, as it stands.
struct Standing {
    id: String,
    document: Value,
    attached: bool,
}

async fn ask(on: &Handle, permission: &'static str, body: Value) -> Result<Value, Failure> {
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
        "organizations:AttachPolicy" | "organizations:DetachPolicy"
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

/// The policy of this name: on this target, else, with `anywhere`, one that is attached to nothing here.
async fn standing(
    on: &Handle,
    at: &str,
    name: &str,
    anywhere: bool,
) -> Result<Option<Standing>, Failure> {
    let kind = "SERVICE_CONTROL_POLICY";
    let on_target = json!({"TargetId": at, "Filter": kind});
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

fn altered(name: &str) -> Why {
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
        let is_ours = there.document.pointer("/Statement/0/Sid") == Some(&json!("ContainStop"));
        if is_ours {
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

/// Stops an account or lets it work again, as the call says.
pub(in super::super) async fn set_stopped(on: &Handle, call: &Call) -> Outcome {
    let account = call.target.id();
    let name = stop_name(account);
    let but = on.link.settings.role.clone();
    let on = on.of_organization();
    let wants = match call.value("stopped") {
        Some(Value::Null) => false,
        Some(Value::String(text)) if text == IN_FORCE => true,
        Some(_) | None => return untold(call),
    };
    let there = match standing(&on, account, &name, wants).await {
        Ok(there) => there,
        Err(failure) => return unsent(failure.why()),
    };
    let sent = match (wants, there, but) {
        (true, _, None) => {
            let text = format!(
                "nobody would be left who can act in {account}; {}",
                super::super::accounts::remedy(account)
            );
            return Outcome::Refused(Why::new(Because::Forbidden, text));
        }
        (true, there, Some(but)) => {
            let document = stop(&but);
            let is_same = |there: &Standing| there.attached && there.document == document;
            if there.as_ref().is_some_and(is_same) {
                return Outcome::AlreadySo;
            }
            put(&on, account, &name, &document, there).await
        }
        (false, Some(there), _) => detach(&on, account, &there.id).await,
        (false, None, _) => return Outcome::AlreadySo,
    };
    answered(&on, sent)
}

/// Writes a policy and sees that it is on its target; what was made and not attached is found by its name again.
async fn put(
    on: &Handle,
    at: &str,
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
    let body = json!({"PolicyId": id, "TargetId": at});
    ask(on, "organizations:AttachPolicy", body).await.map(drop)
}

async fn update(on: &Handle, id: &str, document: &Value) -> Result<(), Failure> {
    let body = json!({"PolicyId": id, "Content": document.to_string()});
    ask(on, "organizations:UpdatePolicy", body).await.map(drop)
}

async fn detach(on: &Handle, at: &str, id: &str) -> Result<(), Failure> {
    let body = json!({"PolicyId": id, "TargetId": at});
    ask(on, "organizations:DetachPolicy", body).await.map(drop)
}

fn untold(call: &Call) -> Outcome {
    let text = format!("{} was not told what to write", call.action);
    Outcome::Refused(Why::new(Because::Invalid, text))
}

fn answered(on: &Handle, sent: Result<(), Failure>) -> Outcome {
    match sent {
        Ok(()) => Outcome::Done(Answer {
            applied: true,
            ..Answer::default()
        }),
        Err(failure) => failure.outcome(&on.link.clock),
    }
}
