//! What is read for a command from files and standard input: secrets by reference, lists of subjects, pastes.
//!
//! Never repeats what it read, nor where a secret was said to be.

use std::io::Read as _;

use zeroize::Zeroize as _;

use super::failure::Failure;
use super::session::environment;
use crate::domain::{Secret, SecretRef};

/// Reads a secret from where it is; never from an argument.
pub(super) fn secret(reference: &SecretRef) -> Result<Secret, Box<Failure>> {
    // What was typed after the colon could be the secret itself, so it is repeated only where none looks like that.
    let place: &str = match reference {
        SecretRef::Env(name) if is_variable(name) => &format!("env:{name}"),
        SecretRef::Env(_) => "an environment variable",
        SecretRef::File(_) => "a file",
        SecretRef::Fd(_) => "a file descriptor",
        SecretRef::Stdin => "standard input",
    };
    let failed = |why: String| {
        Box::new(Failure::usage(format!(
            "failed to read a secret from {place}: {why}"
        )))
    };
    let text = match reference {
        SecretRef::Env(name) => {
            environment(name).ok_or_else(|| failed("the variable is not set".into()))?
        }
        SecretRef::File(path) => {
            std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?
        }
        SecretRef::Fd(number) => {
            let path = format!("/dev/fd/{number}");
            std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?
        }
        SecretRef::Stdin => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| failed(error.to_string()))?;
            text
        }
    };
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(failed("it is empty".into()));
    }
    Ok(Secret::new(trimmed.to_owned()))
}

/// Whether a text is written as variables are, and as secrets are not: words in capitals, joined by underscores.
fn is_variable(text: &str) -> bool {
    let is_word = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        word.len() <= 20
            && digits <= 2
            && word
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.len() <= 80
        && text.split('_').all(is_word)
}

/// Reads a file that may not be longer than so many bytes.
pub(super) fn bounded(file: &std::path::Path, largest: u64) -> Result<Vec<u8>, Box<Failure>> {
    let failed = |why: &dyn std::fmt::Display| {
        let message = format!("failed to read `{}`: {why}", file.display());
        Box::new(Failure::usage(message))
    };
    let opened = std::fs::File::open(file).map_err(|error| failed(&error))?;
    if opened.metadata().is_ok_and(|found| found.is_dir()) {
        return Err(failed(&"it is a folder"));
    }
    within(opened, largest).map_err(|why| failed(&why))
}

/// Reads standard input, which may not be longer than so many bytes.
pub(super) fn input(largest: u64) -> Result<Vec<u8>, Box<Failure>> {
    within(std::io::stdin(), largest).map_err(|why| {
        Box::new(Failure::usage(format!(
            "failed to read standard input: {why}"
        )))
    })
}

/// Reads to the end of what may not be longer than so many bytes.
fn within(from: impl std::io::Read, largest: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = from.take(largest.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= largest) {
        return Ok(bytes);
    }
    bytes.zeroize();
    Err(format!("it is longer than {} MiB", largest / 1024 / 1024))
}

/// Reads subjects from a file or standard input, one per line; empty lines and `#` comments are skipped.
pub(super) fn subjects(source: &str) -> Result<Vec<String>, Box<Failure>> {
    let text = if source == "-" {
        let mut text = String::new();
        let read = std::io::stdin()
            .take(64 * 1024 * 1024)
            .read_to_string(&mut text);
        read.map_err(|error| {
            Box::new(Failure::usage(format!(
                "failed to read subjects from standard input: {error}"
            )))
        })?;
        text
    } else {
        std::fs::read_to_string(source).map_err(|error| {
            Box::new(Failure::usage(format!(
                "failed to read subjects from `{source}`: {error}"
            )))
        })?
    };
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_named_and_what_may_be_a_secret_is_not() {
        let said = |name: &str| {
            let failed = secret(&SecretRef::Env(name.to_owned())).err();
            failed.map(|failure| failure.message).unwrap_or_default()
        };
        let named = "failed to read a secret from env:NO_SUCH_TOKEN_2: the variable is not set";
        assert_eq!(said("NO_SUCH_TOKEN_2"), named);
        for typed in [
            "ghp_0123456789abcdefghij",
            "JBSWY3DPEHPK3PXP7Q",
            "QUNBTkFSWUNBTkFSWUNBTkFSWQ",
            "AKIAIOSFODNN7EXAMPLEAB",
        ] {
            let told = said(typed);
            assert!(told.contains("an environment variable"), "{told}");
            assert!(!told.contains(typed), "{told}");
        }
    }
}
