//! The check between the waves of what is beyond the cap: whether going on is safe.
//!
//! Only looks; what did not pass keeps the next wave from starting, and what was done stays done.

use std::collections::BTreeSet;

use super::Ground;
use crate::domain::{Fact, Item, Locator, Seen};
use crate::plan::branch::cut_by;

/// Whether the next wave may start: what was cut is seen to be cut, our own credential is let in, and no protected identity
/// is stopped.
pub(super) async fn check(ground: &Ground<'_>, item: &Item, unproven: usize) -> Result<(), String> {
    if unproven > 0 {
        return Err(format!(
            "{unproven} of the waves before are not seen to be cut"
        ));
    }
    let providers: BTreeSet<&str> = item.target().map(Locator::provider).into_iter().collect();
    for provider in providers {
        if let Err(why) = ground.observer.answers(provider).await {
            return Err(format!(
                "our own credential was not let in at {provider}: {why}"
            ));
        }
    }
    let protected = ground.observer.located(ground.branches.protected()).await;
    let protected = ground.observer.observe(&protected).await;
    match protected.iter().find_map(|seen| stopped(ground, seen)) {
        Some(why) => Err(why),
        None => Ok(()),
    }
}

/// Why a protected identity could not be used now, where that is seen.
fn stopped(ground: &Ground<'_>, seen: &Seen) -> Option<String> {
    match &seen.fact {
        Fact::Gone => Some(format!("the protected identity {} is gone", seen.target)),
        Fact::Present(fields) => {
            let by = cut_by(ground.catalogue, &seen.target, fields)?;
            Some(format!(
                "{by} is in force on the protected identity {}",
                seen.target
            ))
        }
        // What cannot be read was perhaps never to be read: it is told by `contain doctor`.
        Fact::Unreadable(_) => None,
    }
}
