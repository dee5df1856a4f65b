//! A plan: canonical JSON with a digest, complete enough to be approved and applied by somebody else.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::digest::{Hasher, Object};
use super::{Digest, Item, ItemRef, Locator, NotSeen, Phase, Time};

/// The version of the plan format that this program writes.
pub const VERSION: u8 = 1;

/// One round, planned.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// The format's version.
    pub v: u8,
    /// The incident.
    pub incident: String,
    /// The run.
    pub run: u32,
    /// The round within the run, from 1.
    pub round: u32,
    /// The digest of the run's previous plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Digest>,
    /// Digests of what it was made from: playbook, policy, tool.
    pub made_from: BTreeMap<String, Digest>,
    /// Who acts, as the providers see it.
    pub acting_as: Vec<Locator>,
    /// Who asks for it, where people are configured: the operator, and the person behind every account in use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requested_by: Vec<String>,
    /// What the operator named.
    pub subjects: Vec<Locator>,
    /// When it was made.
    pub at: Time,
    /// When it may no longer be applied.
    pub expires: Time,
    /// What would be done.
    pub items: Vec<Item>,
    /// What a later round will plan.
    #[serde(default)]
    pub pending: Vec<Pending>,
    /// What is outside the set and stays alive.
    #[serde(default)]
    pub outside: Vec<Outside>,
    /// What could not be seen.
    #[serde(default)]
    pub not_seen: Vec<NotSeen>,
    /// What about it is not as it should be, and holds nothing up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A step that a later round will plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// Its phase.
    pub phase: Phase,
    /// Its id.
    pub step: String,
    /// What it waits for.
    pub why: String,
}

/// Something alive that is not in the set.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outside {
    /// What it is.
    pub what: Locator,
    /// Why it is alive, with created and last used.
    pub why: String,
    /// The command that would cut it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_with: Option<String>,
    /// When it lapses by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

impl Plan {
    /// The name of one of its items in the record.
    #[must_use]
    pub fn named(&self, item: &Item) -> ItemRef {
        ItemRef {
            run: self.run,
            round: self.round,
            key: item.key.clone(),
        }
    }

    /// The digest: SHA-256 of the canonical JSON of all of it.
    ///
    /// # Errors
    /// Fails only where the plan has no JSON form.
    pub fn digest(&self) -> io::Result<Digest> {
        let mut hasher = Hasher::default();
        self.write(&mut hasher)?;
        Ok(hasher.finish())
    }

    /// Writes the canonical JSON (RFC 8785) of all of it, without ever holding more of it than one item's.
    ///
    /// # Errors
    /// Fails where the writer does, or where the plan has no JSON form.
    pub fn write(&self, to: &mut dyn io::Write) -> io::Result<()> {
        // Taken apart by name, so that a new field cannot be forgotten; members stand in the order of their names.
        let Self {
            v,
            incident,
            run,
            round,
            after,
            made_from,
            acting_as,
            requested_by,
            subjects,
            at,
            expires,
            items,
            pending,
            outside,
            not_seen,
            warnings,
        } = self;
        let mut object = Object::open(to)?;
        object.list("acting_as", acting_as)?;
        if let Some(after) = after {
            object.member("after", after)?;
        }
        object.member("at", at)?;
        object.member("expires", expires)?;
        object.member("incident", incident)?;
        object.list("items", items)?;
        object.member("made_from", made_from)?;
        object.list("not_seen", not_seen)?;
        object.list("outside", outside)?;
        object.list("pending", pending)?;
        if !requested_by.is_empty() {
            object.list("requested_by", requested_by)?;
        }
        object.member("round", round)?;
        object.member("run", run)?;
        object.list("subjects", subjects)?;
        object.member("v", v)?;
        if !warnings.is_empty() {
            object.list("warnings", warnings)?;
        }
        object.close()
    }

    /// Whether nothing in it changes anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.iter().all(|item| item.call().is_none())
    }

    /// The highest tier among the items that change anything.
    #[must_use]
    pub fn tier(&self) -> super::Tier {
        self.items
            .iter()
            .filter(|item| item.call().is_some())
            .map(|item| item.tier)
            .max()
            .unwrap_or(super::Tier::READ)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_written_member_by_member_is_its_canonical_json()
    -> Result<(), Box<dyn std::error::Error>> {
        let item = serde_json::json!({
            "key": "isolate/stop@aws:user/bot@1", "work": {"manual": {"target": "aws:user/bot@1", "steps": "é \n"}},
            "before": null, "tier": 1, "reasons": ["b", "a"], "facts": {"z": 1.0, "a": [1, {"y": 2, "x": 1}]},
        });
        let whole: Plan = serde_json::from_value(serde_json::json!({
            "v": 1, "incident": "i", "run": 1, "round": 2, "after": Digest::ZERO, "made_from": {"tool": Digest::ZERO},
            "acting_as": ["aws:user/us@1"], "requested_by": ["alice", "bot"], "subjects": ["aws:user/bot@1", "aws:user/bat@1"],
            "at": "2026-01-01T00:00:00Z", "expires": "2026-01-01T01:00:00Z", "items": [item, item],
            "pending": [{"phase": "inventory", "step": "s", "why": "w"}],
            "outside": [{"what": "aws:user/x@1", "why": "w", "until": "2026-01-01T01:00:00Z"}], "not_seen": [], "warnings": ["w"],
        }))?;
        let bare = Plan {
            after: None,
            requested_by: Vec::new(),
            items: Vec::new(),
            warnings: Vec::new(),
            ..whole.clone()
        };
        for plan in [whole, bare] {
            let mut written = Vec::new();
            plan.write(&mut written)?;
            assert_eq!(
                String::from_utf8(written)?,
                super::super::digest::canonical(&plan)?
            );
            assert_eq!(plan.digest()?, Digest::of_json(&plan)?);
        }
        Ok(())
    }
}
