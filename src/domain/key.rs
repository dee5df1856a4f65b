//! What an item is called: its phase, its step, what it is made for; and which of its lives is meant.
//!
//! The same in every round, so that what one round did is found by the next.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Locator;

/// The four phases, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Cut what is known.
    Isolate,
    /// Find what else there is, and cut it.
    Inventory,
    /// Find out whether it worked and why it happened.
    Validate,
    /// Give back and replace.
    Reissue,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 4] = [
        Self::Isolate,
        Self::Inventory,
        Self::Validate,
        Self::Reissue,
    ];

    /// The word, as written in playbooks.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Isolate => "isolate",
            Self::Inventory => "inventory",
            Self::Validate => "validate",
            Self::Reissue => "reissue",
        }
    }
}

/// What an item is called in every round: `phase/step[each]@subject`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemKey {
    /// The phase.
    pub phase: Phase,
    /// The step's id.
    pub step: String,
    /// The key within a `for_each`.
    pub each: Option<String>,
    /// The subject, where the step exists once per subject.
    pub subject: Option<Locator>,
}

impl ItemKey {
    /// The step in words, with the subject that it is about where it is about one.
    #[must_use]
    pub fn about(&self) -> String {
        match &self.subject {
            Some(subject) => format!("{} of {subject}", self.step),
            None => self.step.clone(),
        }
    }

    /// Whether it is an item of what another key means: of the same step, for the same subject where both have one, and
    /// the same element where the other names one.
    #[must_use]
    pub fn is_of(&self, needed: &Self) -> bool {
        let alike = |one: &Option<Locator>, two: &Option<Locator>| {
            one.is_none() || two.is_none() || one == two
        };
        self.phase == needed.phase
            && self.step == needed.step
            && (needed.each.is_none() || self.each == needed.each)
            && alike(&self.subject, &needed.subject)
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.phase.word(), self.step)?;
        if let Some(each) = &self.each {
            write!(f, "[{each}]")?;
        }
        if let Some(subject) = &self.subject {
            write!(f, "@{subject}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ItemKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refusal = || format!("`{text}` is no item key; write <phase>/<step>[each]@<subject>");
        let (phase, rest) = text.split_once('/').ok_or_else(refusal)?;
        let phase = Phase::ALL
            .into_iter()
            .find(|known| known.word() == phase)
            .ok_or_else(refusal)?;
        let end = rest.find(['[', '@']).unwrap_or(rest.len());
        let (step, rest) = rest.split_at_checked(end).ok_or_else(refusal)?;
        let (each, rest) = match rest.strip_prefix('[') {
            Some(inner) => {
                let close = inner
                    .rfind("]@")
                    .or_else(|| inner.strip_suffix(']').map(str::len))
                    .ok_or_else(refusal)?;
                let (each, rest) = inner.split_at_checked(close).ok_or_else(refusal)?;
                (
                    Some(each.to_owned()),
                    rest.strip_prefix(']').ok_or_else(refusal)?,
                )
            }
            None => (None, rest),
        };
        let subject = match rest.strip_prefix('@') {
            Some(subject) => Some(subject.parse().map_err(|_| refusal())?),
            None if rest.is_empty() => None,
            None => return Err(refusal()),
        };
        if step.is_empty() {
            Err(refusal())
        } else {
            Ok(Self {
                phase,
                step: step.to_owned(),
                each,
                subject,
            })
        }
    }
}

impl TryFrom<String> for ItemKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ItemKey> for String {
    fn from(key: ItemKey) -> Self {
        key.to_string()
    }
}

/// One life of an item.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
pub struct ItemRef {
    /// The run.
    pub run: u32,
    /// The round within the run, from 1.
    pub round: u32,
    /// The item.
    pub key: ItemKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_key_survives_writing_and_reading() {
        for text in [
            "isolate/stop",
            "isolate/stop@aws:access-key/AKIA@123456789012",
            "inventory/end[aws:role/a@1]@aws:user/b@1",
            "inventory/end[x]",
        ] {
            assert_eq!(
                text.parse::<ItemKey>()
                    .map(|key| key.to_string())
                    .as_deref(),
                Ok(text)
            );
        }
        for text in [
            "stop",
            "nothing/stop",
            "isolate/",
            "isolate/a[b",
            "isolate/a@b",
        ] {
            assert!(text.parse::<ItemKey>().is_err(), "{text}");
        }
    }
}
