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

/// What a field holds of which its provider could not tell what it holds.
pub const UNKNOWN: &str = "unknown";

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

    /// Why it does not tell whether what these fields hold was written, where it does not: it could not be read, or of one
    /// of them the provider could not tell what it holds ([`UNKNOWN`]).
    #[must_use]
    pub fn untold<'a>(&self, mut fields: impl Iterator<Item = &'a str>) -> Option<String> {
        match &self.fact {
            Fact::Unreadable(why) => Some(why.to_string()),
            Fact::Present(seen) => {
                let field = fields.find(|field| self.text(field) == Some(UNKNOWN))?;
                let note = seen.get("note").and_then(Value::as_str);
                Some(note.map_or_else(|| format!("`{field}` is unknown"), str::to_owned))
            }
            Fact::Gone => None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Because;

    #[test]
    fn a_look_that_tells_nothing_says_why() {
        let untold = |fact: Fact| {
            let target = "acme:key/k-1@a-1".parse();
            let seen = Seen {
                target: target.unwrap_or_else(|_| unreachable!()),
                at: Time::MIN,
                fact,
            };
            seen.untold(["active"].into_iter())
        };
        let fields = |text: &str, note: Option<&str>| {
            let note = note.map(|note| ("note".to_owned(), note.into()));
            let active = ("active".to_owned(), text.into());
            Fact::Present([active].into_iter().chain(note).collect())
        };
        assert_eq!(untold(Fact::Gone), None);
        assert_eq!(untold(fields("yes", Some("seen"))), None);
        assert_eq!(
            untold(fields(UNKNOWN, Some("nobody asked"))).as_deref(),
            Some("nobody asked")
        );
        assert_eq!(
            untold(fields(UNKNOWN, None)).as_deref(),
            Some("`active` is unknown")
        );
        let why = Why::new(Because::Garbled, "Acme answered 200");
        assert!(untold(Fact::Unreadable(why)).is_some_and(|why| why.contains("answered 200")));
    }
}
