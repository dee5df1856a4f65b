//! Reasons: a closed kind that decides, and a text that only informs.
//!
//! The text may come from a provider: it is data, and it is made safe before a person sees it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What sort of reason this is; decisions look at this and never at the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// The thing does not exist.
    Missing,
    /// The name means more than one thing.
    Ambiguous,
    /// The name belongs to another account than the one we act in.
    Foreign,
    /// The name or the input is malformed, or its kind is unknown.
    Invalid,
    /// Our own credentials are absent, expired or refused.
    Unauthenticated,
    /// We are known, and not permitted.
    Denied,
    /// Too many requests.
    Throttled,
    /// The provider was not reached, or answered that it cannot serve.
    Unavailable,
    /// No answer came within the deadline.
    Timeout,
    /// The answer could not be understood.
    Garbled,
    /// The provider says that it has no such operation.
    NotImplemented,
    /// A rule of ours forbids it.
    Forbidden,
    /// The present state does not allow it.
    Conflict,
}

impl Because {
    /// Whether asking again later may be answered otherwise, with nobody doing anything.
    #[must_use]
    pub fn may_pass(self) -> bool {
        match self {
            Self::Throttled | Self::Unavailable | Self::Timeout | Self::Garbled => true,
            Self::Missing
            | Self::Ambiguous
            | Self::Foreign
            | Self::Invalid
            | Self::Unauthenticated
            | Self::Denied
            | Self::NotImplemented
            | Self::Forbidden
            | Self::Conflict => false,
        }
    }
}

/// A reason.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Why {
    /// What sort of reason.
    pub because: Because,
    /// One line for people; raw, so [`plain`] it before printing.
    pub text: String,
    /// Whether it was said to the credential that leaked, as nothing of ours was sent.
    #[serde(default, skip_serializing_if = "super::item::is_false")]
    pub to_itself: bool,
}

impl Why {
    /// Builds a reason.
    #[must_use]
    pub fn new(because: Because, text: impl Into<String>) -> Self {
        Self {
            because,
            text: text.into(),
            to_itself: false,
        }
    }

    /// The same, said to the credential that leaked where this is true.
    #[must_use]
    pub fn to_itself(self, to_itself: bool) -> Self {
        Self { to_itself, ..self }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(&self.text))
    }
}

impl std::error::Error for Why {}

/// Tells whether a character changes how others are shown: bidi controls, zero-width, line separators.
#[must_use]
pub fn repaints(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Makes text from outside safe to print on one line: every control and repainting character is shown escaped.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut safe, c| {
            if c.is_control() || repaints(c) {
                safe.extend(c.escape_unicode());
            } else {
                safe.push(c);
            }
            safe
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_the_cursor_survives() {
        let evil = "ok\u{1b}[2J\u{9b}31m\r\nfine\u{202e}gnp\u{200b}\u{7}";
        let safe = plain(evil);
        assert!(
            !safe.chars().any(|c| c.is_control() || repaints(c)),
            "{safe}"
        );
        assert!(safe.starts_with("ok\\u{1b}[2J"));
        assert_eq!(plain("naïve 名前"), "naïve 名前");
    }
}
