//! What was observed of a target, and when: the stuff of receipts and read-backs.
//!
//! Never holds a secret: providers put only configuration in here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Locator, Time, Why};

/// What a target's fields hold, by name.
///
/// By convention `principal` holds the locator of the account that policies attach to, `created` and `last_used`
/// times, `longest_session` the longest life (ISO 8601) of what can be issued from it, and `power` a rank among things of
/// its kind: the higher, the more it can do.
pub type Fields = BTreeMap<String, Value>;

/// One observation of one target.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// What was looked at.
    pub target: Locator,
    /// When, by our clock.
    pub at: Time,
    /// What was found.
    pub fact: Fact,
}

/// What an observation found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// It exists, and its fields hold this.
    Present(Fields),
    /// It does not exist, and the owning account is confirmed.
    Gone,
    /// It could not be read.
    Unreadable(Why),
}

/// The fact that ranks a thing among those of its kind.
pub const POWER: &str = "power";

/// The fact that a credential itself was seen to work: a later refusal of the same value means that it died.
pub const WAS_ALIVE: &str = "was_alive";

/// The facts that show a use: of a credential, or of the place where its consumers read it.
const USES: [&str; 2] = ["last_used", "last_accessed"];

impl Seen {
    /// Whether fields of this sort say when the thing was used.
    #[must_use]
    pub fn tells_use(fields: &Fields) -> bool {
        USES.iter().any(|field| fields.contains_key(*field))
    }

    /// The first fact that shows a use after `since`, by its name, with the time.
    #[must_use]
    pub fn used_after(&self, since: Time) -> Option<(&'static str, Time)> {
        USES.into_iter().find_map(|field| {
            let at: Time = self.text(field)?.parse().ok()?;
            (at > since).then_some((field, at))
        })
    }

    /// The fields, where the target is present.
    #[must_use]
    pub fn fields(&self) -> Option<&Fields> {
        match &self.fact {
            Fact::Present(fields) => Some(fields),
            Fact::Gone | Fact::Unreadable(_) => None,
        }
    }

    /// Why it could not be read, where reading it later may be answered otherwise.
    #[must_use]
    pub fn hidden_for_now(&self) -> Option<&Why> {
        match &self.fact {
            Fact::Unreadable(why) => Some(why).filter(|why| why.because.may_pass()),
            Fact::Present(_) | Fact::Gone => None,
        }
    }

    /// A text field.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields()?.get(field)?.as_str()
    }

    /// The principal that policies attach to, where the provider said.
    #[must_use]
    pub fn principal(&self) -> Option<Locator> {
        self.text("principal")?.parse().ok()
    }
}
