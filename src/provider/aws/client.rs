//! The connection to AWS: configuration, our own identity, and the clients of a handle.
//!
//! Never repeats a call that changes something, and never uses an endpoint that is not shown.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use tokio::sync::OnceCell;

use super::adapter::Settings;
use super::credentials::Held;
use super::export::Exports;
use super::failure::{Failure, no_credentials};
use super::guard::{Guard, Heard, READS};
use super::keys::Known;
use super::pass::{Entry, Role, Sessions, fixed};
use super::sdk::{CONNECT, app_name, cache};
pub(super) use super::sdk::{Clients, Manner, clients, endpoint};
use crate::domain::{Because, Clock, Duration, Locator, Time, Why};

/// How long one request may take.
pub(super) const DEADLINE: std::time::Duration = std::time::Duration::from_secs(10);

/// The latest of the SDK's behaviours whose HTTP client takes no proxy from the environment. What changed otherwise
/// since then, repeats and the time to connect, is set here for every client.
#[expect(
    deprecated,
    reason = "the behaviours that supersede it send requests through a proxy that nobody configured"
)]
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2025_01_17()
}

/// What all handles of one process share.
pub(super) struct Link {
    pub(super) settings: Settings,
    pub(super) clock: Clock,
    pub(super) heard: Arc<Heard>,
    pub(super) known: Mutex<Known>,
    pub(super) exports: Arc<Exports>,
    /// When the next CloudTrail request may leave.
    pub(super) turn: tokio::sync::Mutex<Option<Time>>,
    /// The link whose credentials ours are got with; of the link of another account only.
    home: Option<Arc<Self>>,
    /// The link of the management account or its delegate, where one is named.
    pub(super) organization: OnceLock<Arc<Self>>,
    pub(super) turns: super::service::organization::Turns,
    /// The sessions of our role that we act under.
    pub(super) sessions: Sessions,
    base: OnceCell<Base>,
    pub(super) me: OnceCell<Me>,
    http: OnceLock<reqwest::Client>,
}

/// The loaded configuration.
pub(super) struct Base {
    pub(super) sdk: SdkConfig,
    pub(super) credentials: SharedCredentialsProvider,
    /// What the chosen role is entered with, where one is chosen, and what that was entered with.
    pub(super) sources: Vec<SharedCredentialsProvider>,
    /// What the roles of other accounts are entered with.
    onward: SharedCredentialsProvider,
    pub(super) region: String,
}

/// Who we are.
pub(super) struct Me {
    pub(super) account: String,
    pub(super) names: Vec<Locator>,
}

impl Link {
    pub(super) fn new(settings: Settings, clock: Clock) -> Self {
        Self {
            exports: Arc::new(Exports::new(&settings.activity)),
            settings,
            clock,
            heard: Arc::default(),
            known: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            home: None,
            organization: OnceLock::new(),
            turns: super::service::organization::Turns::default(),
            sessions: Sessions::default(),
            base: OnceCell::new(),
            me: OnceCell::new(),
            http: OnceLock::new(),
        }
    }

    /// A link to another account, by a role that is entered with the credentials of this one.
    pub(super) fn beyond(home: &Arc<Self>, role: &str) -> Self {
        let settings = Settings {
            role: Some(role.to_owned()),
            ..home.settings.clone()
        };
        Self {
            home: Some(Arc::clone(home)),
            ..Self::new(settings, home.clock.clone())
        }
    }

    /// A link that knows its credentials and endpoint, for tests on loopback.
    #[cfg(test)]
    pub(super) fn fixed(endpoint: &str) -> Self {
        let mut link = Self::fixed_as(endpoint, "test");
        let me = Me {
            account: "1".to_owned(),
            names: Vec::new(),
        };
        link.me = OnceCell::new_with(Some(me));
        link
    }

    /// The same with this key id, and without knowing who we are.
    #[cfg(test)]
    pub(super) fn fixed_as(endpoint: &str, key_id: &str) -> Self {
        let mut settings = Settings::default();
        settings
            .endpoints
            .insert(String::new(), endpoint.to_owned());
        let region = Region::from_static("us-east-1");
        let credentials = fixed(Credentials::new(key_id, "test", None, None, "test"));
        let base = Base {
            sdk: SdkConfig::builder()
                .behavior_version(behavior())
                .region(region)
                .build(),
            credentials: credentials.clone(),
            onward: credentials,
            sources: Vec::new(),
            region: "us-east-1".to_owned(),
        };
        let mut link = Self::new(settings, Clock::wall());
        link.base = OnceCell::new_with(Some(base));
        link
    }

    /// The client for what the SDK does not send.
    pub(super) fn http(&self) -> Result<&reqwest::Client, Failure> {
        if let Some(made) = self.http.get() {
            return Ok(made);
        }
        let deadline = Duration::try_from(DEADLINE).unwrap_or(Duration::from_secs(10));
        let made = crate::provider::http::client(deadline).map_err(Failure::Unsent)?;
        Ok(self.http.get_or_init(|| made))
    }

    /// Whose a session is, where something told.
    pub(super) fn principal_of(&self, session: &Locator) -> Option<Locator> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.sessions.get(session.id()).cloned()
    }

    /// Keeps whose a session is.
    pub(super) fn learn(&self, session: &Locator, principal: &Locator) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let id = session.id().to_owned();
        known.sessions.insert(id, principal.clone());
    }

    /// The configuration; loaded once, and again after a failure.
    pub(super) async fn base(&self) -> Result<&Base, Why> {
        let load = || async {
            match &self.home {
                Some(home) => self.enter(Box::pin(home.base()).await?).await,
                None => self.load().await,
            }
        };
        self.base.get_or_try_init(load).await
    }

    /// The configuration of another account: the same, with the credentials of its role.
    async fn enter(&self, home: &Base) -> Result<Base, Why> {
        let role = self.settings.role.as_deref().unwrap_or_default();
        let mut sources = vec![home.onward.clone()];
        sources.extend(home.sources.iter().cloned());
        let credentials = self.entered(Entry::to_read(role), &home.sdk, &home.onward);
        Ok(Base {
            sdk: home.sdk.clone(),
            onward: credentials.clone(),
            credentials,
            sources,
            region: home.region.clone(),
        })
    }

    /// The credentials of a role that is entered in one way, taken anew before they lapse.
    fn entered(
        &self,
        entry: Entry,
        sdk: &SdkConfig,
        with: &SharedCredentialsProvider,
    ) -> SharedCredentialsProvider {
        let sts = self.sts(sdk, with.clone(), "sts:AssumeRole");
        self.held(SharedCredentialsProvider::new(Role { sts, entry }))
    }

    /// A client that does one thing alone, with credentials that are not those of the handles.
    fn sts(
        &self,
        sdk: &SdkConfig,
        with: SharedCredentialsProvider,
        only: &str,
    ) -> aws_sdk_sts::Client {
        let guard = Guard {
            allowed: Arc::new([only.to_owned()].into()),
            heard: Arc::clone(&self.heard),
            clock: self.clock.clone(),
        };
        let deadlines = TimeoutConfig::builder()
            .operation_timeout(DEADLINE * 3)
            .operation_attempt_timeout(DEADLINE)
            .connect_timeout(CONNECT)
            .build();
        let config = aws_sdk_sts::config::Builder::from(sdk)
            .credentials_provider(with)
            .identity_cache(cache())
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(deadlines)
            .interceptor(guard);
        aws_sdk_sts::Client::from_conf(config.build())
    }

    /// Whose credentials these are, as an ARN.
    pub(super) async fn ask_who(
        &self,
        with: &SharedCredentialsProvider,
    ) -> Result<Option<String>, Why> {
        let base = self.base().await?;
        let who = "sts:GetCallerIdentity";
        let said = self.sts(&base.sdk, with.clone(), who);
        let said = said.get_caller_identity().send().await;
        let said = said.map_err(|failed| Failure::of(&failed, who).why())?;
        Ok(said.arn)
    }

    /// A client with which our role is entered.
    pub(super) async fn door(&self) -> Result<aws_sdk_sts::Client, Why> {
        let base = self.base().await?;
        let with = base.sources.first().unwrap_or(&base.credentials);
        Ok(self.sts(&base.sdk, with.clone(), "sts:AssumeRole"))
    }

    fn held(&self, inner: SharedCredentialsProvider) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(Held::new(
            inner,
            self.clock.clone(),
            Arc::clone(&self.heard),
        ))
    }

    async fn load(&self) -> Result<Base, Why> {
        use aws_config::environment::EnvironmentVariableRegionProvider;
        use aws_config::meta::region::RegionProviderChain;
        use aws_config::profile::ProfileFileRegionProvider;

        let profile = self.settings.profile.as_deref();
        let mut profiled = ProfileFileRegionProvider::builder();
        let deadlines = TimeoutConfig::builder().connect_timeout(CONNECT).build();
        let mut loader = aws_config::defaults(behavior())
            .retry_config(RetryConfig::standard())
            .timeout_config(deadlines);
        if let Some(profile) = profile {
            profiled = profiled.profile_name(profile);
            loader = loader.profile_name(profile);
        }
        // The default chain would ask the instance's metadata service for a region and stall elsewhere.
        let region = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
            .or_else(profiled.build())
            .or_else(Region::from_static("us-east-1"));
        loader = loader.region(region).app_name(app_name("contain"));
        if let Some(url) = self.settings.endpoint("sts") {
            loader = loader.endpoint_url(url);
        }
        if let Some(given) = &self.settings.given {
            loader = loader.credentials_provider(given.credentials());
        }
        let sdk = loader.load().await;
        if let Some(url) = sdk.endpoint_url()
            && self.settings.endpoint("sts") != Some(url)
        {
            return Err(Why::new(
                Because::Invalid,
                format!(
                    "the AWS profile sets the endpoint `{url}`, which contain would not show; set AWS_ENDPOINT_URL instead"
                ),
            ));
        }
        let region = sdk
            .region()
            .map_or_else(|| "us-east-1".to_owned(), ToString::to_string);
        let sts = self.settings.endpoint("sts");
        let ambient = sdk
            .credentials_provider()
            .ok_or_else(|| Why::new(Because::Unauthenticated, "no AWS credentials were found"))?;
        let ambient = self.held(ambient);
        let sdk = shown(&sdk, sts);
        let (credentials, onward, sources) = match &self.settings.role {
            Some(role) => {
                let entry = match &self.settings.keeps {
                    Some(bucket) => {
                        let partition = role.split(':').nth(1).unwrap_or("aws");
                        Entry::to_keep(role, (partition, bucket))
                    }
                    None => Entry::to_read(role),
                };
                let reads = self.entered(entry, &sdk, &ambient);
                let beyond = self.settings.accounts.values();
                let beyond = beyond.chain(&self.settings.organization).cloned();
                let on = Entry::to_go_on(role, &Vec::from_iter(beyond));
                let onward = self.entered(on, &sdk, &ambient);
                (reads, onward, vec![ambient])
            }
            None => (ambient.clone(), ambient, Vec::new()),
        };
        Ok(Base {
            sdk,
            credentials,
            onward,
            sources,
            region,
        })
    }

    /// Our own credentials, as used for the next request.
    pub(super) async fn credentials(&self) -> Result<Credentials, Why> {
        let base = self.base().await?;
        let provided = base.credentials.provide_credentials().await;
        provided.map_err(|failed| no_credentials(&failed))
    }
}

/// The configuration without what a profile says of single services' endpoints, which nobody would be shown: of what it
/// says the region and the manner of sending stay.
fn shown(sdk: &SdkConfig, sts: Option<&str>) -> SdkConfig {
    let mut shown = SdkConfig::builder()
        .behavior_version(behavior())
        .app_name(app_name("contain"));
    shown
        .set_region(sdk.region().cloned())
        .set_retry_config(sdk.retry_config().cloned())
        .set_timeout_config(sdk.timeout_config().cloned())
        .set_sleep_impl(sdk.sleep_impl())
        .set_time_source(sdk.time_source())
        .set_http_client(sdk.http_client())
        .set_use_fips(sdk.use_fips())
        .set_use_dual_stack(sdk.use_dual_stack())
        .set_endpoint_url(sts.map(str::to_owned));
    shown.build()
}

/// One handle: the clients and what they may send.
pub(super) struct Handle {
    pub(super) link: Arc<Link>,
    pub(super) account: Option<String>,
    pub(super) guard: Guard,
    acts: bool,
    /// The policy of the session that it acts under, where it does.
    under: Option<String>,
    clients: OnceCell<Clients>,
}

impl Handle {
    /// A handle that reads, and with `only` also sends these permissions' operations.
    pub(super) fn new(link: Arc<Link>, account: Option<&str>, only: Option<&[String]>) -> Self {
        let reads = READS.iter().map(|&read| read.to_owned());
        let allowed = reads.chain(only.unwrap_or_default().iter().cloned());
        let guard = Guard {
            allowed: Arc::new(allowed.collect()),
            heard: Arc::clone(&link.heard),
            clock: link.clock.clone(),
        };
        Self {
            link,
            account: account.map(str::to_owned),
            guard,
            acts: only.is_some(),
            under: None,
            clients: OnceCell::new(),
        }
    }

    /// The same handle under the sessions with this policy: where none is held it sends nothing.
    pub(super) fn under(self, policy: &str) -> Self {
        let under = Some(policy.to_owned());
        Self { under, ..self }
    }

    /// The policy of the session that it sends under; none where its connection has no role to be in.
    pub(super) fn pass(&self) -> Option<&str> {
        let policy = self.under.as_deref();
        policy.filter(|_| self.link.settings.role.is_some())
    }

    /// Lets go of the sessions that it acts under; whether there are any.
    pub(super) async fn forget(&self) -> bool {
        let Some(policy) = &self.under else {
            return false;
        };
        let organization = self.link.organization.get();
        for link in std::iter::once(&self.link).chain(organization) {
            link.sessions.forget(policy).await;
        }
        true
    }

    /// What its next request is signed with.
    pub(super) async fn credentials(&self) -> Result<Credentials, Why> {
        match self.pass() {
            Some(policy) => self.link.sessions.credentials(policy).await,
            None => self.link.credentials().await,
        }
    }

    /// The same handle, in the account that may write the organisation's policies.
    pub(super) fn of_organization(&self) -> Self {
        Self {
            link: Arc::clone(self.link.organization.get().unwrap_or(&self.link)),
            account: None,
            guard: self.guard.clone(),
            acts: self.acts,
            under: self.under.clone(),
            clients: OnceCell::new(),
        }
    }

    /// Whether a request that needs this permission may be signed.
    pub(super) fn allows(&self, permission: &str) -> bool {
        self.guard.allowed.contains(permission)
    }

    /// The clients; repeats are off where the handle acts.
    pub(super) async fn clients(&self) -> Result<&Clients, Why> {
        let made = self.clients.get_or_try_init(|| async {
            let base = self.link.base().await?;
            let repeats = if self.acts {
                RetryConfig::disabled()
            } else {
                RetryConfig::standard().with_max_attempts(3)
            };
            let credentials = match self.pass() {
                Some(_) => fixed(self.credentials().await?),
                None => base.credentials.clone(),
            };
            Ok(clients(
                &self.link.settings,
                base,
                credentials,
                &self.guard,
                &Manner {
                    repeats,
                    deadline: DEADLINE,
                    name: "contain",
                },
            ))
        });
        made.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_endpoint_of_a_profile_is_used_that_nobody_is_shown() {
        let secret = crate::domain::Secret::new("test".to_owned());
        let settings = Settings {
            given: Some(Arc::new(super::super::Given::new("test", secret))),
            ..Settings::default()
        };
        let link = Link::new(settings, Clock::wall());
        let base = link
            .base()
            .await
            .unwrap_or_else(|why| unreachable!("{why}"));
        assert!(base.sdk.service_config().is_none());
        assert_eq!(base.sdk.endpoint_url(), None);
        assert!(base.sdk.sleep_impl().is_some());
    }
}
