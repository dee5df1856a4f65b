//! Our own credentials, held for as long as they are good.
//!
//! Never hands out a set that is about to lapse.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::future::ProvideCredentials as Soon;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use super::guard::Heard;
use crate::domain::{Clock, Duration, Time};

/// Hands out one set of credentials until shortly before it lapses, so that all clients and our own name agree.
#[derive(Debug)]
pub(super) struct Held {
    inner: SharedCredentialsProvider,
    clock: Clock,
    heard: Arc<Heard>,
    held: tokio::sync::Mutex<Option<(Credentials, Time)>>,
}

impl Held {
    /// Holds what this provider gives.
    pub(super) fn new(inner: SharedCredentialsProvider, clock: Clock, heard: Arc<Heard>) -> Self {
        Self {
            inner,
            clock,
            heard,
            held: tokio::sync::Mutex::default(),
        }
    }
}

/// Whether a set that was got at a time still has more than five minutes, or a third of its time where that is less.
fn is_good(held: &Credentials, since: Time, now: Time) -> bool {
    let Some(end) = held.expiry().map(Time::try_from) else {
        return true;
    };
    end.is_ok_and(|end| {
        let third = end.duration_since(since) / 3;
        end.duration_since(now) > third.min(Duration::from_mins(5))
    })
}

impl ProvideCredentials for Held {
    fn provide_credentials<'a>(&'a self) -> Soon<'a>
    where
        Self: 'a,
    {
        Soon::new(async move {
            let mut held = self.held.lock().await;
            let now = self.heard.there(&self.clock);
            if let Some((fresh, _)) = held
                .as_ref()
                .filter(|(held, since)| is_good(held, *since, now))
            {
                return Ok(fresh.clone());
            }
            let fresh = self.inner.provide_credentials().await?;
            *held = Some((fresh.clone(), now));
            Ok(fresh)
        })
    }
}
