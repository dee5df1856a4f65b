//! Tokens by their text: which form, where its checksum stands, and the digest under which GitHub's audit log tells it.
//!
//! Offline. Never keeps or shows a token.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regex::Regex;
use sha2::{Digest as _, Sha256};

use crate::domain::{KindId, Pattern};

/// The form of a token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Form {
    /// `ghr_`: gets new tokens of a user, once.
    Refresh,
    /// `ghs_`: of an app's installation.
    Installation,
    /// `ghu_`: of a user, for an app.
    User,
    /// `github_pat_`: fine-grained, of a user.
    FineGrained,
    /// `gho_`: of a user, for an OAuth app.
    OAuth,
    /// `ghp_`: classic, of a user.
    Classic,
}

/// What texts of each form look like. The checksum is the CRC-32 of what stands before it, in base 62 (GitHub Engineering,
/// "Behind GitHub's new authentication token formats"); what a fine-grained token's is taken over is not published, nor
/// that of installation tokens with a payload.
const FORMS: [(Form, &str); 7] = [
    (
        Form::Classic,
        "^ghp_(?P<checked>[A-Za-z0-9]{30})(?P<crc32_base62>[A-Za-z0-9]{6})$",
    ),
    (
        Form::OAuth,
        "^gho_(?P<checked>[A-Za-z0-9]{30})(?P<crc32_base62>[A-Za-z0-9]{6})$",
    ),
    (
        Form::User,
        "^ghu_(?P<checked>[A-Za-z0-9]{30})(?P<crc32_base62>[A-Za-z0-9]{6})$",
    ),
    (
        Form::Refresh,
        "^ghr_(?P<checked>[A-Za-z0-9]{70})(?P<crc32_base62>[A-Za-z0-9]{6})$",
    ),
    (
        Form::FineGrained,
        "^github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}$",
    ),
    (
        Form::Installation,
        "^ghs_(?P<checked>[A-Za-z0-9]{30})(?P<crc32_base62>[A-Za-z0-9]{6})$",
    ),
    (Form::Installation, "^ghs_[A-Za-z0-9_.-]{40,1000}$"),
];

impl Form {
    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Classic => "classic personal access token",
            Self::OAuth => "OAuth app token",
            Self::User => "user access token of an app",
            Self::FineGrained => "fine-grained personal access token",
            Self::Refresh => "refresh token",
            Self::Installation => "installation token",
        }
    }

    /// Whether an API call can be made with it: a refresh token is only ever exchanged, and is used up by that.
    #[must_use]
    pub fn calls(self) -> bool {
        self != Self::Refresh
    }

    /// How much a token of this form can do at most, as a rank: a classic one has scopes over everything of its owner, a
    /// fine-grained one what was chosen, one of an app what the app has.
    #[must_use]
    pub fn power(self) -> u8 {
        match self {
            Self::Classic => 5,
            Self::OAuth => 4,
            Self::FineGrained => 3,
            Self::User | Self::Installation => 2,
            Self::Refresh => 1,
        }
    }

    /// The noun of its kind.
    fn noun(self) -> &'static str {
        match self {
            Self::Installation => "installation-token",
            Self::Classic | Self::OAuth | Self::User | Self::FineGrained | Self::Refresh => "token",
        }
    }
}

/// What texts of a kind look like.
pub(super) fn patterns(noun: &str) -> Vec<Pattern> {
    let forms = FORMS.iter().filter(|(form, _)| form.noun() == noun);
    let patterns = forms.map(|(_, is)| Pattern {
        is: (*is).to_owned(),
        secret: true,
    });
    patterns.collect()
}

/// The form of a token, by its text.
#[must_use]
pub fn form(text: &str) -> Option<Form> {
    static READ: LazyLock<Vec<(Form, Regex)>> = LazyLock::new(|| {
        let read = FORMS.iter();
        let read = read.filter_map(|(form, is)| Some((*form, Regex::new(is).ok()?)));
        read.collect()
    });
    let mut forms = READ.iter();
    let found = forms.find(|(_, pattern)| pattern.is_match(text));
    found.map(|(form, _)| *form)
}

/// Whether a token may be one that a user granted an app; those from before there were forms are forty hexadecimal digits.
#[must_use]
pub(super) fn is_of_an_app(text: &str) -> bool {
    match form(text) {
        Some(Form::OAuth | Form::User) => true,
        Some(Form::Classic | Form::FineGrained | Form::Refresh | Form::Installation) => false,
        None => text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
    }
}

/// The id of a token of a kind, where its text is one of that kind: the digest of the text.
#[must_use]
pub fn id_of(kind: &KindId, text: &str) -> Option<String> {
    (form(text)?.noun() == kind.noun()).then(|| hashed(text))
}

/// The digest of a token: SHA-256 in base64, as `hashed_token` of the audit log.
#[must_use]
pub fn hashed(token: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(token.as_bytes()))
}

/// Reads such a digest, also in the alphabet for addresses and without padding; answers it in the one form.
pub(super) fn digest(text: &str) -> Option<String> {
    let plain: String = text
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let bytes = BASE64_STANDARD.decode(format!("{plain}=")).ok()?;
    (bytes.len() == 32).then(|| BASE64_STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checksum as GitHub's engineers describe it, here to hold the groups of the patterns against.
    fn checksum(text: &str) -> String {
        const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut crc = u32::MAX;
        for byte in text.bytes() {
            crc ^= u32::from(byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
            }
        }
        let mut left = u64::from(!crc);
        let mut spelt: Vec<u8> = (0..6)
            .map(|_| {
                let digit = usize::try_from(left % 62).unwrap_or_default();
                left /= 62;
                DIGITS.get(digit).copied().unwrap_or_default()
            })
            .collect();
        spelt.reverse();
        String::from_utf8(spelt).unwrap_or_default()
    }

    #[test]
    fn a_token_is_known_by_its_form_and_its_checksum_stands_where_the_pattern_says() {
        // From the articles about the format.
        let body = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
        assert_eq!(checksum(body), "0mLq17");
        let long = format!("{body}{body}1234567890");
        let made = |prefix: &str, body: &str| format!("{prefix}{body}{}", checksum(body));
        for (text, wanted, checked) in [
            (made("ghp_", body), Form::Classic, true),
            (made("gho_", body), Form::OAuth, true),
            (made("ghu_", body), Form::User, true),
            (made("ghs_", body), Form::Installation, true),
            (made("ghr_", &long), Form::Refresh, true),
            (
                format!("ghs_{}.x-y_z", "A".repeat(400)),
                Form::Installation,
                false,
            ),
            (
                format!("github_pat_{}_{}", "A".repeat(22), "b".repeat(59)),
                Form::FineGrained,
                false,
            ),
        ] {
            assert_eq!(form(&text), Some(wanted), "{wanted:?}");
            let kind = crate::provider::github::kind(wanted.noun());
            assert_eq!(id_of(&kind, &text), Some(hashed(&text)));
            let patterns = patterns(wanted.noun());
            let mut found = patterns.iter().filter_map(|pattern| {
                let pattern = Regex::new(&pattern.is).ok()?;
                let found = pattern.captures(&text)?;
                let part = |name: &str| found.name(name).map(|part| part.as_str().to_owned());
                Some((part("checked"), part("crc32_base62")))
            });
            let (of, sum) = found.next().unwrap_or_default();
            assert_eq!(of.is_some(), checked, "{wanted:?}");
            assert_eq!(of.map(|of| checksum(&of)), sum, "{wanted:?}");
        }
        for text in [
            "ghp_short",
            "ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq1",
            "ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq-7",
            "ghx_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17",
            "github_pat_x",
            "",
        ] {
            assert_eq!(form(text), None, "{text}");
        }
    }

    #[test]
    fn a_digest_has_one_form_and_is_that_of_the_audit_log() {
        // SHA-256 of the empty text.
        let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(hashed(""), empty);
        for text in [empty, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"] {
            assert_eq!(digest(text).as_deref(), Some(empty));
        }
        for text in [
            "",
            "abc",
            "47DEQpj8HBSa",
            "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",
        ] {
            assert_eq!(digest(text), None, "{text}");
        }
    }
}
