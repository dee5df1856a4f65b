//! The id of an action: the provider's name, and what is done to what.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The id of an action, `<provider>.<verb>-<noun>`, e.g. `aws.deactivate-access-key`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ActionId(Arc<str>);

impl ActionId {
    /// The provider's name.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.0.split_once('.').map_or("", |(provider, _)| provider)
    }
}

impl FromStr for ActionId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match text.split_once('.') {
            Some((provider, verb)) if lower(provider) && lower(verb) && verb.contains('-') => {
                Ok(Self(text.into()))
            }
            _ => Err(format!(
                "`{text}` is no action; write <provider>.<verb>-<noun>, e.g. aws.deactivate-access-key"
            )),
        }
    }
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ActionId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ActionId> for String {
    fn from(id: ActionId) -> Self {
        id.0.as_ref().to_owned()
    }
}
