//! The nearest valid name to a word that is none.
//!
//! Never corrects anything: it only suggests.

/// Fewer characters begin too many names.
const BEGUN: usize = 3;

/// Finds the name that a person most likely meant: one that is near, else one that begins with all that was typed; `None`
/// where there is neither.
#[must_use]
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let word = plain(word);
    let allowed = (word.chars().count() / 3).max(1);
    let among: Vec<&str> = among.collect();
    let near = among
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&word, &plain(name)), *name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name);
    near.or_else(|| {
        let begun = |name: &&str| word.chars().count() >= BEGUN && plain(name).starts_with(&word);
        among.into_iter().find(begun)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_finds_its_name_and_a_different_word_none() {
        let names = ["suspend", "end-sessions", "do", "needs", "bulk-leak"];
        for (word, expected) in [
            ("suspned", Some("suspend")),
            ("end_sessions", Some("end-sessions")),
            ("Need", Some("needs")),
            ("dо", Some("do")),
            ("bulk", Some("bulk-leak")),
            ("Bulk_l", Some("bulk-leak")),
            ("bu", None),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names.into_iter()), expected, "{word}");
        }
    }
}
