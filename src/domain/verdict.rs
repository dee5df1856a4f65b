//! The ladder of proof: requested, acknowledged, observed, probed-dead; beside it, settled.
//!
//! An accepted probe outranks every proof.

use serde::{Deserialize, Serialize};

use super::{Bound, Duration, Time, Why};

/// How far the proof got that a cut works.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// None.
    None,
    /// The call left.
    Requested,
    /// The provider said yes.
    Acknowledged,
    /// Reading back shows the effect.
    Observed,
    /// The credential itself was refused, again and again, until after the bound.
    ProbedDead {
        /// Refusals in a row.
        n: u32,
        /// With 99.9 % confidence fewer than this share of the provider's front ends still accept it.
        p: f64,
    },
}

impl Proof {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Requested => "requested",
            Self::Acknowledged => "acknowledged",
            Self::Observed => "observed",
            Self::ProbedDead { .. } => "probed-dead",
        }
    }
}

/// When an effect has reached everywhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Settles {
    /// The time at which the bound has passed.
    pub at: Time,
    /// Whether the bound is our assumption.
    pub assumed: bool,
}

impl Settles {
    /// The bound counted from the time of acting.
    #[must_use]
    pub fn after(acted: Time, bound: &Bound) -> Self {
        Self {
            at: acted.saturating_add(bound.within()).unwrap_or(Time::MAX),
            assumed: bound.is_assumed(),
        }
    }
}

/// Whether an effect has reached everywhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settled {
    /// Not yet.
    No,
    /// Yes, if our assumption about the bound holds.
    Assumed,
    /// Yes.
    Yes,
}

/// What is known about one cut.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// The proof reached.
    pub proof: Proof,
    /// When the credential was last accepted after the bound; outranks the proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alive_at: Option<Time>,
    /// When the effect has reached everywhere.
    pub settles: Settles,
    /// How the credential was tried, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probing: Option<Probing>,
}

/// A series of probes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Probing {
    /// The first probe.
    pub from: Time,
    /// The last probe.
    pub until: Time,
    /// How many were sent.
    pub sent: u32,
    /// How many were refused as dead.
    pub refused: u32,
    /// How many were accepted.
    pub accepted: u32,
    /// How many said nothing: throttled, network, unreadable.
    pub unclear: u32,
    /// Why the last ones said nothing, where that ended the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unclear_because: Option<Why>,
}

impl Verdict {
    /// Whether the credential was accepted when it should have been dead.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.alive_at.is_some()
    }

    /// Whether the effect was seen, by reading back or by probing, and nothing speaks against it.
    #[must_use]
    pub fn is_observed(&self) -> bool {
        !self.is_alive() && self.proof >= Proof::Observed
    }

    /// Whether the credential itself was tried and found dead.
    #[must_use]
    pub fn is_probed_dead(&self) -> bool {
        !self.is_alive() && matches!(self.proof, Proof::ProbedDead { .. })
    }

    /// Whether the effect has reached everywhere by `now`.
    #[must_use]
    pub fn settled(&self, now: Time) -> Settled {
        match (now >= self.settles.at, self.settles.assumed) {
            (false, _) => Settled::No,
            (true, true) => Settled::Assumed,
            (true, false) => Settled::Yes,
        }
    }

    /// The word for it: the proof's, or `alive`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is_alive() {
            "alive"
        } else {
            self.proof.word()
        }
    }
}

/// What one probe with the old credential found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Probe {
    /// The provider said that the credential is dead.
    Refused,
    /// It works.
    Accepted,
    /// It is authenticated, and not permitted: alive.
    Forbidden,
    /// This says nothing about the credential.
    Unclear(Why),
}

/// How many refusals in a row make the default claim: p < 5 % at 99.9 % confidence, (1-p)^n <= 0.001.
pub const REFUSALS: u32 = 135;
/// The share of front ends that the default claim speaks of.
pub const SHARE: f64 = 0.05;

/// How long between probes, so that [`REFUSALS`] of them span the bound and none comes faster than `least`.
#[must_use]
pub fn pace(bound: Duration, least: Duration) -> Duration {
    let spread = bound
        .checked_div(i32::try_from(REFUSALS).unwrap_or(i32::MAX))
        .unwrap_or(least);
    spread.max(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_refusals_supports_the_claim() {
        let luck = (1.0 - SHARE).powi(i32::try_from(REFUSALS).unwrap_or(0));
        assert!(luck <= 0.001, "{luck}");
        assert!((1.0 - SHARE).powi(i32::try_from(REFUSALS).unwrap_or(0) - 1) > 0.001);
    }

    #[test]
    fn an_accepted_probe_outranks_every_proof() {
        let settles = Settles {
            at: Time::UNIX_EPOCH,
            assumed: false,
        };
        let proof = Proof::ProbedDead { n: 135, p: SHARE };
        let verdict = Verdict {
            proof,
            alive_at: Some(Time::UNIX_EPOCH),
            settles,
            probing: None,
        };
        assert_eq!(verdict.word(), "alive");
        assert!(!verdict.is_observed() && !verdict.is_probed_dead());
    }
}
