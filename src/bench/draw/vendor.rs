//! What worlds of two vendors differ by.

use super::super::{ACCOUNT, saas};

/// A vendor, as far as a drawn world depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vendor {
    pub(super) name: &'static str,
    /// Its credential that lasts.
    pub(super) key: &'static str,
    /// The cuts that nobody whom they stop can edit.
    pub(super) guards: &'static [&'static str],
    /// The actions that take their time until they are seen everywhere.
    pub(super) slow: &'static [&'static str],
    /// Whether it has roles, and places that programs read secrets from; else it has apps and agents.
    pub(super) has_places: bool,
}

pub(super) const AWS: Vendor = Vendor {
    name: "aws",
    key: "access-key",
    guards: &[
        "aws.deny-user-in-organization",
        "aws.deny-role-in-organization",
    ],
    slow: &[
        "aws.deactivate-access-key",
        "aws.activate-access-key",
        "aws.deny-user",
        "aws.allow-user",
        "aws.deny-role",
        "aws.allow-role",
        "aws.end-user-sessions",
        "aws.lift-user-session-end",
        "aws.end-role-sessions",
        "aws.lift-role-session-end",
    ],
    has_places: true,
};

pub(super) const SAAS: Vendor = Vendor {
    name: saas::NAME,
    key: "token",
    guards: &saas::GUARDS,
    slow: &saas::SLOW,
    has_places: false,
};

impl Vendor {
    /// The locator of something.
    pub(super) fn at(self, name: &str) -> String {
        format!("{}:{name}@{ACCOUNT}", self.name)
    }

    /// The name of a credential that lasts.
    pub(super) fn key(self, id: &str) -> String {
        format!("{}/{id}", self.key)
    }
}
