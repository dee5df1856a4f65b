//! The keys that say how requests prove who we are.
//!
//! Never reads a file.

use super::{Place, Takes as T, may, must, place};

#[rustfmt::skip]
const BASIC: Place = place("basic", "HTTP Basic.", &[], &[
    must("user", T::Text, "The setting that holds the user's name or id."),
    must("password", T::Text, "The setting that holds the password."),
]);
#[rustfmt::skip]
const HEADER: Place = place("header", "A header with a secret in it.", &[], &[
    must("name", T::Text, "The header's name."),
    must("secret", T::Text, "The setting that holds the secret."),
    may("prefix", T::Text, "What stands before the secret, as `SSWS `."),
]);
#[rustfmt::skip]
const CLIENT: Place = place("client-credentials", "OAuth 2.0 client credentials (RFC 6749, section 4.4): the client proves itself by its secret, or by an assertion that its key signs (RFC 7523). The token is kept in memory until it lapses.", &["secret", "key"], &[
    must("post", T::Template, "The path of the token endpoint; `config` holds the settings."),
    may("host", T::Text, "Its host; the first of `hosts` where none is named."),
    must("id", T::Text, "The setting that holds the client's id."),
    may("secret", T::Text, "The setting that holds the client's secret."),
    may("in_body", T::Truth, "Whether id and secret stand in the body; otherwise they are HTTP Basic."),
    may("key", T::Text, "The setting that holds the client's private key: PEM in the form of PKCS #8, or of PKCS #1 for RSA."),
    may("key_id", T::Text, "The setting that holds the id by which the vendor knows the key (`kid`)."),
    may("certificate", T::Text, "The setting that holds the certificate of the key; the vendor knows it by its SHA-256 (`x5t#S256`)."),
    may("rsa", T::Word(&["RS256", "PS256"]), "How an RSA key signs; RS256 where nothing is said. Other keys sign in one way alone."),
    may("audience", T::Template, "Whom the assertion is for; the address of the token endpoint where nothing is said."),
    may("scope", T::Template, "The scopes that are asked for."),
]);
#[rustfmt::skip]
const SERVICE_ACCOUNT: Place = place("service-account", "A service account's key as Google hands it out (JSON): an assertion that it signs is exchanged for a token (RFC 7523, section 2.1). The address in the key is not used.", &[], &[
    must("post", T::Template, "The path of the token endpoint."),
    may("host", T::Text, "Its host; the first of `hosts` where none is named."),
    must("key", T::Text, "The setting that holds the key's JSON; `secret` for the credential itself."),
    may("audience", T::Template, "Whom the assertion is for; the address of the token endpoint where nothing is said."),
    must("scope", T::Template, "The scopes that are asked for."),
]);
#[rustfmt::skip]
const PAIR: Place = place("certificate-pair", "Mutual TLS: a certificate that the connection shows, and no header.", &[], &[
    must("certificate", T::Text, "The setting that holds the certificate, and those between it and its root, as PEM."),
    must("key", T::Text, "The setting that holds its private key, as PEM."),
]);
#[rustfmt::skip]
pub(super) const SCHEME: Place = place("scheme", "How requests prove who we are; exactly one way. Where `secret` is named instead of a setting, the credential itself is meant.", &["bearer", "basic", "header", "client_credentials", "service_account", "certificate"], &[
    may("bearer", T::Text, "The setting that holds a bearer token."),
    may("basic", T::Map(&BASIC), "User and password."),
    may("header", T::Map(&HEADER), "A header of the vendor's own."),
    may("client_credentials", T::Map(&CLIENT), "A token for a client and its secret or key."),
    may("service_account", T::Map(&SERVICE_ACCOUNT), "A token for a service account's key."),
    may("certificate", T::Map(&PAIR), "A certificate of ours, in the connection itself."),
]);
