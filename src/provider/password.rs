//! New passwords, and the form in which they go to a secret store.
//!
//! Never shows one: it goes from here to the server and to the store.

#[cfg(any(feature = "postgres", feature = "redis"))]
use serde::Serialize;

use crate::domain::{Because, Secret, Why};

/// What a password is made of: nothing that has a meaning in a connection string or a shell.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// How long it is: 240 bits.
const LENGTH: usize = 40;

/// The form that secret stores of the vendors give database credentials.
#[cfg(any(feature = "postgres", feature = "redis"))]
#[derive(Serialize)]
struct Pair<'a> {
    username: &'a str,
    password: &'a str,
}

/// Draws a new password from the operating system.
///
/// # Errors
/// The operating system gave no randomness; nothing weaker is taken instead.
pub(super) fn fresh() -> Result<Secret, Why> {
    let mut bytes = [0_u8; LENGTH];
    getrandom::fill(&mut bytes)
        .map_err(|_| Why::new(Because::Unavailable, "the system gives no randomness"))?;
    let letter = |byte: &u8| LETTERS.get(usize::from(byte & 63)).copied().map(char::from);
    let text: String = bytes.iter().filter_map(letter).collect();
    zeroize::Zeroize::zeroize(&mut bytes);
    Ok(Secret::new(text))
}

/// The form in which a password goes to a store: JSON with `username` and `password`.
///
/// # Errors
/// It could not be written as JSON.
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(super) fn pair(username: &str, password: &Secret) -> Result<Secret, Why> {
    let pair = Pair {
        username,
        password: password.expose(),
    };
    let text = serde_json::to_string(&pair);
    text.map(Secret::new).map_err(|_| {
        Why::new(
            Because::Garbled,
            "the new password could not be written as JSON",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_hold_nothing_that_means_something_elsewhere() {
        let one = fresh().map(|secret| secret.expose().to_owned());
        let two = fresh().map(|secret| secret.expose().to_owned());
        assert_ne!(one, two);
        let plain = |text: String| {
            text.len() == LENGTH
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        assert!(one.is_ok_and(plain));
    }
}
