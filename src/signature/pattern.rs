//! The patterns of OpenSSH: `*`, `?`, and lists of them with `!` for what must not match.

use crate::domain::wildcard::matches;

/// Whether a text matches a comma-separated list: one pattern of it, and none of those that begin with `!`.
pub(super) fn matches_list(list: &str, text: &str) -> bool {
    let mut is_in = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(not) if matches(not, text) => return false,
            Some(_) => {}
            None => is_in |= matches(pattern, text),
        }
    }
    is_in
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_openssh() {
        for (list, text, is_in) in [
            ("contain", "contain", true),
            ("contain", "contains", false),
            ("*", "", true),
            ("con*", "contain", true),
            ("*ain", "contain", true),
            ("c?ntain", "contain", true),
            ("c?ntain", "ctain", false),
            ("file,contain", "contain", true),
            ("*,!contain", "contain", false),
            ("!contain", "other", false),
            ("*a*i*", "contain", true),
        ] {
            assert_eq!(matches_list(list, text), is_in, "{list} {text}");
        }
    }
}
