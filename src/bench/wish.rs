//! What is asked of one session of the tool, and how it ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::stage::around;
use super::{name, playbook, policy, shipped};
use crate::converge::{Answer, End, Error, Limit};
use crate::domain::mandate::Mandate;
use crate::domain::{Clock, Locator, Relation, Time};
use crate::estate::Estate;
use crate::gate::{Circumstances, Confirmation, Policy};
use crate::plan::branch::Guarded;
use crate::plan::cap::Caps;
use crate::plan::restore::Wanted;
use crate::playbook::Playbook;
use crate::report::standing::Outcome as Said;

/// What is asked of one session of the tool.
#[derive(Clone)]
pub struct Wish {
    /// The run.
    pub run: u32,
    /// What the operator typed.
    pub verb: &'static str,
    /// What the operator named.
    pub subjects: Vec<Locator>,
    /// How far it goes.
    pub limit: Limit,
    /// Whether the subjects' secrets are at hand.
    pub secrets: bool,
    /// Whether what is found later needs a word of its own.
    pub exact: bool,
    /// What the operator answers.
    pub answer: Answer,
    /// The policies.
    pub policy: &'static Policy,
    /// The tool's own clock, where it is not the world's.
    pub clock: Option<Clock>,
    /// Whether everything under way ends at once when the journal is lost, as with SIGKILL.
    pub drops: bool,
    /// Authority that is in the journal before the run begins.
    pub granted: Vec<Mandate>,
    /// The playbook.
    pub playbook: &'static Playbook,
    /// What its inputs are given.
    pub inputs: BTreeMap<String, Value>,
    /// What else belongs to the set.
    pub include: Vec<Relation>,
    /// What the workspace protects.
    pub protected: Vec<Locator>,
    /// How much of what was only discovered is cut before somebody is asked for more.
    pub caps: Caps,
    /// What else has to stay in reach.
    pub guarded: Vec<Guarded>,
    /// The start of the window, where it is not the scenario's.
    pub since: Option<Time>,
    /// Who operates, among whom.
    pub around: Circumstances,
    /// Who owns what.
    pub estate: Option<Arc<Estate>>,
    /// The identities of the estate that the operator named.
    pub identities: Vec<String>,
    /// Whose signatures do not count.
    pub revoked: Vec<String>,
}

impl Wish {
    /// To isolate the leaked key.
    pub fn isolate(limit: Limit) -> Self {
        Self {
            run: 1,
            verb: "isolate",
            subjects: vec![name("access-key/LEAKED")],
            limit,
            secrets: true,
            exact: false,
            answer: Answer::Yes(Confirmation::Yes),
            policy: policy(),
            clock: None,
            drops: false,
            granted: Vec::new(),
            playbook: playbook(),
            inputs: BTreeMap::from([("review".to_owned(), Value::from("PT4H"))]),
            include: Vec::new(),
            protected: Vec::new(),
            caps: Caps::default(),
            guarded: Vec::new(),
            since: None,
            around: around(),
            estate: None,
            identities: Vec::new(),
            revoked: Vec::new(),
        }
    }

    /// To isolate the leaked key, and to stay until it is contained.
    pub fn contained() -> Self {
        Self::isolate(Limit::Contained)
    }

    /// The same at a provider, whatever is irreversible included.
    pub(super) fn contained_at(provider: &str) -> Self {
        Self {
            playbook: shipped("isolate", provider),
            answer: Answer::Yes(if provider == super::saas::NAME {
                Confirmation::Code
            } else {
                Confirmation::Yes
            }),
            ..Self::contained()
        }
    }

    /// To give back, these above all.
    pub fn restore(run: u32, named: &[Locator]) -> Self {
        let named = named.to_vec();
        Self::give_back(
            run,
            Wanted {
                named,
                ..Wanted::default()
            },
        )
    }

    /// To give back what is wanted.
    pub fn give_back(run: u32, wanted: Wanted) -> Self {
        Self {
            run,
            verb: "restore",
            secrets: false,
            exact: true,
            answer: Answer::Yes(Confirmation::Code),
            ..Self::isolate(Limit::Restore(wanted))
        }
    }

    /// The same, and everything under way ends with the journal.
    pub fn dropped(self, drops: bool) -> Self {
        Self { drops, ..self }
    }
}

/// How one session of the tool ended.
#[derive(Debug)]
pub enum Ended {
    /// It came to an end.
    Well(Box<End>),
    /// It could not go on, and said so.
    Broke(Error),
    /// The process ended.
    Killed,
}

impl Ended {
    /// The end; stops where there is none.
    pub fn end(self) -> End {
        match self {
            Self::Well(end) => *end,
            other @ (Self::Broke(_) | Self::Killed) => panic!("{other:?}"),
        }
    }

    /// What was said at the end.
    pub fn said(self) -> Said {
        self.end().standing.outcome
    }

    /// Whether it came to an end.
    pub fn is_well(&self) -> bool {
        matches!(self, Self::Well(_))
    }
}
