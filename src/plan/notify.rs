//! Telling somebody through a notifier of the workspace: which channel a step means.
//!
//! Never sends anything; a channel that the workspace does not have is refused before anything is done.

use super::{Ask, Error};
use crate::domain::{ActionId, Locator, Named};

/// The parameter that holds what is told.
pub(super) const TEXT: &str = "text";
/// The action that tells it.
const ACTION: &str = "notify.send-message";

/// The action, and the channel that a notifier's name means.
pub(super) fn channel(step: &str, to: &str) -> Result<(ActionId, Locator), Error> {
    let unusable = |why: String| Error::Notifier {
        step: step.to_owned(),
        why,
    };
    let action = ACTION.parse().map_err(unusable)?;
    let channel = format!("notify:channel/{to}@workspace").parse::<Locator>();
    Ok((action, channel.map_err(|why| unusable(why.to_string()))?))
}

/// Refuses a notifier that the workspace does not have; the provider of notifiers names the nearest one.
pub(super) async fn known(ask: &Ask<'_>, step: &str, channel: &Locator) -> Result<(), Error> {
    let named = Named::from(channel);
    match ask
        .observer
        .resolve(std::slice::from_ref(&named))
        .await
        .pop()
    {
        Some(Ok(_)) => Ok(()),
        Some(Err(why)) => Err(Error::Notifier {
            step: step.to_owned(),
            why: why.to_string(),
        }),
        None => Err(Error::Notifier {
            step: step.to_owned(),
            why: format!("{channel} cannot be looked up"),
        }),
    }
}
