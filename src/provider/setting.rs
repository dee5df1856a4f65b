//! What the workspace says to a provider: the same for packs and for those written in Rust, AWS aside.
//!
//! Never holds a secret: a setting that is one is read at the moment of its use.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Provider;
use crate::domain::{Clock, Duration, Secret, Why};

/// Reads a secret at the moment of its use, from where whoever builds the provider knows it to be.
pub type Given = Arc<dyn Fn() -> Result<Secret, Why> + Send + Sync>;

/// What a setting is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// An address.
    Address,
    /// A text.
    Text,
    /// A secret, by reference.
    Secret,
    /// Several secrets, each by a name and a reference.
    Secrets,
}

/// A setting that a provider has.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub wants: Wants,
    /// What it is for.
    pub about: &'a str,
    /// Whether the provider does not work without it.
    pub required: bool,
    /// What it is where it is left out.
    pub default: Option<&'a str>,
    /// Whether most say it, though it may be left out: an example has it.
    pub usual: bool,
}

/// What the workspace says to a provider.
#[derive(Clone, Default)]
pub struct Settings {
    /// Addresses and texts, by name.
    pub texts: BTreeMap<String, String>,
    /// Secrets, by name.
    pub secrets: BTreeMap<String, Given>,
    /// Settings that are several secrets: by name, and in it each by its own.
    pub several: BTreeMap<String, BTreeMap<String, Given>>,
    /// Addresses that stand in for hosts of the provider, by name.
    pub hosts: BTreeMap<String, String>,
    /// Whether hosts may have private addresses.
    pub private: bool,
    /// How long an exchange may take, where it is not the usual time.
    pub deadline: Option<Duration>,
}

/// A provider that is written in Rust and told about in the same way as a pack.
#[derive(Clone, Copy)]
pub struct Native {
    /// Its name.
    pub name: &'static str,
    /// What it can be told.
    pub settings: &'static [Setting<'static>],
    /// Sets it up; without settings it is in the catalogue and asks nobody.
    pub make: fn(Option<Settings>, Clock) -> Arc<dyn Provider>,
}
