//! How requests prove who we are, as the file has it: the schemes, and the settings that each of them needs.
//!
//! Never holds a secret: a scheme names settings alone.

use serde::Deserialize;

use super::cel::Template;
use super::model::{Is, SECRET};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scheme {
    pub(super) bearer: Option<String>,
    pub(super) basic: Option<Basic>,
    pub(super) header: Option<Header>,
    pub(super) client_credentials: Option<Client>,
    pub(super) service_account: Option<ServiceAccount>,
    pub(super) certificate: Option<Pair>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Basic {
    pub(super) user: String,
    pub(super) password: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) secret: String,
    #[serde(default)]
    pub(super) prefix: String,
}

/// How an RSA key signs; every other key signs in one way alone.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
pub(super) enum Rsa {
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "PS256")]
    Ps256,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub(super) post: Template,
    pub(super) host: Option<String>,
    pub(super) id: String,
    pub(super) secret: Option<String>,
    #[serde(default)]
    pub(super) in_body: bool,
    pub(super) key: Option<String>,
    pub(super) key_id: Option<String>,
    pub(super) certificate: Option<String>,
    #[serde(default)]
    pub(super) rsa: Rsa,
    pub(super) audience: Option<Template>,
    pub(super) scope: Option<Template>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceAccount {
    pub(super) post: Template,
    pub(super) host: Option<String>,
    pub(super) key: String,
    pub(super) audience: Option<Template>,
    pub(super) scope: Template,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// A setting that a scheme needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs<'a> {
    /// Where the scheme names it.
    pub(super) at: &'static str,
    /// Its name; `secret` is the credential itself.
    pub(super) setting: &'a str,
    /// What it is.
    pub(super) is: Is,
    /// Whether nothing can be proven without it.
    pub(super) must: bool,
}

const fn needs<'a>(at: &'static str, setting: &'a str, is: Is) -> Needs<'a> {
    Needs {
        at,
        setting,
        is,
        must: true,
    }
}

impl Scheme {
    /// The settings that it needs.
    pub(super) fn needs(&self) -> Vec<Needs<'_>> {
        let mut all = Vec::new();
        if let Some(secret) = &self.bearer {
            all.push(needs("bearer", secret, Is::Secret));
        }
        if let Some(basic) = &self.basic {
            all.push(needs("basic/user", &basic.user, Is::Text));
            all.push(needs("basic/password", &basic.password, Is::Secret));
        }
        if let Some(header) = &self.header {
            all.push(needs("header/secret", &header.secret, Is::Secret));
        }
        if let Some(client) = &self.client_credentials {
            all.extend(client.needs());
        }
        if let Some(account) = &self.service_account {
            all.push(needs("service_account/key", &account.key, Is::Secret));
        }
        if let Some(pair) = &self.certificate {
            let shown = pair.certificate.as_str();
            all.push(needs("certificate/certificate", shown, Is::Certificate));
            all.push(needs("certificate/key", &pair.key, Is::Secret));
        }
        all
    }

    /// Whether a token is asked for before the first request.
    pub(super) fn asks(&self) -> bool {
        self.client_credentials.is_some() || self.service_account.is_some()
    }

    /// Whether it proves us by a token that is asked for first.
    pub(super) fn is_granted(&self) -> bool {
        let asks = self.client_credentials.is_some() || self.service_account.is_some();
        asks && !self.is_of_secret()
    }

    /// Whether it proves the credential itself rather than us.
    pub(super) fn is_of_secret(&self) -> bool {
        self.needs().iter().any(|need| need.setting == SECRET)
    }
}

impl Client {
    fn needs(&self) -> Vec<Needs<'_>> {
        let at = |at, setting, is, must| Needs {
            at,
            setting,
            is,
            must,
        };
        let mut all = vec![at(
            "client_credentials/id",
            self.id.as_str(),
            Is::Text,
            true,
        )];
        for (name, setting, is, must) in [
            ("client_credentials/secret", &self.secret, Is::Secret, true),
            ("client_credentials/key", &self.key, Is::Secret, true),
            ("client_credentials/key_id", &self.key_id, Is::Text, false),
            (
                "client_credentials/certificate",
                &self.certificate,
                Is::Certificate,
                false,
            ),
        ] {
            all.extend(
                setting
                    .as_deref()
                    .map(|setting| at(name, setting, is, must)),
            );
        }
        all
    }
}
