//! Whose a key or session is, as the log tells.
//!
//! Never believes an event that says another account than the credential's own.

use super::client::Handle;
use super::event::Event;
use super::trail::{Budget, By, deadline, log, regions};
use crate::domain::{Duration, Locator, Time};

/// Whose session it is, by memory or the latest event that it signed.
pub(super) async fn principal_of_session(on: &Handle, session: &Locator) -> Option<Locator> {
    let longest = Duration::from_hours(36);
    let since = on.link.clock.now().saturating_sub(longest);
    principal_by_log(on, session, since.unwrap_or(Time::MIN)).await
}

/// Whose a key or session is, by memory or the latest event that it signed.
pub(super) async fn principal_by_log(
    on: &Handle,
    credential: &Locator,
    since: Time,
) -> Option<Locator> {
    if let Some(known) = on.link.principal_of(credential) {
        return Some(known);
    }
    let exported = on.link.exports.signer(credential.id());
    if let Some(principal) = exported.filter(|told| told.account() == credential.account()) {
        on.link.learn(credential, &principal);
        return Some(principal);
    }
    let by = By {
        attribute: "AccessKeyId",
        value: credential.id().to_owned(),
    };
    let now = on.link.clock.now();
    for region in regions(on).await.ok()? {
        let mut budget = Budget {
            pages: 1,
            until: now.saturating_add(deadline()).unwrap_or(now),
        };
        let log = log(on, &region, &by, since, &mut budget).await;
        if let Some(principal) = signer(&log.events, credential) {
            on.link.learn(credential, &principal);
            return Some(principal);
        }
    }
    None
}

/// Whose a credential is, by what it signed; names of no vendor come with identities of no vendor.
pub(super) fn signer(events: &[Event], credential: &Locator) -> Option<Locator> {
    let mut published = events.iter().filter(|event| event.is_published());
    let told = published.find_map(|event| event.principal.clone());
    told.filter(|told| told.account() == credential.account())
}
