//! The policies of ours that deny those whom they name: principals of an account, users of Identity Center.
//!
//! Never touches one that somebody altered, and reads back what it wrote: AWS offers no condition on what stands there.

use serde_json::{Value, json};

use super::super::adapter::unsent;
use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::ours::IN_FORCE;
use super::guardrail::{USERS_NAME, deny, deny_name, deny_users};
use super::organization::{altered, ask, done, put, remove, standing, untold, update};
use crate::domain::{Because, Call, Fields, Outcome, Why};

/// A policy of ours that denies those whom it names, and what it is attached to.
pub(super) struct Roll {
    name: String,
    at: String,
    names: &'static str,
    write: fn(&[String]) -> Value,
}

impl Roll {
    /// That of an account, which names principals.
    pub(super) fn of_account(account: &str) -> Self {
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
    pub(super) async fn set(&self, on: &Handle, call: &Call, ours: &[String]) -> Outcome {
        let wants = match call.value("organization_deny") {
            Some(Value::Null) => false,
            Some(Value::String(text)) if text == IN_FORCE => true,
            Some(_) | None => return untold(call),
        };
        let on = on.of_organization();
        let _turn = match on.link.turns.of(&self.at, &on.link.clock).await {
            Ok(turn) => turn,
            Err(outcome) => return outcome,
        };
        let there = match standing(&on, &self.at, &self.name, true).await {
            Ok(there) => there,
            Err(failure) => return unsent(failure.why()),
        };
        let mut all = match &there {
            None => Vec::new(),
            // What is attached nowhere denies nobody: whom it still names was given back.
            Some(there) if !there.attached => Vec::new(),
            Some(there) => match self.denied(&there.document) {
                Some(all) => all,
                None => return Outcome::Refused(altered(&self.name)),
            },
        };
        let before = all.clone();
        all.retain(|one| !ours.contains(one));
        let sent = match (wants, there) {
            (true, there) => {
                all.extend(ours.iter().cloned());
                let is_there = there.as_ref().is_some_and(|there| there.attached) && before == all;
                if is_there {
                    return Outcome::AlreadySo;
                }
                put(&on, &self.at, &self.name, &(self.write)(&all), there).await
            }
            (false, Some(there)) if all.is_empty() => {
                return remove(&on, &self.at, &there).await;
            }
            (false, Some(there)) if before != all => {
                update(&on, &there.id, &(self.write)(&all)).await
            }
            (false, Some(_) | None) => return Outcome::AlreadySo,
        };
        match sent {
            Ok(()) => self.read_back(&on, ours, wants).await,
            Err(failure) => failure.outcome(&on.link.clock),
        }
    }

    /// Whether what was written is what stands there: somebody who wrote at the same time, from another machine, may have
    /// written over it.
    async fn read_back(&self, on: &Handle, ours: &[String], wants: bool) -> Outcome {
        // That it cannot be read takes nothing from AWS's answer; verifying reads it again.
        let Ok(there) = standing(on, &self.at, &self.name, false).await else {
            return done(Fields::new());
        };
        let all = there.and_then(|there| self.denied(&there.document));
        let all = all.unwrap_or_default();
        if ours.iter().all(|one| all.contains(one)) == wants {
            return done(Fields::new());
        }
        let text = format!(
            "the policy {} was written by somebody else at the same time",
            self.name
        );
        Outcome::InDoubt(Why::new(Because::Conflict, text))
    }
}
