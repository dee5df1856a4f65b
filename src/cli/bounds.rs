//! The bounds that a workspace sets for an endpoint that is not the vendor's.
//!
//! Only reads them.

#![cfg_attr(
    not(feature = "aws"),
    expect(dead_code, reason = "only the AWS provider reads them")
)]

use std::path::Path;

use serde::Deserialize;

use super::failure::Failure;
use crate::domain::{Duration, clock};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Bounds {
    propagation: String,
    audit_lag: String,
}

impl Bounds {
    pub(super) fn read(&self, file: &Path) -> Result<(Duration, Duration), Box<Failure>> {
        let read = |key: &str, text: &str| {
            clock::read_duration(text).map_err(|why| {
                Box::new(Failure::new(
                    2,
                    "invalid-file",
                    format!("{}: providers.aws.bounds.{key}: {why}", file.display()),
                ))
            })
        };
        Ok((
            read("propagation", &self.propagation)?,
            read("audit_lag", &self.audit_lag)?,
        ))
    }
}
