//! Our own credentials, held for as long as they are good.
//!
//! Never hands out a set that is about to lapse.

use aws_credential_types::Credentials;
use aws_credential_types::provider::future::ProvideCredentials as Soon;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use crate::domain::{Clock, Duration};

/// Hands out one set of credentials until shortly before it lapses, so that all clients and our own name agree.
#[derive(Debug)]
pub(super) struct Held {
    inner: SharedCredentialsProvider,
    clock: Clock,
    held: tokio::sync::Mutex<Option<Credentials>>,
}

impl Held {
    /// Holds what this provider gives.
    pub(super) fn new(inner: SharedCredentialsProvider, clock: Clock) -> Self {
        Self {
            inner,
            clock,
            held: tokio::sync::Mutex::default(),
        }
    }
}

impl ProvideCredentials for Held {
    fn provide_credentials<'a>(&'a self) -> Soon<'a>
    where
        Self: 'a,
    {
        Soon::new(async move {
            let mut held = self.held.lock().await;
            let soon = self.clock.now() + Duration::from_mins(5);
            if let Some(fresh) = held.as_ref().filter(|held| {
                held.expiry()
                    .is_none_or(|end| end > std::time::SystemTime::from(soon))
            }) {
                return Ok(fresh.clone());
            }
            let fresh = self.inner.provide_credentials().await?;
            *held = Some(fresh.clone());
            Ok(fresh)
        })
    }
}
