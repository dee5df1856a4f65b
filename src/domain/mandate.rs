//! By whose authority, for what, until when: typed confirmation, approval and standing authorisation in one shape.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::bug::{self, Bug};
use super::{Digest, Duration, ItemKey, KindId, Locator, Relation, Rung, Tier, Time};

/// Authority for certain items until a certain time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Mandate {
    /// Who gave it; `solo` where no people are configured, `unattended` without a terminal.
    pub by: String,
    /// How it was given: `prompt`, `--yes`, `--confirm`.
    pub how: String,
    /// For what.
    pub scope: Scope,
    /// The highest tier it covers.
    pub tier: Tier,
    /// Until when.
    pub until: Time,
    /// What makes it one of a kind.
    pub nonce: String,
    /// The signature behind it, where it was signed and not typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
}

/// The signature behind an answer; both files stand in the incident's folder.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Signed {
    /// The key's fingerprint, `SHA256:…`.
    pub key: String,
    /// The digest of the document that was signed.
    pub document: Digest,
}

/// The authority that something was cleared on, as it was known then: what takes any of it away leaves none of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Basis {
    /// How often authority had been taken away.
    pub taken: u64,
    /// The end of what ends first.
    pub until: Time,
}

impl Basis {
    /// Whether it still holds, where authority was taken away so often and the latest time is this.
    #[must_use]
    pub fn holds(self, taken: u64, latest: Time) -> bool {
        self.taken == taken && (latest < self.until || bug::is_planted(Bug::AuthorityNeverEnds))
    }

    /// What holds where both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            taken: self.taken.min(other.taken),
            until: self.until.min(other.until),
        }
    }
}

/// What people are asked to sign, and what they sign, as canonical JSON.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What this is, with its version: [`DOCUMENT`].
    pub contain: String,
    /// The incident.
    pub incident: String,
    /// The digest of the plan: all that would be done, to what, and by what it is taken back.
    pub plan: Digest,
    /// The items that are meant; all of the plan where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<BTreeSet<ItemKey>>,
    /// The highest tier among them.
    pub tier: Tier,
    /// Who asks: the operator, and the person behind every account in use.
    pub requested_by: Vec<String>,
    /// Until when an approval counts.
    pub until: Time,
    /// What makes the request one of a kind.
    pub nonce: String,
    /// The answer.
    pub answer: Answer,
    /// Why, in the signer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a document says that it is.
pub const DOCUMENT: &str = "mandate 1";

/// What whoever is asked says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It may be done.
    Approve,
    /// It must not be done; final for these items in this run.
    Deny,
}

/// What the circumstances of an incident allow one person to do that otherwise takes two, until it is reviewed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A major incident: responders cut reversibly on their own word, whatever the tier.
    MajorIncident,
    /// Nobody else can be reached: one person cuts whatever there is, by the code of each plan.
    BreakGlass,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::MajorIncident, Self::BreakGlass];

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::MajorIncident => "major-incident",
            Self::BreakGlass => "break-glass",
        }
    }

    /// How long it lasts at most.
    #[must_use]
    pub fn lasts(self) -> Duration {
        match self {
            Self::MajorIncident => Duration::from_hours(24),
            Self::BreakGlass => Duration::from_hours(1),
        }
    }
}

/// A mode that somebody declared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Declared {
    /// What.
    pub mode: Mode,
    /// Who declared it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When it ends by itself.
    pub until: Time,
    /// By what it is reviewed.
    pub nonce: String,
}

/// Something that one person did and another one has to look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreviewed {
    /// By what it is named in a review: the nonce of a mandate or of a mode.
    pub id: String,
    /// What it is.
    pub what: String,
    /// Who did it; somebody else reviews it.
    pub by: String,
    /// By when.
    pub due: Time,
}

/// As much of a nonce as commands take for all of it, and tells it from every other.
#[must_use]
pub fn short(nonce: &str) -> &str {
    nonce.get(..24).unwrap_or(nonce)
}

/// A denial that somebody signed.
#[derive(Clone, PartialEq, Debug)]
pub struct Veto {
    /// The run.
    pub run: u32,
    /// The items.
    pub items: BTreeSet<ItemKey>,
    /// Who denied.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What a mandate covers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// These items of this plan.
    Exact {
        /// The plan's digest.
        plan: Digest,
        /// The items; each may be begun once.
        items: BTreeSet<ItemKey>,
    },
    /// Further reversible cuts of one run, on its subjects and on what hangs on them in these ways.
    Reach {
        /// The run.
        run: u32,
        /// The relations: what is held, minted and entered, and what the operator included.
        relations: BTreeSet<Relation>,
        /// The subjects.
        subjects: BTreeSet<Locator>,
        /// The rungs.
        rungs: BTreeSet<Rung>,
        /// How many items at most.
        at_most: u32,
    },
    /// What was authorised ahead, for whom: reversible cuts of these kinds. It stands beside an operator's own word.
    Standing {
        /// What the authorisation is called.
        id: String,
        /// Who may use it, by name.
        of: BTreeSet<String>,
        /// The kinds.
        kinds: BTreeSet<KindId>,
        /// The rungs.
        rungs: BTreeSet<Rung>,
        /// How many items of one incident at most; every incident counts anew.
        at_most: u32,
    },
}
