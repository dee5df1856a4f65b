//! How fast a world answers, how late it tells, and how much it serves.
//!
//! Only says; whoever serves a request asks.

use std::collections::BTreeMap;

use crate::domain::{ActionId, Duration};

/// How fast and how true a world answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pace {
    /// The mean time that a request takes; each takes between half and one and a half of it.
    pub latency: Duration,
    /// How long a caller waits for an answer that does not come.
    pub deadline: Duration,
    /// How long until an event can be read.
    pub audit_lag: Duration,
    /// How long until an action's writes have reached every front end; at once where absent.
    pub propagation: BTreeMap<ActionId, Duration>,
    /// How many requests a second are served; any number where absent.
    pub requests_per_second: Option<u32>,
    /// How far the world's clock is ahead of ours.
    pub skew: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            deadline: Duration::from_secs(10),
            audit_lag: Duration::ZERO,
            propagation: BTreeMap::new(),
            requests_per_second: None,
            skew: Duration::ZERO,
        }
    }
}
