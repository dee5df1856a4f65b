//! The form of the report of an incident, version 1: what its JSON has.
//!
//! Never dumps inner types; what an audience is not told is empty or absent.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{Digest, Time};
use crate::report::measure::Told;
use crate::report::names::Audience;
use crate::report::standards::Mapped;

/// The report of an incident.
#[derive(Clone, Debug, Serialize)]
pub struct Dossier {
    /// The format's version.
    pub v: u8,
    /// For whom it is.
    pub audience: Audience,
    /// The incident.
    pub incident: String,
    /// Whether it was a rehearsal.
    pub drill: bool,
    /// How it stands, in one word.
    pub outcome: String,
    /// When it was opened.
    pub opened: Option<Time>,
    /// When it was closed, where it is.
    pub closed: Option<Time>,
    /// Why it was closed.
    pub closed_because: Option<String>,
    /// The start of the window.
    pub since: Option<Time>,
    /// Why it was opened.
    pub reason: Option<String>,
    /// A ticket elsewhere.
    pub ticket: Option<String>,
    /// What was named.
    pub subjects: Vec<String>,
    /// The runs.
    pub runs: Vec<Run>,
    /// Found = dead + accepted + unreachable, in numbers.
    pub totals: BTreeMap<&'static str, usize>,
    /// What became of each thing.
    pub things: Vec<Became>,
    /// What each cut is proven by.
    pub proofs: Vec<Proven>,
    /// Whom each cut hurts, where an estate was loaded; inside only.
    pub hurts: Vec<Hurt>,
    /// What was declared healthy all along.
    pub false_positives: Vec<String>,
    /// Who allowed what, and what each word covered.
    pub mandates: Vec<Authority>,
    /// Under which sessions of our own.
    pub sessions: Vec<Session>,
    /// The cuts in force.
    pub measures: Vec<Told>,
    /// How many things people still owe, and how many of those are overdue.
    pub owed: Owed,
    /// What they are; inside only.
    pub obligations: Vec<String>,
    /// What is lacking before it may be closed; inside only.
    pub lacking: Vec<String>,
    /// How much could not be seen.
    pub blind: usize,
    /// What that was; inside only.
    pub not_seen: Vec<String>,
    /// Files that belong to the record; inside only.
    pub evidence: Vec<File>,
    /// What happened, in order.
    pub timeline: Vec<Moment>,
    /// What the record is checked with.
    pub journal: Head,
    /// What of it is called elsewhere.
    pub standards: Vec<Mapped>,
}

/// A run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Its number.
    pub run: u32,
    /// What it was.
    pub verb: String,
    /// Its playbook; an organisation's own is named inside only.
    pub playbook: Option<String>,
    /// When it began.
    pub began: Time,
    /// How it ended.
    pub outcome: Option<String>,
    /// Who acted, as the providers see it.
    pub acting_as: Vec<String>,
}

/// What became of a thing.
#[derive(Clone, Debug, Serialize)]
pub struct Became {
    /// What.
    pub what: String,
    /// How it hangs on the subjects.
    pub relations: Vec<&'static str>,
    /// One of: dead, accepted, unreachable, open.
    pub became: &'static str,
    /// With what shows that, or by whose word; inside only.
    pub why: Option<String>,
    /// Why we believe that it is there; inside only.
    pub evidence: Option<String>,
    /// The runs that knew of it.
    pub runs: Vec<u32>,
}

/// What a cut is proven by.
#[derive(Clone, Debug, Serialize)]
pub struct Proven {
    /// What was cut.
    pub what: String,
    /// By which action.
    pub action: String,
    /// How hard.
    pub rung: Option<&'static str>,
    /// Where it stands.
    pub status: &'static str,
    /// How far the proof got.
    pub proof: String,
    /// Whether it has reached everywhere: yes, assumed, no.
    pub settled: &'static str,
    /// When it was made.
    pub at: Option<Time>,
    /// How the credential itself was tried, where it was.
    pub tried: Option<String>,
    /// Why the proof got no higher; inside only.
    pub not_higher: Option<String>,
    /// Whether it can be given back.
    pub reversible: bool,
}

/// Whom a cut hurts, as the estate says.
#[derive(Clone, Debug, Serialize)]
pub struct Hurt {
    /// What was cut.
    pub what: String,
    /// Whose it is.
    pub whose: String,
    /// What breaks with it.
    pub breaks: String,
    /// What of this raised its tier.
    pub reasons: Vec<String>,
}

/// A word that allowed something.
#[derive(Clone, Debug, Serialize)]
pub struct Authority {
    /// Whose.
    pub by: String,
    /// How it was given.
    pub how: String,
    /// When.
    pub at: Time,
    /// For what.
    pub scope: String,
    /// The highest tier it covers.
    pub tier: u8,
    /// Until when.
    pub until: Time,
    /// Whether it was ended early.
    pub ended: bool,
    /// What was done by it.
    pub covered: Vec<String>,
}

/// A session that we took at a provider to act under.
#[derive(Clone, Debug, Serialize)]
pub struct Session {
    /// The session.
    pub what: String,
    /// Whose it was.
    pub of: String,
    /// The name under which the provider's log shows it.
    pub name: Option<String>,
    /// Since when.
    pub from: Time,
    /// When it ended by itself.
    pub until: Time,
    /// What about it was not as it should be.
    pub notes: Vec<String>,
}

/// What people still owe, in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Owed {
    /// How many.
    pub open: usize,
    /// How many are overdue.
    pub overdue: usize,
}

/// A file of the record.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    /// Its path within the folder.
    pub path: String,
    /// Its digest.
    pub digest: Digest,
    /// What it is evidence of.
    pub about: Option<String>,
    /// When it was attached.
    pub at: Time,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Moment {
    /// The entry's number.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// By whom.
    pub actor: String,
    /// What.
    pub what: &'static str,
    /// About what.
    pub about: String,
    /// What was said; inside only.
    pub said: Option<String>,
}

/// What the record is checked with.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// How many entries it has.
    pub entries: u64,
    /// The hash of the last.
    pub head: Digest,
    /// Whether others may have written since: the place in which the incident is shared did not answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub behind: bool,
}
