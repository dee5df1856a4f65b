//! Wildcards as IAM's policies and OpenSSH's lists write them.
//!
//! Knows nothing of what it matches: case and variables are the caller's.

/// Whether a pattern stands for a text: `*` is any run, `?` any one character.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            Some(_) | None => match star {
                Some((at, from)) => {
                    p = at + 1;
                    t = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_iam_writes_them() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("sts:*", "sts:assumerole", true),
            ("sts:assume*", "sts:assumerole", true),
            ("sts:assumerol?", "sts:assumerole", true),
            ("s?s:*role", "sts:assumerole", true),
            ("sts:assumerole*", "sts:assumerole", true),
            ("sts:get*", "sts:assumerole", false),
            ("", "x", false),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
