//! What a run was asked to do: all that `resume` needs to go on.
//!
//! Secrets stand in it by reference and keyed fingerprint, never themselves.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Digest, Fingerprint, Locator, Relation, SecretRef, Time};

/// What a run was asked to do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The command's verb, e.g. `isolate`.
    pub verb: String,
    /// The playbook's name.
    pub playbook: String,
    /// The playbook's digest; its text is in the folder's `plans/`.
    pub digest: Digest,
    /// The digests of the playbooks that it calls, by the id of the call; their texts lie beside its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, Digest>,
    /// The subjects, canonical.
    pub subjects: Vec<Locator>,
    /// The identities of the estate that were named, whose every locator is a subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<String>,
    /// Inputs by name.
    pub inputs: BTreeMap<String, serde_json::Value>,
    /// Further relations to cut.
    pub include: Vec<Relation>,
    /// Whether the playbook has steps that cut.
    pub cuts: bool,
    /// Whether the reach mandate is withheld.
    pub exact: bool,
    /// Whether the run goes on until contained.
    pub wait: bool,
    /// The start of the window.
    pub since: Time,
    /// Which targets' secrets were given, by reference and keyed fingerprint.
    pub secrets: Vec<SecretNote>,
    /// What a pasted leak named and that is no subject: it is left alone, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_alone: Vec<super::NotSeen>,
    /// Who acts, as the providers see it.
    pub acting_as: Vec<Locator>,
    /// Endpoints that are not the vendors' own.
    pub endpoints: BTreeMap<String, String>,
    /// Exported logs that are read beside the providers' own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activity: Vec<PathBuf>,
    /// The version of this program.
    pub tool: String,
    /// The digest of the policy set.
    pub policy: Digest,
}

impl Order {
    /// The verb of runs that give back.
    pub const RESTORE: &'static str = "restore";

    /// Whether it is of one of the phases after isolate alone: it cuts nothing of the set.
    #[must_use]
    pub fn is_of_later_phase(&self) -> bool {
        matches!(self.verb.as_str(), "inventory" | "validate" | "reissue")
    }

    /// Whether the run gives back instead of cutting.
    #[must_use]
    pub fn gives_back(&self) -> bool {
        self.verb == Self::RESTORE
    }
}

/// A secret, without the secret.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SecretNote {
    /// Whose secret.
    pub target: Locator,
    /// Where it was read from.
    pub reference: SecretRef,
    /// What it is known by.
    pub fingerprint: Fingerprint,
}
