//! Signed assertions in place of shared secrets (RFC 7523): made at the moment of their use, good for minutes.
//!
//! Keeps no key; tells nothing of one in an error.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::authenticate::base64;
use super::engine::Handle;
use super::scheme::Rsa;
use crate::domain::{Because, Duration, Secret, Time, Why};

/// How long an assertion counts: Entra takes ten minutes at most, Okta and Google an hour.
const GOOD_FOR: Duration = Duration::from_mins(5);
/// By how much an assertion is dated back, as clocks differ by seconds.
const BACK: Duration = Duration::from_secs(10);

/// What signs.
pub(super) struct Signer<'a> {
    /// A private key as PEM.
    pub(super) key: &'a Secret,
    /// How the vendor knows the key.
    pub(super) key_id: Option<String>,
    /// The SHA-256 of its certificate.
    pub(super) thumbprint: Option<String>,
    /// How it signs where it is an RSA key.
    pub(super) rsa: Rsa,
}

/// From when until when an assertion counts, by the vendor's clock.
pub(super) fn times(on: &Handle) -> Result<(Time, Time), Why> {
    let ahead = on.ahead().unwrap_or_default();
    let from = on.clock().now().saturating_add(ahead.saturating_sub(BACK));
    let times = from.and_then(|from| Ok((from, from.saturating_add(GOOD_FOR)?)));
    times.map_err(|_| Why::new(Because::Invalid, "the clock tells no time"))
}

/// Signs with whatever sort of key it is.
pub(super) fn sign(signer: &Signer<'_>, claims: &Value) -> Result<Secret, Why> {
    let pem = signer.key.expose().as_bytes();
    let rsa = match signer.rsa {
        Rsa::Rs256 => Algorithm::RS256,
        Rsa::Ps256 => Algorithm::PS256,
    };
    let keys = [
        (EncodingKey::from_rsa_pem(pem), [rsa, rsa]),
        (
            EncodingKey::from_ec_pem(pem),
            [Algorithm::ES256, Algorithm::ES384],
        ),
        (
            EncodingKey::from_ed_pem(pem),
            [Algorithm::EdDSA, Algorithm::EdDSA],
        ),
    ];
    for (key, algorithms) in keys {
        let Ok(key) = key else { continue };
        for algorithm in algorithms {
            let header = Header {
                kid: signer.key_id.clone(),
                x5t_s256: signer.thumbprint.clone(),
                ..Header::new(algorithm)
            };
            if let Ok(signed) = encode(&header, claims, &key) {
                return Ok(Secret::new(signed));
            }
        }
    }
    let text = "the private key cannot be read: it is PEM of PKCS #8 (BEGIN PRIVATE KEY), or of PKCS #1 for RSA, without a password";
    Err(Why::new(Because::Unauthenticated, text))
}

/// A service account's key.
pub(super) struct Account {
    /// The account's address.
    pub(super) id: String,
    /// The key's id.
    pub(super) key_id: String,
    /// The project that it is of.
    pub(super) project: Option<String>,
    /// The private key as PEM.
    pub(super) key: Secret,
}

/// Reads a service account's key.
pub(super) fn account(key: &Secret) -> Result<Account, Why> {
    #[derive(Deserialize)]
    struct File {
        client_email: String,
        private_key_id: String,
        private_key: String,
        project_id: Option<String>,
    }
    let file: File = serde_json::from_str(key.expose()).map_err(|_| {
        let text = "this is no service account's key: JSON with client_email, private_key_id and private_key";
        Why::new(Because::Unauthenticated, text)
    })?;
    Ok(Account {
        id: file.client_email,
        key_id: file.private_key_id,
        project: file.project_id,
        key: Secret::new(file.private_key),
    })
}

/// The SHA-256 of the first certificate of a PEM file, as RFC 7515 (section 4.1.8) writes it.
pub(super) fn thumbprint(pem: &Secret) -> Result<String, Why> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    let first = CertificateDer::from_pem_slice(pem.expose().as_bytes()).map_err(|_| {
        let text = "the certificate cannot be read: it is PEM (BEGIN CERTIFICATE)";
        Why::new(Because::Unauthenticated, text)
    })?;
    let sum = base64(&Sha256::digest(first.as_ref()));
    let sum = sum.trim_end_matches('=');
    Ok(sum.replace('+', "-").replace('/', "_"))
}
