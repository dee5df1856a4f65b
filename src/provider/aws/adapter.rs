//! AWS as a provider: settings, bounds, and the handles.
//!
//! Never reads the environment: whoever builds it hands over what was configured.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::StreamExt as _;

use super::accounts::{Links, foreign};
use super::client::{self, Handle};
use super::{account_of_key_id, actions, kinds};
use crate::domain::{
    ActionId, Because, Bound, Branch, Call, Clock, Duration, Kind, Locator, Named, Outcome, Pass,
    Probe, Query, ReadKind, Reading, Secret, Seen, Spec, Time, Why,
};
use crate::provider::{Act, Footing, Guardrail, Need, Observe, Provider, Remit, Soon, Want, leak};

/// How many calls of one slice are under way at once.
const AT_ONCE: usize = 16;

/// What the operator configured.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The profile to use; the ambient credentials otherwise.
    pub profile: Option<String>,
    /// The ARN of a role to assume first.
    pub role: Option<String>,
    /// The regions whose CloudTrail is read; empty means the configured one, and the one that logs IAM.
    pub regions: Vec<String>,
    /// Endpoints by service (`iam`, `secrets_manager`; empty for all), as `AWS_ENDPOINT_URL[_SERVICE]` says.
    pub endpoints: BTreeMap<String, String>,
    /// Bounds for an endpoint that is not the vendor's; ignored otherwise.
    pub bounds: Option<Bounds>,
    /// The ARN of the responder's role in each other account, by account.
    pub accounts: BTreeMap<String, String>,
    /// The ARN of a role that may write service control policies: of the management account, or of its delegate.
    pub organization: Option<String>,
    /// Credentials that whoever builds the provider hands over, in place of the ambient ones.
    pub given: Option<Arc<Given>>,
    /// The bucket that these credentials keep the record in, and are for nothing else.
    pub keeps: Option<String>,
    /// Files of exported CloudTrail events, read beside its API.
    pub activity: Vec<PathBuf>,
}

/// Credentials that are handed over; whoever holds them cannot show them.
#[derive(Debug)]
pub struct Given {
    key_id: String,
    secret: Secret,
}

impl Given {
    /// Takes an access key over.
    #[must_use]
    pub fn new(key_id: &str, secret: Secret) -> Self {
        Self {
            key_id: key_id.to_owned(),
            secret,
        }
    }

    pub(super) fn credentials(&self) -> aws_credential_types::Credentials {
        let secret = self.secret.expose();
        aws_credential_types::Credentials::new(&self.key_id, secret, None, None, "given")
    }
}

/// Bounds that a workspace sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// How long a change takes to reach everywhere.
    pub propagation: Duration,
    /// How long the audit log lags.
    pub audit_lag: Duration,
}

impl Settings {
    /// The endpoint of a service, where one is configured.
    pub(super) fn endpoint(&self, service: &str) -> Option<&str> {
        client::endpoint(&self.endpoints, service)
    }

    /// Whether a service is the vendor's own.
    pub(super) fn is_vendor(&self, service: &str) -> bool {
        self.endpoint(service).is_none_or(is_vendor)
    }
}

/// AWS.
pub struct Aws {
    kinds: Vec<Kind>,
    actions: Vec<Spec>,
    /// How long the audit log lags, where that was configured and counts.
    audit_lag: Option<Duration>,
    /// Whether bounds were configured and none of them counts.
    ignores_bounds: bool,
    links: Links,
}

/// The endpoint key of the service that a permission is of.
fn service(permission: &str) -> &str {
    match permission.split(':').next().unwrap_or_default() {
        "secretsmanager" => "secrets_manager",
        "bedrock" => "bedrock_agent",
        "bedrock-agentcore" => "bedrock_agentcore_control",
        other => other,
    }
}

impl Aws {
    /// Builds the provider; nothing is read or sent yet.
    #[must_use]
    pub fn new(settings: Settings, clock: Clock) -> Self {
        let mut actions = actions();
        let (mut audit_lag, mut counts) = (None, false);
        if let Some(bounds) = settings.bounds {
            audit_lag = (!settings.is_vendor("cloudtrail")).then_some(bounds.audit_lag);
            // What the vendor itself serves takes as long as it takes there, whatever stands in for the rest.
            let is_foreign = |spec: &&mut Spec| {
                let mut services = spec.permissions.iter().map(|one| service(one));
                services.all(|service| !settings.is_vendor(service))
            };
            for spec in actions.iter_mut().filter(is_foreign) {
                spec.bound = Bound::Configured {
                    within: bounds.propagation,
                };
                counts = true;
            }
        }
        Self {
            kinds: kinds(),
            actions,
            ignores_bounds: settings.bounds.is_some() && !counts && audit_lag.is_none(),
            audit_lag,
            links: Links::new(settings, clock),
        }
    }

    /// The partition that the configured regions are in.
    fn partition(&self) -> &'static str {
        let region = self.links.home.settings.regions.first();
        super::partition::of(region.map_or("", String::as_str)).name
    }

    /// Whether bounds were configured that do not count, because the endpoint is the vendor's.
    #[must_use]
    pub fn ignores_bounds(&self) -> bool {
        self.ignores_bounds
    }
}

impl Provider for Aws {
    fn name(&self) -> &str {
        "aws"
    }

    fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    fn actions(&self) -> &[Spec] {
        &self.actions
    }

    fn endpoints(&self) -> BTreeMap<String, String> {
        let foreign = |(_, url): &(&String, &String)| !url.is_empty() && !is_vendor(url);
        let all = self.links.home.settings.endpoints.iter().filter(foreign);
        all.map(|(service, url)| (service.clone(), url.clone()))
            .collect()
    }

    fn audit_lag(&self) -> Bound {
        self.audit_lag.map_or_else(
            || Bound::Assumed {
                within: Duration::from_mins(15),
                because:
                    "CloudTrail delivers about 5 minutes after the call on average, not guaranteed"
                        .to_owned(),
            },
            |within| Bound::Configured { within },
        )
    }

    fn probe_pause(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn decode(&self, named: &Named) -> Named {
        let mut named = named.clone();
        let coded = matches!(named.kind.noun(), "access-key" | "session");
        if coded && named.account.is_none() && self.links.home.settings.is_vendor("iam") {
            named.account = account_of_key_id(&named.id);
        }
        named
    }

    fn pair(&self, text: &str, named: &[leak::Named], hidden: &[leak::Hidden<'_>]) -> leak::Paired {
        super::leak::pair(text, named, hidden)
    }

    fn commands(&self, call: &Call) -> Vec<String> {
        super::action::commands(call)
    }

    fn reads(&self, asked: Option<ReadKind>) -> Vec<String> {
        super::permission::reads(asked)
    }

    fn reads_of_own_branch(&self) -> Vec<String> {
        super::permission::branch()
    }

    fn permissions(&self, needs: &[Need<'_>]) -> Option<serde_json::Value> {
        Some(super::permission::policy(needs, self.partition()))
    }

    fn guardrail(&self) -> Option<Guardrail> {
        Some(super::service::guardrail::installed())
    }

    fn guards(&self) -> Vec<ActionId> {
        let can = self.links.home.settings.organization.is_some();
        let both = ["deny-user-in-organization", "deny-role-in-organization"];
        let both = both.into_iter().filter(|_| can);
        both.map(super::action).collect()
    }

    fn reader(&self, account: Option<&str>) -> Arc<dyn Observe> {
        self.links.reader(account)
    }

    fn actor(&self, account: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        let link = Arc::clone(self.links.of(account));
        Arc::new(Handle::new(link, account, Some(only)))
    }

    fn remits(&self, wants: &[Want<'_>]) -> Vec<Option<Arc<Remit>>> {
        super::remit::remits(&self.links, wants, self.partition())
    }

    fn enter<'a>(
        &'a self,
        remit: &'a Remit,
        incident: &'a str,
    ) -> Soon<'a, Result<Vec<Pass>, Why>> {
        Box::pin(super::remit::enter(&self.links, remit, incident))
    }

    fn widen<'a>(&'a self, remit: &'a Remit, sent: Time) -> Soon<'a, bool> {
        Box::pin(super::remit::widen(&self.links, remit, sent))
    }

    fn actor_under(&self, remit: &Remit, account: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        let link = Arc::clone(self.links.of(account));
        Arc::new(Handle::new(link, account, Some(only)).under(&remit.policy))
    }

    fn footing(&self) -> Soon<'_, Vec<Footing>> {
        Box::pin(super::footing::footing(&self.links))
    }
}

impl Observe for Handle {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        Box::pin(async move { Ok(self.me().await?.names.clone()) })
    }

    fn stands_on<'a>(&'a self, of: &'a [Locator]) -> Soon<'a, Branch> {
        Box::pin(super::branch::stands_on(|_| self, of))
    }

    fn answers(&self) -> Soon<'_, Result<(), Why>> {
        Box::pin(super::branch::answers(self))
    }

    fn population(&self) -> Soon<'_, Option<u64>> {
        Box::pin(super::branch::population(self))
    }

    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        Box::pin(super::resolve::resolve(self, named))
    }

    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        Box::pin(super::observe::observe(self, targets))
    }

    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        Box::pin(super::reach::read(self, query))
    }

    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        Box::pin(super::issue::made(self, call))
    }

    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        Box::pin(super::probe::probe(&self.link, target, with))
    }

    fn clock_ahead(&self) -> Option<Duration> {
        self.link.heard.ahead()
    }
}

impl Act for Handle {
    fn deliver<'a>(&'a self, call: &'a Call, what: &'a Secret) -> Soon<'a, Outcome> {
        Box::pin(async move {
            match super::action::of(call).and_then(|action| action.deliver) {
                Some(deliver) => {
                    let outcome = match refuse_foreign(self, call).await {
                        Ok(()) => deliver(self, call, what).await,
                        Err(outcome) => outcome,
                    };
                    ended(self, outcome).await
                }
                None => unknown(call),
            }
        })
    }

    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>> {
        Box::pin(async move {
            let sent: Vec<_> = calls.iter().map(|call| perform(self, call)).collect();
            futures_util::stream::iter(sent)
                .buffered(AT_ONCE)
                .collect()
                .await
        })
    }
}

async fn perform(on: &Handle, call: &Call) -> Outcome {
    match super::action::of(call) {
        Some(action) => {
            let outcome = match refuse_foreign(on, call).await {
                Ok(()) => (action.perform)(on, call).await,
                Err(outcome) => outcome,
            };
            ended(on, outcome).await
        }
        None => unknown(call),
    }
}

/// What a call comes to whose session AWS accepts no longer: it changed nothing, and another session can be taken.
async fn ended(on: &Handle, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Refused(why) if why.because == Because::Unauthenticated && on.forget().await => {
            let text = format!("the session that it was sent under has ended: {}", why.text);
            Outcome::Unavailable(Why::new(Because::Unavailable, text))
        }
        outcome @ (Outcome::Done(_)
        | Outcome::AlreadySo
        | Outcome::Refused(_)
        | Outcome::Throttled { .. }
        | Outcome::Unavailable(_)
        | Outcome::InDoubt(_)) => outcome,
    }
}

/// Refuses a target that is not in the account that the handle acts in; a user of Identity Center is the organisation's.
async fn refuse_foreign(on: &Handle, call: &Call) -> Result<(), Outcome> {
    if call.target.kind().noun() == super::service::center::NOUN {
        return Ok(());
    }
    match on.me().await {
        Ok(me) if call.target.account() == Some(&me.account) => Ok(()),
        Ok(me) => Err(Outcome::Refused(foreign(&call.target, &me.account))),
        Err(why) => Err(unsent(why)),
    }
}

fn unknown(call: &Call) -> Outcome {
    Outcome::Refused(Why::new(
        crate::domain::Because::NotImplemented,
        format!("aws has no action `{}` that can be sent so", call.action),
    ))
}

/// What a call comes to when a read that it needs failed: it never left.
pub(super) fn unsent(why: Why) -> Outcome {
    use crate::domain::Because;
    if matches!(
        why.because,
        Because::Unavailable | Because::Timeout | Because::Garbled
    ) {
        Outcome::Unavailable(why)
    } else if why.because == Because::Throttled {
        Outcome::Throttled { until: None }
    } else {
        Outcome::Refused(why)
    }
}

/// Whether a URL is AWS's own.
fn is_vendor(url: &str) -> bool {
    let host = url.strip_prefix("https://").map(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.split(':').next().unwrap_or_default()
    });
    host.is_some_and(|host| super::partition::owns(host) && !host.contains('@'))
}

#[cfg(test)]
mod tests;
