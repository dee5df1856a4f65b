//! By what each action was proven, as the tests say.
//!
//! The list is generated from the test sources, and a test keeps it fresh. Never says more than a test names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::domain::ActionId;

/// What an action was proven against, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proven {
    /// A server that enforces what it is told.
    Ministack,
    /// The database itself.
    Postgres,
    /// The store itself.
    Redis,
    /// An authorization server of a library that is in use.
    Oidc,
    /// A second server, for the form of requests and answers.
    Moto,
    /// Recorded or hand-made answers, labelled as such.
    Fixtures,
    /// The vendor's published description of its API.
    Contract,
}

impl Proven {
    /// All of them, strongest first; each is also the name of the tests that prove by it.
    pub const ALL: [Self; 7] = [
        Self::Ministack,
        Self::Postgres,
        Self::Redis,
        Self::Oidc,
        Self::Moto,
        Self::Fixtures,
        Self::Contract,
    ];

    /// The word, as tests and JSON have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ministack => "ministack",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Oidc => "oidc",
            Self::Moto => "moto",
            Self::Fixtures => "fixtures",
            Self::Contract => "contract",
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Ministack => "MiniStack, a server that enforces",
            Self::Postgres => "PostgreSQL itself",
            Self::Redis => "Redis itself",
            Self::Oidc => "oidc-provider, a server that enforces",
            Self::Moto => "moto, second opinion",
            Self::Fixtures => "labelled fixtures",
            Self::Contract => "the vendor's published contract",
        }
    }
}

static LIST: LazyLock<BTreeMap<String, Vec<Proven>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("proven.json")).unwrap_or_default());

/// By what an action was proven; empty where the simulated world alone has it.
#[must_use]
pub fn by(action: &ActionId) -> &'static [Proven] {
    LIST.get(&action.to_string()).map_or(&[], Vec::as_slice)
}

/// The same in words.
#[must_use]
pub fn said(by: &[Proven]) -> String {
    if by.is_empty() {
        return "no server yet; simulated world only".to_owned();
    }
    let words: Vec<&str> = by.iter().map(|one| one.said()).collect();
    words.join("; ")
}
