//! What is authorised ahead: a signed file that lets named automation cut reversibly, within kinds, a number and a time.
//!
//! Never covers what is irreversible or grave, and never gives anything back.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::approval::Refused;
use super::people::{Role, Roster};
use crate::domain::mandate::{Mandate, Scope, Signed};
use crate::domain::{Digest, KindId, Rung, Tier, Time};
use crate::signature::{self, AllowedSigners, Revoked};

/// The rungs that may be authorised ahead.
const RUNGS: [Rung; 3] = [Rung::Narrow, Rung::EndSessions, Rung::Suspend];

/// What the file says.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The version of this form: 1.
    pub standing: u8,
    /// What it is called.
    pub id: String,
    /// Who may use it: agents and pipelines, by name.
    #[serde(rename = "for")]
    pub of: BTreeSet<String>,
    /// The kinds that may be cut.
    pub kinds: BTreeSet<KindId>,
    /// How hard.
    pub rungs: BTreeSet<Rung>,
    /// The highest tier, at most 2.
    pub tier: Tier,
    /// How many items of one incident at most; every incident counts anew.
    pub at_most: u32,
    /// Until when.
    pub until: Time,
    /// Why.
    pub reason: String,
}

/// Judges a signed file.
///
/// # Errors
/// Says why it authorises nothing.
pub fn admit(
    standing: &Standing,
    (text, armoured): (&[u8], &str),
    known: (&AllowedSigners, &Revoked),
    roster: &Roster,
    now: Time,
) -> Result<Mandate, Refused> {
    let by = signature::verify(known, text, armoured, now)?;
    let unreadable = |why: &str| Err(Refused::Unreadable(why.to_owned()));
    if standing.standing != 1 {
        return unreadable("its version is not 1");
    }
    if standing.tier > Tier::DISRUPTIVE {
        return unreadable("what is authorised ahead is of tier 2 at most");
    }
    if standing.rungs.iter().any(|rung| !RUNGS.contains(rung)) {
        return unreadable("only what narrows, ends sessions or suspends is authorised ahead");
    }
    if standing.kinds.is_empty() || standing.at_most == 0 {
        return unreadable("it names no kind or no number");
    }
    if now >= standing.until {
        return Err(Refused::Expired(standing.until));
    }
    let person = roster.of_signer(&by.by)?.to_owned();
    if let Some(name) = standing
        .of
        .iter()
        .find(|name| roster.behind(name) == name.as_str())
    {
        return unreadable(&format!("`{name}` is no agent and no pipeline"));
    }
    let owns = |name: &String| roster.behind(name) == person;
    if standing.of.iter().any(owns) {
        return Err(Refused::OwnRequest(person));
    }
    let roles = roster.person(&person).map(|person| &person.roles);
    if !roles.is_some_and(|roles| roles.contains(&Role::Approver)) {
        return Err(Refused::NotApprover(person));
    }
    let digest = Digest::of(text);
    Ok(Mandate {
        by: person,
        how: "standing".to_owned(),
        scope: Scope::Standing {
            id: standing.id.clone(),
            of: standing.of.clone(),
            kinds: standing.kinds.clone(),
            rungs: standing.rungs.clone(),
            at_most: standing.at_most,
        },
        tier: standing.tier,
        until: standing.until,
        nonce: format!("standing-{digest}"),
        signed: Some(Signed {
            key: by.key,
            document: digest,
        }),
    })
}
