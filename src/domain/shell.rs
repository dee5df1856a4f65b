//! Words as a shell takes them, for the lines that a person would type instead.
//!
//! Never lets anything of a word be more than text to a shell.

use super::why::repaints;

/// A word as a shell takes it, on one line: nothing in it is ever more than text. What moves the cursor is spelled in
/// octal, as `$'...'`, which POSIX has since 2024 and a shell without it takes for a word that names nothing.
#[must_use]
pub fn quoted(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else if word.chars().any(|c| c.is_control() || repaints(c)) {
        let spelled = word.bytes().fold(String::new(), |mut spelled, b| {
            if is_plain(b) || b == b' ' {
                spelled.push(char::from(b));
            } else {
                spelled.extend(["\\", &format!("{b:03o}")]);
            }
            spelled
        });
        format!("$'{spelled}'")
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word_on_one_line() {
        for (word, wanted) in [
            ("bot", "bot"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(reboot)`x`", "'$(reboot)`x`'"),
            ("a\nb'c\u{1b}[2J", r"$'a\012b\047c\033\1332J'"),
            ("\u{202e}x", r"$'\342\200\256x'"),
            ("\\\n", r"$'\134\012'"),
        ] {
            assert_eq!(quoted(word), wanted, "{word:?}");
        }
    }
}
