//! Checksums that vendors put into their secrets: what tells a mistyped or made-up one without asking anybody.
//!
//! Which part of a secret is checked and how stands in its kind's pattern, as names of groups. Never keeps a secret.

use regex::Captures;

/// The group of a pattern that the checksum is of.
pub const CHECKED: &str = "checked";
/// The group that holds a CRC-32 in base 62, filled up with zeros: GitHub and npm,
/// <https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/>.
pub const BASE62: &str = "crc32_base62";
/// The group that holds a CRC-32 in base 36, filled up with zeros: GitLab's routable tokens,
/// <https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/>.
pub const BASE36: &str = "crc32_base36";

const DIGITS62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Whether a text carries the checksum that its form has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Checksum {
    /// It does.
    Right,
    /// The form has none that we know.
    Unknown,
    /// It does not: the text is mistyped, cut off or made up.
    Wrong,
}

impl Checksum {
    /// The word, as shown and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Unknown => "none",
            Self::Wrong => "wrong",
        }
    }

    /// Reads it from the groups that a pattern found.
    #[must_use]
    pub fn of(found: &Captures<'_>) -> Self {
        let Some(checked) = found.name(CHECKED) else {
            return Self::Unknown;
        };
        let said = [(BASE62, DIGITS62), (BASE36, DIGITS36)]
            .into_iter()
            .find_map(|(group, digits)| Some((found.name(group)?, digits)));
        let Some((said, digits)) = said else {
            return Self::Unknown;
        };
        let is = spell(crc32(checked.as_str().as_bytes()), digits, said.len());
        if is == said.as_str().as_bytes() {
            Self::Right
        } else {
            Self::Wrong
        }
    }
}

/// Whether a group's name says something about a checksum to us.
#[must_use]
pub fn is_known(group: &str) -> bool {
    [CHECKED, BASE62, BASE36].contains(&group)
}

/// The CRC-32 of IEEE 802.3, as zlib computes it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// A number in a base, at least so many digits long.
fn spell(mut number: u32, digits: &[u8], length: usize) -> Vec<u8> {
    let base = u32::try_from(digits.len()).unwrap_or(u32::MAX);
    let mut spelt = Vec::new();
    while number > 0 || spelt.len() < length {
        let digit = usize::try_from(number % base).unwrap_or_default();
        spelt.extend(digits.get(digit));
        number /= base;
    }
    spelt.reverse();
    spelt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str, text: &str) -> Option<Checksum> {
        let pattern = regex::Regex::new(pattern).ok()?;
        pattern.captures(text).map(|found| Checksum::of(&found))
    }

    #[test]
    fn the_published_check_value_of_the_crc_comes_out() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_checksum_is_right_wrong_or_not_there() {
        // Made up by secretlint, as an example of the form that npm shares with GitHub.
        let npm = "^npm_(?P<checked>[A-Za-z0-9]{30})(?P<crc32_base62>[A-Za-z0-9]{6})$";
        let right = "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";
        assert_eq!(of(npm, right), Some(Checksum::Right));
        let mistyped = right.replace("Mff", "MfF");
        assert_eq!(of(npm, &mistyped), Some(Checksum::Wrong));
        assert_eq!(
            of("^npm_([A-Za-z0-9]{36})$", right),
            Some(Checksum::Unknown)
        );
        // The shortest example of GitLab's design document.
        let gitlab = r"^(?P<checked>[A-Za-z0-9_-]+\.[0-9a-z]{2})(?P<crc32_base36>[0-9a-z]{7})$";
        let right = "bzoxd_Rb5_cHeWe1JH56wr2FCBA.0r1pum4t4";
        assert_eq!(of(gitlab, right), Some(Checksum::Right));
        assert_eq!(
            of(gitlab, &right.replace("56", "65")),
            Some(Checksum::Wrong)
        );
    }
}
