//! The SDK's clients: how a set of them is built, and where they send.
//!
//! Never uses an endpoint that the settings do not say.

use std::collections::BTreeMap;

use aws_config::AppName;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::adapter::Settings;
use super::client::Base;
use super::guard::Guard;

/// How long a connection may take to come about.
pub(super) const CONNECT: std::time::Duration = std::time::Duration::from_secs(4);

/// The SDK clients of a handle.
#[derive(Clone)]
pub(super) struct Clients {
    pub(super) iam: aws_sdk_iam::Client,
    /// Secrets Manager in the region of our configuration; another is a setting of the single request.
    pub(super) secrets: aws_sdk_secretsmanager::Client,
    pub(super) sts: aws_sdk_sts::Client,
}

/// No cache of credentials: whoever provides them holds them, and lets go of them by the clock of AWS.
pub(super) fn cache() -> aws_sdk_sts::config::SharedIdentityCache {
    aws_sdk_sts::config::IdentityCache::no_cache()
}

/// How a set of clients behaves.
pub(super) struct Manner {
    pub(super) repeats: RetryConfig,
    pub(super) deadline: std::time::Duration,
    pub(super) name: &'static str,
}

/// Builds the clients. Endpoints come from the settings alone, so that none is used that is not shown.
pub(super) fn clients(
    settings: &Settings,
    base: &Base,
    credentials: SharedCredentialsProvider,
    guard: &Guard,
    manner: &Manner,
) -> Clients {
    let deadlines = TimeoutConfig::builder()
        .operation_timeout(if manner.repeats.max_attempts() > 1 {
            manner.deadline * 3
        } else {
            manner.deadline
        })
        .operation_attempt_timeout(manner.deadline)
        .connect_timeout(CONNECT)
        .build();
    let iam = aws_sdk_iam::config::Builder::from(&base.sdk)
        .credentials_provider(credentials.clone())
        .identity_cache(cache())
        .retry_config(manner.repeats.clone())
        .timeout_config(deadlines.clone())
        .app_name(app_name(manner.name))
        .interceptor(guard.clone());
    let sts = aws_sdk_sts::config::Builder::from(&base.sdk)
        .credentials_provider(credentials.clone())
        .identity_cache(cache())
        .retry_config(manner.repeats.clone())
        .timeout_config(deadlines.clone())
        .app_name(app_name(manner.name))
        .interceptor(guard.clone());
    let secrets = aws_sdk_secretsmanager::config::Builder::from(&base.sdk)
        .credentials_provider(credentials.clone())
        .identity_cache(cache())
        .retry_config(manner.repeats.clone())
        .timeout_config(deadlines.clone())
        .app_name(app_name(manner.name))
        .interceptor(guard.clone());
    let mut builders = (iam, sts, secrets);
    builders
        .0
        .set_endpoint_url(settings.endpoint("iam").map(str::to_owned));
    builders
        .1
        .set_endpoint_url(settings.endpoint("sts").map(str::to_owned));
    builders
        .2
        .set_endpoint_url(settings.endpoint("secrets_manager").map(str::to_owned));
    Clients {
        iam: aws_sdk_iam::Client::from_conf(builders.0.build()),
        secrets: aws_sdk_secretsmanager::Client::from_conf(builders.2.build()),
        sts: aws_sdk_sts::Client::from_conf(builders.1.build()),
    }
}

#[expect(
    clippy::expect_used,
    reason = "two literals, both of allowed characters"
)]
pub(super) fn app_name(name: &'static str) -> AppName {
    AppName::new(name).expect("a literal name")
}

/// The endpoint of a service, for those that the SDK serves and those that we sign ourselves.
pub(super) fn endpoint<'a>(all: &'a BTreeMap<String, String>, service: &str) -> Option<&'a str> {
    all.get(service)
        .or_else(|| all.get(""))
        .map(String::as_str)
        .filter(|url| !url.is_empty())
}
