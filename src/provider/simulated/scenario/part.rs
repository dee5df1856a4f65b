//! The parts of a drill file that describe things: what exists, what hangs on what, what was done, what is expected.
//!
//! Data alone.

use serde::Deserialize;

use crate::domain::{Changed, Fields, Locator, Relation, Time};
use crate::provider::simulated::weather::Length;

/// Who acts at a further provider; both exist in the world.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// The provider.
    pub provider: String,
    /// Our credential there.
    pub credential: Locator,
    /// Its principal.
    pub principal: Locator,
}

/// A thing that exists before the drill.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thing {
    /// Its name.
    pub locator: Locator,
    /// What observing it answers; `created` and `last_used` come from `age` and `used`.
    #[serde(default)]
    pub fields: Fields,
    /// The principal that holds it.
    #[serde(default)]
    pub held_by: Option<Locator>,
    /// What minted it.
    #[serde(default)]
    pub issuer: Option<Locator>,
    /// When it was issued; or say `age`.
    #[serde(default)]
    pub issued_at: Option<Time>,
    /// How long before the start it was issued.
    #[serde(default)]
    pub age: Option<Length>,
    /// How long before the start it was last used.
    #[serde(default)]
    pub used: Option<Length>,
    /// When it lapses; or say `lasts`. Absent both: its kind's lifetime after it was issued.
    #[serde(default)]
    pub expires: Option<Time>,
    /// How long after the start it lapses.
    #[serde(default)]
    pub lasts: Option<Length>,
    /// Whether it can be tried with its simulated secret, `sim-secret-<id>`.
    #[serde(default)]
    pub secret: bool,
    /// The credential that lies in it, where it is a place that consumers read.
    #[serde(default)]
    pub holds: Option<Locator>,
    /// The place that it takes its credential from, where it is a consumer.
    #[serde(default)]
    pub reads: Option<Locator>,
    /// How long after a delivery a consumer begins to use what was delivered.
    #[serde(default)]
    pub reads_after: Length,
    /// What it may do, where it is a principal.
    #[serde(default)]
    pub grants: Vec<Permit>,
    /// What it stands on beside its holder: group, policy, trust, boundary, identity provider.
    #[serde(default)]
    pub stands_on: Vec<Locator>,
}

/// What a principal may do at one service.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permit {
    /// The service.
    pub service: String,
    /// The operations.
    pub actions: Vec<String>,
    /// Whether on everything there.
    #[serde(default)]
    pub everywhere: bool,
    /// How long before the start it last used the service; absent: never.
    #[serde(default)]
    pub used: Option<Length>,
}

/// A relation between things.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What reaches.
    pub from: Locator,
    /// What is reached.
    pub to: Locator,
    /// How.
    pub relation: Relation,
    /// Why an inventory would believe it.
    #[serde(default)]
    pub evidence: String,
    /// How long before the start it happened; absent for what is seen in configuration, at once.
    #[serde(default)]
    pub ago: Option<Length>,
}

/// An event before the drill.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// With what it was done.
    pub who: Locator,
    /// When; or say `ago`.
    #[serde(default)]
    pub at: Option<Time>,
    /// How long before the start.
    #[serde(default)]
    pub ago: Option<Length>,
    /// Its name in the audit log.
    pub event: String,
    /// From where.
    #[serde(default)]
    pub source_ip: Option<String>,
    /// By which program.
    #[serde(default)]
    pub user_agent: Option<String>,
    /// Whether it was permitted.
    #[serde(default = "yes")]
    pub accepted: bool,
    /// What it made.
    #[serde(default)]
    pub made: Option<Locator>,
    /// The fields that it wrote; they are among the nodes as it left them.
    #[serde(default)]
    pub changed: Vec<Changed>,
}

fn yes() -> bool {
    true
}

/// What is true at the end.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The outcome that the tool must say.
    pub outcome: String,
    /// What the world must refuse.
    #[serde(default)]
    pub dead: Vec<Locator>,
    /// What the world must accept.
    #[serde(default)]
    pub alive: Vec<Locator>,
    /// The places that must hold a credential made by contain, which the world must accept.
    #[serde(default)]
    pub renewed: Vec<Locator>,
}
