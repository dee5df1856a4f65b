//! SSH signatures: who signed these bytes, for what, by the keys that a file allows.
//!
//! Verifies what `ssh-keygen -Y sign` makes, and refuses what it does not understand. Never signs: private keys stay with
//! `ssh-keygen`, the agent or the hardware.

mod allowed;
mod pattern;

pub use allowed::{AllowedSigners, Invalid, Line};

use ssh_key::{HashAlg, PublicKey, SshSig};

use crate::domain::Time;

/// The namespace of everything that contain signs or accepts: a signature made for something else is none here.
pub const NAMESPACE: &str = "contain";

/// Keys that are not accepted any more, whatever a file allows.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Revoked(Vec<PublicKey>);

impl Revoked {
    /// Reads public keys, one a line, as `ssh-keygen -Y verify -r` does.
    ///
    /// # Errors
    /// Says which line is no public key; a binary revocation list is not read.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let lines = (1..).zip(text.lines().map(str::trim));
        let keys = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let read = keys.map(|(number, line)| {
            PublicKey::from_openssh(line).map_err(|_| Invalid {
                line: number,
                column: 1,
                text: "no public key; write one a line, as in a file that ends with .pub (a binary revocation list is not read)".to_owned(),
            })
        });
        Ok(Self(read.collect::<Result<_, _>>()?))
    }
}

/// A signature that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
    /// Whose it is: the principals of all lines of the key, as they stand there.
    pub by: String,
    /// The key's fingerprint, `SHA256:…`.
    pub key: String,
}

/// Why a signature counts for nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// It is no SSH signature.
    #[error("it is no SSH signature: {0}")]
    Unreadable(String),
    /// It was made for something else.
    #[error(
        "it was made for `{0}`, not for `{NAMESPACE}`: sign with `ssh-keygen -Y sign -n {NAMESPACE}`"
    )]
    Elsewhere(String),
    /// The bytes or the signature were changed.
    #[error("it does not fit what is signed: one of the two was changed")]
    Changed,
    /// Nobody allows the key.
    #[error("no line of the allowed signers allows the key {0}")]
    Unknown(String),
    /// The key is allowed, but not now or not for this.
    #[error("the key {key} of {by} does not count: {why}")]
    NotNow {
        /// The fingerprint.
        key: String,
        /// Whose it is.
        by: String,
        /// Why not.
        why: String,
    },
    /// The key is revoked.
    #[error("the key {0} is revoked")]
    Revoked(String),
}

/// Verifies an armoured signature over `message` at a time.
///
/// # Errors
/// Says why it counts for nothing.
pub fn verify(
    (allowed, revoked): (&AllowedSigners, &Revoked),
    message: &[u8],
    armoured: &str,
    at: Time,
) -> Result<Signed, Refused> {
    let signature = SshSig::from_pem(armoured.trim_start())
        .map_err(|error| Refused::Unreadable(error.to_string()))?;
    if signature.namespace() != NAMESPACE {
        return Err(Refused::Elsewhere(signature.namespace().to_owned()));
    }
    let key = PublicKey::from(signature.public_key().clone());
    let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
    key.verify(NAMESPACE, message, &signature)
        .map_err(|_| Refused::Changed)?;
    let is_revoked = |known: &PublicKey| known.key_data() == key.key_data();
    if revoked.0.iter().any(is_revoked) {
        return Err(Refused::Revoked(fingerprint));
    }
    let mut refused = Refused::Unknown(fingerprint.clone());
    for line in allowed.lines_of(&key) {
        match line.counts(NAMESPACE, at) {
            Ok(()) => {
                // Whoever else the key belongs to, now or once, is told too: it is nobody's alone.
                let mut all: Vec<&str> = allowed
                    .lines_of(&key)
                    .map(|line| line.principals.as_str())
                    .collect();
                all.dedup();
                return Ok(Signed {
                    by: all.join(","),
                    key: fingerprint,
                });
            }
            Err(why) => {
                refused = Refused::NotNow {
                    key: fingerprint.clone(),
                    by: line.principals.clone(),
                    why,
                };
            }
        }
    }
    Err(refused)
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "`ssh-keygen` is what these tests compare with"
)]
mod tests;
