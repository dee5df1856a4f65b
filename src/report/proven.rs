//! By what each action was proven, as the tests say.
//!
//! The list is generated from the test sources, and a test keeps it fresh. Never says more than a test names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::domain::ActionId;

/// How far a proof goes, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Sort {
    /// A server that does what it is told, and shows it.
    Server,
    /// A program that holds requests against the vendor's description, and does nothing.
    Validator,
    /// The vendor's description, as our tests read it.
    Contract,
    /// Nobody but us: recorded or hand-made answers.
    NotYet,
}

impl Sort {
    /// The words of it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Server => "real server",
            Self::Validator => "validator",
            Self::Contract => "contract",
            Self::NotYet => "not yet",
        }
    }
}

/// What an action was proven against, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proven {
    /// AWS, as far as somebody built it again; it enforces what it is told.
    Ministack,
    /// AWS once more, which enforces in part.
    Moto,
    /// PostgreSQL itself.
    Postgres,
    /// Redis itself.
    Redis,
    /// An authorisation server of OAuth and OpenID Connect.
    Oidc,
    /// Prism, on the vendor's OpenAPI description.
    Prism,
    /// The vendor's published description of its API, read by our own tests.
    Contract,
    /// Recorded or hand-made answers, labelled as such.
    Fixtures,
}

impl Proven {
    /// All of them, strongest first; each is also the name of the tests that prove by it.
    pub const ALL: [Self; 8] = [
        Self::Ministack,
        Self::Moto,
        Self::Postgres,
        Self::Redis,
        Self::Oidc,
        Self::Prism,
        Self::Contract,
        Self::Fixtures,
    ];

    /// The word, as tests and JSON have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ministack => "ministack",
            Self::Moto => "moto",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Oidc => "oidc",
            Self::Prism => "prism",
            Self::Contract => "contract",
            Self::Fixtures => "fixtures",
        }
    }

    /// How far it goes.
    #[must_use]
    pub fn sort(self) -> Sort {
        match self {
            Self::Ministack | Self::Moto | Self::Postgres | Self::Redis | Self::Oidc => {
                Sort::Server
            }
            Self::Prism => Sort::Validator,
            Self::Contract => Sort::Contract,
            Self::Fixtures => Sort::NotYet,
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Ministack => "MiniStack",
            Self::Moto => "moto, which enforces in part",
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
            Self::Oidc => "oidc-provider",
            Self::Prism => "Prism on the vendor's OpenAPI",
            Self::Contract => "the vendor's published description",
            Self::Fixtures => "recorded conversations alone",
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

/// How far the strongest proof of an action goes.
#[must_use]
pub fn sort(by: &[Proven]) -> Sort {
    let sorts = by.iter().map(|one| one.sort());
    sorts.min().unwrap_or(Sort::NotYet)
}

/// The same in words: the sort of the strongest, and each of that sort.
#[must_use]
pub fn said(by: &[Proven]) -> String {
    let sort = sort(by);
    let all = by.iter().filter(|one| one.sort() == sort);
    let all: Vec<&str> = all.map(|one| one.said()).collect();
    match all.is_empty() {
        true => "not yet (simulated world alone)".to_owned(),
        false => format!("{} ({})", sort.word(), all.join("; ")),
    }
}

/// How far the proofs of several actions go, each counted by its strongest: `real server 3, contract 1`.
#[must_use]
pub fn tally<'a>(all: impl Iterator<Item = &'a [Proven]>) -> String {
    let mut counts: BTreeMap<Sort, usize> = BTreeMap::new();
    for by in all {
        *counts.entry(sort(by)).or_default() += 1;
    }
    let counts = counts.iter();
    let words: Vec<String> = counts
        .map(|(sort, count)| format!("{} {count}", sort.word()))
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_proof_is_the_one_that_is_told() {
        for (by, wanted) in [
            (&[][..], "not yet (simulated world alone)"),
            (
                &[Proven::Fixtures],
                "not yet (recorded conversations alone)",
            ),
            (
                &[Proven::Prism, Proven::Fixtures],
                "validator (Prism on the vendor's OpenAPI)",
            ),
            (
                &[Proven::Ministack, Proven::Moto, Proven::Contract],
                "real server (MiniStack; moto, which enforces in part)",
            ),
        ] {
            assert_eq!(said(by), wanted);
        }
        let all: [&[Proven]; 3] = [&[], &[Proven::Moto], &[Proven::Fixtures]];
        assert_eq!(tally(all.into_iter()), "real server 1, not yet 2");
        assert!(Proven::ALL.windows(2).all(|two| two.first() < two.last()));
        assert!(
            Proven::ALL
                .windows(2)
                .all(|two| two.first().map(|one| one.sort()) <= two.last().map(|one| one.sort()))
        );
    }
}
