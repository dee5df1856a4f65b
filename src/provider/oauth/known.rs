//! What is known of tokens and clients that no later answer tells: that a token was active once, and when a client was
//! deleted. Without it *inactive* proves nothing, for a server says so of tokens that it never knew.
//!
//! Never guesses: it comes from what this process saw, or from the journal. Never takes what is known of one token for
//! known of another of the same name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use crate::domain::{Digest, Fields, Locator, Secret, Seen, Time};

/// What a token was when it was active.
#[derive(Clone, Default)]
pub(super) struct Active {
    /// When it lapses.
    pub(super) expires: Option<Time>,
    /// Whether resource servers can take it without asking.
    pub(super) is_self_contained: bool,
    /// The client that it was issued to.
    pub(super) client: Option<String>,
    /// Whom it speaks for.
    pub(super) subject: Option<String>,
}

impl Active {
    /// The facts of it, as they stand among the fields of a token.
    pub(super) fn fields(&self) -> Fields {
        let mut fields = Fields::new();
        if let Some(expires) = self.expires {
            fields.insert("expires".to_owned(), json!(expires.to_string()));
        }
        if self.is_self_contained {
            fields.insert("self_contained".to_owned(), json!(true));
        }
        for (name, value) in [("client", &self.client), ("sub", &self.subject)] {
            fields.extend(value.as_ref().map(|value| (name.to_owned(), json!(value))));
        }
        fields
    }

    fn read(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).and_then(|value| value.as_str());
        Self {
            expires: text("expires").and_then(|at| at.parse().ok()),
            is_self_contained: fields.get("self_contained") == Some(&json!(true)),
            client: text("client").map(str::to_owned),
            subject: text("sub").map(str::to_owned),
        }
    }
}

/// What is known.
#[derive(Default)]
pub(super) struct Known {
    held: Mutex<BTreeMap<Locator, Secret>>,
    /// By name and by the token itself: people give names, and may give one twice.
    active: Mutex<BTreeMap<(Locator, Digest), Active>>,
    deleted: Mutex<BTreeMap<Locator, Time>>,
    /// The registration access tokens that a server gave in place of those before.
    managing: Mutex<BTreeMap<Locator, Secret>>,
    /// The clients that an unheard answer may have given another registration access token.
    astray: Mutex<BTreeSet<Locator>>,
    /// Secrets of clients that the server took, each with whether it took them in the header.
    right: Mutex<BTreeMap<(Locator, Digest), bool>>,
}

fn key(target: &Locator, token: &Secret) -> (Locator, Digest) {
    (target.clone(), Digest::of(token.expose().as_bytes()))
}

fn open<T>(what: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known {
    /// Lends a token.
    pub(super) fn hold(&self, target: &Locator, secret: &Secret) {
        open(&self.held).insert(target.clone(), Secret::new(secret.expose().to_owned()));
    }

    /// The token itself, where it was given.
    pub(super) fn held(&self, target: &Locator) -> Option<Secret> {
        let held = open(&self.held);
        Some(Secret::new(held.get(target)?.expose().to_owned()))
    }

    /// The tokens that were given, by name.
    pub(super) fn names(&self) -> Vec<Locator> {
        let held = open(&self.held);
        let tokens = held.keys().filter(|name| name.kind().noun() == "token");
        tokens.cloned().collect()
    }

    /// Keeps the registration access token that stands in place of the one before.
    pub(super) fn manages_with(&self, target: &Locator, token: Secret) {
        open(&self.managing).insert(target.clone(), token);
    }

    /// The registration access token that a server gave last, where it gave a new one.
    pub(super) fn managing(&self, target: &Locator) -> Option<Secret> {
        let managing = open(&self.managing);
        Some(Secret::new(managing.get(target)?.expose().to_owned()))
    }

    /// Keeps whether an answer that nobody heard may have given a client another registration access token.
    pub(super) fn set_astray(&self, target: &Locator, may_be: bool) {
        let mut astray = open(&self.astray);
        if may_be {
            astray.insert(target.clone());
        } else {
            astray.remove(target);
        }
    }

    /// Whether a client may have another registration access token than the one that is known.
    pub(super) fn may_be_astray(&self, target: &Locator) -> bool {
        open(&self.astray).contains(target)
    }

    /// Keeps that a server took a client's secret, in the header or in the body.
    pub(super) fn was_right(&self, target: &Locator, secret: &Secret, in_header: bool) {
        open(&self.right).insert(key(target, secret), in_header);
    }

    /// Where a server took a client's secret: whether in the header; nothing where it never did.
    pub(super) fn right(&self, target: &Locator, secret: &Secret) -> Option<bool> {
        open(&self.right).get(&key(target, secret)).copied()
    }

    /// Keeps that a token was active.
    pub(super) fn was_active(&self, target: &Locator, token: &Secret, active: Active) {
        open(&self.active).insert(key(target, token), active);
    }

    /// What a token was when it was active, where it ever was seen to be.
    pub(super) fn active(&self, target: &Locator, token: &Secret) -> Option<Active> {
        open(&self.active).get(&key(target, token)).cloned()
    }

    /// Keeps when the server said that a client is deleted; the latest time counts.
    pub(super) fn was_deleted(&self, target: &Locator, at: Time) {
        let mut deleted = open(&self.deleted);
        let known = deleted.entry(target.clone()).or_insert(at);
        *known = at.max(*known);
    }

    /// When the server said that a client is deleted.
    pub(super) fn deleted(&self, target: &Locator) -> Option<Time> {
        open(&self.deleted).get(target).copied()
    }

    /// Takes what the journal holds; what was seen of a token counts only where that token is at hand again.
    pub(super) fn recall(&self, before: &Seen, acted: Option<Time>, token: Option<&Secret>) {
        let target = &before.target;
        let seen = before.fields();
        let seen = seen.filter(|fields| fields.get("active") == Some(&json!("yes")));
        if let (Some(fields), Some(token)) = (seen, token) {
            open(&self.active)
                .entry(key(target, token))
                .or_insert_with(|| Active::read(fields));
        }
        if let (Some(acted), "client") = (acted, target.kind().noun()) {
            self.was_deleted(target, acted);
        }
    }
}
