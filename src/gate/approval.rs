//! Approvals: what people are asked to sign, and when what they signed counts.
//!
//! Takes nobody's word for who they are: a key that `allowed_signers` allows is a person's, or the answer is refused.

use std::collections::BTreeSet;

use crate::domain::case::Case;
use crate::domain::mandate::{Answer, DOCUMENT, Document, Mandate, Scope, Signed};
use crate::domain::plan::Plan;
use crate::domain::{Clock, Digest, Item, ItemKey, ItemRef, State, Time, Work, digest};
use crate::signature::{self, AllowedSigners, Revoked};

use super::people::{Nobody, Role, Roster};

/// What an answer is held against.
pub struct Court<'a> {
    /// Who may sign with which key.
    pub signers: &'a AllowedSigners,
    /// Keys that count no more.
    pub revoked: &'a Revoked,
    /// Who is who.
    pub roster: &'a Roster,
    /// The incident.
    pub case: &'a Case,
    /// The plan that was asked about.
    pub plan: &'a Plan,
    /// The present time.
    pub now: Time,
}

/// An answer that counts.
#[derive(Clone, PartialEq, Debug)]
pub enum Admitted {
    /// Authority for these items.
    Approved(Mandate),
    /// These items are denied.
    Denied {
        /// The items.
        items: BTreeSet<ItemKey>,
        /// Who denies.
        by: String,
        /// Why.
        reason: String,
        /// The signature behind it.
        signed: Signed,
    },
}

/// Why an answer counts for nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// The signature does not hold.
    #[error("the signature counts for nothing: {0}")]
    Signature(#[from] signature::Refused),
    /// It is not what we ask people to sign.
    #[error("what was signed is no answer to a request of contain: {0}")]
    Unreadable(String),
    /// It says something else than what was asked.
    #[error("what was signed is not what was asked: its `{0}` differs")]
    Differs(&'static str),
    /// Nobody was asked about this plan.
    #[error("nobody was asked about plan {0}")]
    NotAsked(Digest),
    /// The request has run out.
    #[error("the request ran out at {0}")]
    Expired(Time),
    /// The plan has no item of this name that people are asked about.
    #[error("the plan has no item `{0}` that an answer is asked for")]
    NoItem(Box<ItemKey>),
    /// Nothing of the plan waits any more.
    #[error("nothing of this plan waits for an answer any more")]
    Over,
    /// The incident is closed.
    #[error("the incident is closed")]
    Closed,
    /// The key is no person's.
    #[error(transparent)]
    Nobody(#[from] Nobody),
    /// Whoever asks does not agree to it.
    #[error("`{0}` is among those who ask, and nobody agrees to what they ask for themselves")]
    OwnRequest(String),
    /// They are not asked.
    #[error("`{0}` has neither the role `approver` nor the role `owner`")]
    NotApprover(String),
    /// They agree to what they own alone, and this is not theirs.
    #[error(
        "`{by}` has the role `owner`, and the estate does not say that they own what {item} is about"
    )]
    NotOwner {
        /// Who.
        by: String,
        /// The item.
        item: Box<ItemKey>,
    },
    /// They have said so already.
    #[error("`{0}` has answered this request already")]
    Twice(String),
    /// Somebody denied it.
    #[error("`{by}` denied {item}, and a denial is final for this run")]
    Denied {
        /// Who.
        by: String,
        /// The item.
        item: Box<ItemKey>,
    },
    /// A denial says why.
    #[error("a denial says why")]
    NoReason,
}

/// Makes the request for a plan: what people sign who agree to all of it.
#[must_use]
pub fn request(plan: &Plan, digest: Digest, clock: &Clock) -> Document {
    Document {
        contain: DOCUMENT.to_owned(),
        incident: plan.incident.clone(),
        plan: digest,
        items: None,
        tier: plan.tier(),
        requested_by: plan.requested_by.clone(),
        until: plan.expires,
        nonce: digest::hex(&clock.fresh::<16>()),
        answer: Answer::Approve,
        reason: None,
    }
}

/// The latest request for a plan, with its run and round.
#[must_use]
pub fn request_of(case: &Case, plan: Digest) -> Option<(&(u32, u32), &Document)> {
    let mut requests = case.requests.iter().rev();
    let found = requests.find(|(_, request)| request.plan == plan);
    found.map(|(of, request)| (of, request))
}

/// The items of a plan that an answer is asked for: those that change something, and the questions put to people.
pub fn asked(plan: &Plan) -> impl Iterator<Item = &Item> {
    let items = plan.items.iter();
    items.filter(|item| item.call().is_some() || matches!(item.work, Work::Gate(_)))
}

/// The canonical bytes of a document: what is signed.
///
/// # Errors
/// Never for a document of ours; the signature says what the type cannot.
pub fn bytes(document: &Document) -> Result<Vec<u8>, Refused> {
    let text = digest::canonical(document);
    let text = text.map_err(|why| Refused::Unreadable(why.to_string()))?;
    Ok(text.into_bytes())
}

/// Judges a signed answer.
///
/// # Errors
/// Says why it counts for nothing; then nothing has changed.
pub fn admit(court: &Court<'_>, document: &[u8], armoured: &str) -> Result<Admitted, Refused> {
    let Court { case, plan, .. } = *court;
    // Invariant I7: a clock that was turned back brings no key and no request to life again.
    let now = case
        .latest
        .map_or(court.now, |latest| latest.max(court.now));
    let known = (court.signers, court.revoked);
    let by = signature::verify(known, document, armoured, now)?;
    let unreadable = |why: serde_json::Error| Refused::Unreadable(why.to_string());
    let said: Document = serde_json::from_slice(document).map_err(unreadable)?;
    if bytes(&said)? != document {
        return Err(Refused::Unreadable("its JSON is not canonical".to_owned()));
    }
    let named = (|| {
        let digest = plan.digest().ok()?;
        request_of(case, digest).filter(|_| digest == said.plan)
    })();
    let ((run, round), asked_for) = named.ok_or(Refused::NotAsked(said.plan))?;
    is_what_was_asked(&said, asked_for)?;
    if case.closed {
        return Err(Refused::Closed);
    }
    if now >= said.until {
        return Err(Refused::Expired(said.until));
    }
    let person = court.roster.of_signer(&by.by)?.to_owned();
    let items = items_of(&said, plan)?;
    let of = |key: &ItemKey| ItemRef {
        run: *run,
        round: *round,
        key: key.clone(),
    };
    let signed = Signed {
        key: by.key,
        document: Digest::of(document),
    };
    may_answer(court, &said, (&person, &items))?;
    let waits = |key: &ItemKey| {
        let life = case.lives.get(&of(key));
        life.is_some_and(|life| matches!(life.state, State::Planned | State::Blocked(_)))
    };
    if !items.iter().any(waits) {
        return Err(Refused::Over);
    }
    match said.answer {
        Answer::Deny => Ok(Admitted::Denied {
            items,
            by: person,
            reason: said
                .reason
                .filter(|why| !why.trim().is_empty())
                .ok_or(Refused::NoReason)?,
            signed,
        }),
        Answer::Approve => {
            let denied = items
                .iter()
                .find_map(|key| Some((case.veto(&of(key))?, key)));
            if let Some((veto, item)) = denied {
                return Err(Refused::Denied {
                    by: veto.by.clone(),
                    item: Box::new(item.clone()),
                });
            }
            // Who agreed and whose word was ended since may say so again.
            let stem = format!("{}-{person}", said.nonce);
            let is_of = |known: &&Mandate| known.by == person && known.nonce.starts_with(&stem);
            let before: Vec<&Mandate> = case.mandates.iter().filter(is_of).collect();
            if before
                .iter()
                .any(|known| !case.ended.contains(&known.nonce))
            {
                return Err(Refused::Twice(person));
            }
            let nonce = match before.len() {
                0 => stem,
                again => format!("{stem}-{again}"),
            };
            Ok(Admitted::Approved(Mandate {
                by: person,
                how: "signature".to_owned(),
                scope: Scope::Exact {
                    plan: said.plan,
                    items,
                },
                tier: said.tier,
                until: said.until,
                nonce,
                signed: Some(signed),
            }))
        }
    }
}

/// Whether an answer is to this request: only what it means to answer may differ.
fn is_what_was_asked(said: &Document, asked: &Document) -> Result<(), Refused> {
    // Taken apart by name, so that a new field cannot be forgotten.
    let Document {
        contain,
        incident,
        plan,
        items: _,
        tier,
        requested_by,
        until,
        nonce,
        answer: _,
        reason: _,
    } = asked;
    let same = [
        ("contain", said.contain == *contain),
        ("incident", said.incident == *incident),
        ("plan", said.plan == *plan),
        ("tier", said.tier == *tier),
        ("requested_by", said.requested_by == *requested_by),
        ("until", said.until == *until),
        ("nonce", said.nonce == *nonce),
    ];
    match same.into_iter().find(|(_, is_same)| !is_same) {
        Some((field, _)) => Err(Refused::Differs(field)),
        None => Ok(()),
    }
}

fn items_of(said: &Document, plan: &Plan) -> Result<BTreeSet<ItemKey>, Refused> {
    let all: BTreeSet<ItemKey> = asked(plan).map(|item| item.key.clone()).collect();
    let Some(some) = &said.items else {
        return Ok(all);
    };
    match some.iter().find(|key| !all.contains(key)) {
        Some(unknown) => Err(Refused::NoItem(Box::new(unknown.clone()))),
        None => Ok(some.clone()),
    }
}

/// Whoever asks may take their own request back, and agrees to nothing; an owner answers for what they own, and to the
/// questions beside it.
fn may_answer(
    court: &Court<'_>,
    said: &Document,
    (person, items): (&str, &BTreeSet<ItemKey>),
) -> Result<(), Refused> {
    let roster = court.roster;
    let mut asking = said.requested_by.iter().map(|name| roster.behind(name));
    if said.answer == Answer::Approve && asking.any(|name| name == person) {
        return Err(Refused::OwnRequest(person.to_owned()));
    }
    let is_asking = said.requested_by.iter().any(|name| name == person);
    let roles = roster.person(person).map(|person| &person.roles);
    if is_asking || roles.is_some_and(|roles| roles.contains(&Role::Approver)) {
        return Ok(());
    }
    if !roster.is_owner_alone(person) {
        return Err(Refused::NotApprover(person.to_owned()));
    }
    // A question about something that nobody is known to own is any owner's to answer.
    let is_open = |item: &Item| {
        let stake = item.stake.as_ref();
        item.call().is_none() && stake.is_none_or(|stake| !stake.is_owned())
    };
    let said = asked(court.plan).filter(|item| items.contains(&item.key));
    let mut others = said.filter(|item| !is_open(item) && !roster.owns(person, item));
    match others.next() {
        Some(item) => Err(Refused::NotOwner {
            by: person.to_owned(),
            item: Box::new(item.key.clone()),
        }),
        None => Ok(()),
    }
}
