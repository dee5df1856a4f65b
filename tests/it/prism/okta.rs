//! Okta's own description (OpenAPI 3, release 2026.06.3): every request of the pack is in it and is accepted.

use super::{Described, hold};

pub(super) const DESCRIBED: Described = Described {
    pack: "okta",
    file: "okta.openapi.json",
    base: "",
    outside: &[],
    unnamed: &[],
    as_described: |came| came,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_to_okta_is_accepted_by_its_own_description() {
    let (refused, held) = hold(&DESCRIBED).await;
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(held.len() >= 26, "{held:#?}");
}
