//! What is asked to come back, and how a run keeps it in its inputs.
//!
//! Never decides whether it may.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::measure::Measure;
use crate::domain::event::Order;
use crate::domain::{ActionId, Locator};

/// What is asked to come back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Targets, or the subjects of a false positive; empty means all that may come back.
    pub named: Vec<Locator>,
    /// Fields of what is named that come back although the subject itself changed them.
    pub even_if_changed: BTreeSet<String>,
    /// The word that what was cut is healthy.
    pub healthy: Option<Healthy>,
    /// Of a target that stands here, only the measures that these actions made.
    pub only: BTreeSet<(ActionId, Locator)>,
}

/// Somebody's word that what was cut never was compromised.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Healthy {
    /// Why.
    pub reason: String,
    /// Whether the sessions that were cut are healthy too.
    pub sessions: bool,
}

const NAMED: &str = "restore";
const EVEN_IF_CHANGED: &str = "even_if_changed";
const HEALTHY: &str = "false_positive";
const ONLY: &str = "only";

impl Wanted {
    /// What a restoring run was asked.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        fn read<T: serde::de::DeserializeOwned>(order: &Order, name: &str) -> Option<T> {
            serde_json::from_value(order.inputs.get(name)?.clone()).ok()
        }
        Self {
            named: read(order, NAMED).unwrap_or_default(),
            even_if_changed: read(order, EVEN_IF_CHANGED).unwrap_or_default(),
            healthy: read(order, HEALTHY),
            only: read(order, ONLY).unwrap_or_default(),
        }
    }

    /// The same, as the inputs of a run.
    #[must_use]
    pub fn inputs(&self) -> BTreeMap<String, Value> {
        fn written<T: Serialize>(value: &T) -> Value {
            serde_json::to_value(value).unwrap_or_default()
        }
        let mut inputs = BTreeMap::from([(NAMED.to_owned(), written(&self.named))]);
        if !self.even_if_changed.is_empty() {
            inputs.insert(EVEN_IF_CHANGED.to_owned(), written(&self.even_if_changed));
        }
        if let Some(healthy) = &self.healthy {
            inputs.insert(HEALTHY.to_owned(), written(healthy));
        }
        if !self.only.is_empty() {
            inputs.insert(ONLY.to_owned(), written(&self.only));
        }
        inputs
    }

    /// Whether a measure is meant.
    pub(super) fn chooses(
        &self,
        (action, target): (&ActionId, &Locator),
        measure: &Measure<'_>,
    ) -> bool {
        let mut on_it = self.only.iter().filter(|(_, on)| on == target).peekable();
        if on_it.peek().is_some() && !on_it.any(|(only, _)| only == action) {
            return false;
        }
        let of_subject = || {
            let mut subjects = measure.subjects.iter();
            self.healthy.is_some() && subjects.any(|subject| self.named.contains(subject))
        };
        self.named.is_empty() || self.named.contains(target) || of_subject()
    }
}
