//! A person's word where it stands for a second person: signed, wherever they have a key.
//!
//! A name that somebody gave for themselves is a claim: it says who operates, and never that two people agree.

use std::path::Path;

use super::failure::{Failure, exit};
use super::session::Session;
use super::work::Work;
use crate::domain::Digest;
use crate::domain::event::Event;
use crate::domain::mandate::Signed;
use crate::gate::Who;
use crate::report::standing::Outcome;
use crate::signature::verify;

/// A word, and what makes it part of the record.
#[derive(Default)]
pub(super) struct Word {
    pub(super) events: Vec<Event>,
    /// The signature behind it; none where they have no key.
    pub(super) signed: Option<Signed>,
}

impl Session {
    /// Whether a person signs with some key of `allowed_signers`.
    pub(super) fn has_key(&self, person: &str) -> bool {
        // What cannot be read is no absence of keys.
        self.workspace.signers().map_or(true, |(signers, _)| {
            let mut all = signers.principals();
            all.any(|principals| self.roster.of_signer(principals) == Ok(person))
        })
    }

    /// Whether whoever operates gave a name that only a key of theirs would prove.
    pub(super) fn is_claimed(&self) -> bool {
        match &self.who {
            Who::Person(name) => self.has_key(name),
            Who::Solo | Who::Agent(_) | Who::Pipeline(_) | Who::Stranger => false,
        }
    }
}

/// Takes somebody's word about something in an incident, by their signature where they have a key.
pub(super) fn give(
    session: &Session,
    work: &Work,
    (by, about, reason): (&str, &str, &str),
    key: Option<&Path>,
) -> Result<Word, Box<Failure>> {
    if !session.has_key(by) {
        return Ok(Word::default());
    }
    let own = session.signing_key();
    let Some(key) = key.or(own.as_deref()) else {
        let message = format!("`{by}` has a key, and this counts only with its signature");
        return Err(denied(message));
    };
    let said = serde_json::json!({
        "contain": "word 1", "incident": work.folder.id(), "says": "reviewed", "about": about, "by": by,
        "reason": reason, "at": session.clock.now(),
    })
    .to_string();
    let signature = session.sign(said.as_bytes(), key)?;
    let (signers, revoked) = session.workspace.signers()?;
    let known = (&signers, &revoked);
    let signed = verify(known, said.as_bytes(), &signature, session.clock.latest());
    let signed = signed.map_err(|why| denied(format!("the signature does not count: {why}")))?;
    if session.roster.of_signer(&signed.by) != Ok(by) {
        let message = format!("the key {} is not one of `{by}`", signed.key);
        return Err(denied(message));
    }
    let document = Digest::of(said.as_bytes());
    let name = format!("word-{}-{by}.json", document.code());
    Ok(Word {
        events: work.keep_signed(&name, (said.as_bytes(), &signature))?,
        signed: Some(Signed {
            key: signed.key,
            document,
        }),
    })
}

fn denied(message: String) -> Box<Failure> {
    let mut failure = Failure::new(exit::DENIED, "denied", message);
    failure.outcome = Outcome::Denied;
    Box::new(
        failure
            .hint("name it: --key FILE, or CONTAIN_SIGNING_KEY")
            .hint("people, their roles and how they sign stand in contain.yaml, their keys in allowed_signers"),
    )
}
