//! Sealed boxes: what only GitHub can open, with the public key that it gave (libsodium's `crypto_box_seal`).
//!
//! Never keeps a secret.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crypto_box::PublicKey;
use crypto_box::aead::OsRng;

use crate::domain::{Because, Secret, Why};

/// Seals a secret for a public key in base64; answers the box in base64.
///
/// # Errors
/// The key is none, or nothing could be drawn by lot.
pub(super) fn seal(key: &str, secret: &Secret) -> Result<String, Why> {
    let garbled = |text: &str| Why::new(Because::Garbled, text);
    let key = BASE64_STANDARD.decode(key).ok();
    let key = key.and_then(|key| PublicKey::from_slice(&key).ok());
    let key = key.ok_or_else(|| garbled("GitHub gave no public key to seal the secret for"))?;
    let sealed = key
        .seal(&mut OsRng, secret.expose().as_bytes())
        .map_err(|_| Why::new(Because::Unavailable, "the secret could not be sealed"))?;
    Ok(BASE64_STANDARD.encode(sealed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_holds_the_key_opens_the_box_and_no_two_boxes_are_alike() {
        let ours = crypto_box::SecretKey::generate(&mut OsRng);
        let key = BASE64_STANDARD.encode(ours.public_key().as_bytes());
        let secret = Secret::new("the new one".to_owned());
        let boxes = [seal(&key, &secret), seal(&key, &secret)].map(Result::unwrap_or_default);
        assert_ne!(boxes[0], boxes[1]);
        for sealed in boxes {
            let sealed = BASE64_STANDARD.decode(sealed).unwrap_or_default();
            assert_eq!(ours.unseal(&sealed).unwrap_or_default(), b"the new one");
            let other = crypto_box::SecretKey::generate(&mut OsRng);
            assert!(other.unseal(&sealed).is_err());
        }
        assert!(seal("x", &secret).is_err());
    }

    #[test]
    fn a_box_that_libsodium_sealed_is_of_the_same_form() {
        // Sealed by PyNaCl 1.6.2 for the secret key of thirty-two sevens.
        let ours = crypto_box::SecretKey::from([7; 32]);
        let theirs = include_str!("seal.txt").trim();
        let theirs = BASE64_STANDARD.decode(theirs).unwrap_or_default();
        assert_eq!(
            ours.unseal(&theirs).unwrap_or_default(),
            b"sealed elsewhere"
        );
    }
}
