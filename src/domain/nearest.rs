//! The nearest valid name to a word that is none.
//!
//! Never corrects anything: it only suggests.

/// Finds the name that a person most likely meant; `None` where nothing is near.
#[must_use]
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let word = plain(word);
    let allowed = (word.chars().count() / 3).max(1);
    among
        .map(|name| (strsim::damerau_levenshtein(&word, &plain(name)), name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Fewer characters begin too many names.
const BEGUN: usize = 3;

/// The same for names of files that people type in part: where none is near, one that begins with all that was typed.
#[must_use]
pub fn nearest_or_begun<'a>(
    word: &str,
    among: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let is_long = word.chars().count() >= BEGUN;
    let mut names = among.clone();
    let begun = || names.find(|name| is_long && name.starts_with(word));
    nearest(word, among).or_else(begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_name_finds_it_where_none_is_near() {
        let names = ["isolate", "bulk-leak", "leaked-ci-token"];
        for (word, expected) in [
            ("bulk", Some("bulk-leak")),
            ("isolte", Some("isolate")),
            ("bu", None),
            ("banana", None),
        ] {
            assert_eq!(
                nearest_or_begun(word, names.into_iter()),
                expected,
                "{word}"
            );
        }
    }

    #[test]
    fn a_slip_of_the_hand_finds_its_name_and_a_different_word_none() {
        let names = ["suspend", "end-sessions", "do", "needs"];
        for (word, expected) in [
            ("suspned", Some("suspend")),
            ("end_sessions", Some("end-sessions")),
            ("Need", Some("needs")),
            ("dо", Some("do")),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names.into_iter()), expected, "{word}");
        }
    }
}
