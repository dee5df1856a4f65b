//! Recorded conversations, as the file has them.
//!
//! Never runs one: `replay` holds the vendor's end, `rehearse` ours.

use serde::Deserialize;
use serde_json::Value;

use super::model::{Ends, Named};
use crate::domain::Because;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    pub(super) to: String,
    pub(super) sends: Option<Value>,
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: Named<String>,
    pub(super) json: Option<Value>,
    pub(super) text: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Test {
    pub(super) name: String,
    #[serde(rename = "do")]
    pub(super) action: Option<String>,
    #[serde(default)]
    pub(super) look: bool,
    #[serde(default)]
    pub(super) resolve: bool,
    #[serde(default)]
    pub(super) identify: bool,
    #[serde(default)]
    pub(super) reach: bool,
    #[serde(default)]
    pub(super) activity: bool,
    #[serde(default)]
    pub(super) probe: bool,
    #[serde(default)]
    pub(super) whoami: bool,
    pub(super) target: Option<String>,
    #[serde(default)]
    pub(super) held: bool,
    #[serde(default)]
    pub(super) was_alive: bool,
    #[serde(default)]
    pub(super) was_seen: bool,
    #[serde(default)]
    pub(super) before: Named<Value>,
    #[serde(default)]
    pub(super) with: Named<Value>,
    pub(super) ends: Ends,
    pub(super) because: Option<Because>,
    #[serde(default)]
    pub(super) shows: Named<Value>,
    pub(super) found: Option<Vec<String>>,
    pub(super) replies: Vec<Reply>,
}
