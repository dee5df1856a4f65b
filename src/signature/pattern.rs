//! The patterns of OpenSSH: `*`, `?`, and lists of them with `!` for what must not match.

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

fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    // Which lengths of the text the pattern so far can stand for.
    let mut ends = vec![false; text.len() + 1];
    if let Some(first) = ends.first_mut() {
        *first = true;
    }
    for sign in pattern {
        let mut next = vec![false; ends.len()];
        let mut any = false;
        for (end, slot) in next.iter_mut().enumerate() {
            let before = end.checked_sub(1);
            *slot = match sign {
                '*' => {
                    any |= ends.get(end).copied().unwrap_or(false);
                    any
                }
                '?' => before.and_then(|at| ends.get(at).copied()).unwrap_or(false),
                plain => before.is_some_and(|at| {
                    ends.get(at).copied().unwrap_or(false) && text.get(at) == Some(&plain)
                }),
            };
        }
        ends = next;
    }
    ends.last().copied().unwrap_or(false)
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
