//! An authorization server as a provider: what it is told, and the two handles.
//!
//! The account of every locator is the issuer. Where nothing is configured the handles say so and send nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::json;

use super::client::Server;
use super::known::Known;
use super::{NAME, action, actions, kind, kinds, reading, registration, secret, token};
use crate::domain::{
    Because, Bound, Call, Clock, Duration, Fact, Kind, Locator, Named, Outcome, Probe, Query,
    ReadKind, Reading, Secret, Seen, Spec, Time, Why,
};
use crate::provider::{
    Act, Guardrail, Native, Need, Observe, Provider, Setting, Settings, Soon, Wants, barred,
};

/// An authorization server, for the list of what is written in Rust.
pub const NATIVE: Native = Native {
    name: NAME,
    settings: &[
        setting(
            "issuer",
            Wants::Address,
            "the issuer, as its metadata name it",
            true,
        ),
        setting("client", Wants::Text, "the id of our own client", true),
        setting(
            "client_secret",
            Wants::Secret,
            "its secret, by reference; without one it is a public client",
            false,
        ),
        setting(
            "introspection",
            Wants::Address,
            "the introspection endpoint, where the metadata do not name it on the issuer's host",
            false,
        ),
        setting(
            "revocation",
            Wants::Address,
            "the revocation endpoint, where the metadata do not name it on the issuer's host",
            false,
        ),
        setting(
            "registrations",
            Wants::Secrets,
            "registered clients by id, each as the JSON of its registration_client_uri and registration_access_token, by reference",
            false,
        ),
        setting(
            "token_lifetime",
            Wants::Text,
            "the longest life of a token that the server issues, e.g. 1h",
            false,
        ),
    ],
    make: |settings, clock| Arc::new(OAuth::new(settings, clock)),
};

const fn setting(
    name: &'static str,
    wants: Wants,
    about: &'static str,
    required: bool,
) -> Setting<'static> {
    Setting {
        name,
        wants,
        about,
        required,
        default: None,
        usual: matches!(wants, Wants::Secret),
    }
}

/// An authorization server.
struct OAuth {
    kinds: Vec<Kind>,
    actions: Vec<Spec>,
    inner: Arc<Inner>,
}

struct Inner {
    server: Server,
    known: Known,
}

impl OAuth {
    fn new(settings: Option<Settings>, clock: Clock) -> Self {
        Self {
            kinds: kinds(),
            actions: actions(),
            inner: Arc::new(Inner {
                server: Server::new(settings, clock),
                known: Known::default(),
            }),
        }
    }

    fn handle(&self, acts: Option<&[String]>) -> Handle {
        Handle {
            inner: Arc::clone(&self.inner),
            acts: acts.map(<[String]>::to_vec),
        }
    }
}

impl Provider for OAuth {
    fn name(&self) -> &str {
        NAME
    }

    fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    fn actions(&self) -> &[Spec] {
        &self.actions
    }

    fn endpoints(&self) -> BTreeMap<String, String> {
        let Ok(settings) = self.inner.server.settings() else {
            return BTreeMap::new();
        };
        let said = ["issuer", "introspection", "revocation"]
            .into_iter()
            .filter_map(|name| {
                let url = settings.texts.get(name)?;
                Some((name.to_owned(), url.clone()))
            });
        said.collect()
    }

    fn audit_lag(&self) -> Bound {
        Bound::Assumed {
            within: Duration::ZERO,
            because: "there is no log to be asked: what introspection says is the present"
                .to_owned(),
        }
    }

    fn probe_pause(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn decode(&self, named: &Named) -> Named {
        named.clone()
    }

    fn commands(&self, _: &Call) -> Vec<String> {
        Vec::new()
    }

    fn reads(&self, _: Option<ReadKind>) -> Vec<String> {
        vec!["token introspection".to_owned()]
    }

    fn permissions(&self, needs: &[Need<'_>]) -> Option<serde_json::Value> {
        let all: BTreeSet<&String> = needs.iter().flat_map(|need| need.permissions).collect();
        (!all.is_empty()).then(|| json!({ "permissions": all }))
    }

    fn guardrail(&self) -> Option<Guardrail> {
        None
    }

    fn is_set_up(&self) -> bool {
        self.inner.server.is_set_up()
    }

    fn hold(&self, target: &Locator, secret: &Secret) {
        self.inner.known.hold(target, secret);
    }

    fn recall(&self, call: &Call, before: &Seen, acted: Option<Time>, with: Option<&Secret>) {
        if call.action == action(secret::ROTATE) {
            // What was begun and is not known to have ended well may have changed the client, whatever was heard of it.
            if acted.is_none() {
                self.inner.known.set_astray(&call.target, true);
            }
            return;
        }
        self.inner.known.recall(before, acted, with);
    }

    fn reader(&self, _: Option<&str>) -> Arc<dyn Observe> {
        Arc::new(self.handle(None))
    }

    fn actor(&self, _: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        Arc::new(self.handle(Some(only)))
    }
}

/// A handle: it reads, and acts where it was given permissions.
pub(super) struct Handle {
    inner: Arc<Inner>,
    acts: Option<Vec<String>>,
}

impl Handle {
    pub(super) fn server(&self) -> &Server {
        &self.inner.server
    }

    pub(super) fn known(&self) -> &Known {
        &self.inner.known
    }

    /// Refuses what is of another issuer.
    fn ours(&self, target: &Locator) -> Result<(), Why> {
        let account = self.server().account()?;
        if target.account() == Some(account.as_str()) {
            return Ok(());
        }
        let text = format!("{target} is not of the issuer {account}, which is configured");
        Err(Why::new(Because::Foreign, text))
    }

    async fn look(&self, target: &Locator) -> Result<Fact, Why> {
        self.ours(target)?;
        match target.kind().noun() {
            "token" => token::look(self, target).await,
            "client" => registration::look(self, target).await,
            other => Err(Why::new(
                Because::Invalid,
                format!("oauth knows no kind `{other}`"),
            )),
        }
    }

    /// A token is taken as named; a client has to be there.
    async fn find(&self, named: &Named) -> Result<Locator, Why> {
        let account = self.server().account()?;
        if named.account.as_ref().is_some_and(|said| *said != account) {
            let text = format!("the issuer that is configured is {account}");
            return Err(Why::new(Because::Foreign, text));
        }
        let target = Locator::new(&named.kind, &named.id, Some(&account));
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        match named.kind.noun() {
            "token" if named.id.len() <= 32 && named.id.chars().all(is_name) => Ok(target),
            "token" => {
                let text = "a token is given a short name here, and its value by --secret REF";
                Err(Why::new(Because::Invalid, text))
            }
            _ => self.look(&target).await.map(|_| target),
        }
    }
}

impl Observe for Handle {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        Box::pin(async move {
            let account = self.server().account()?;
            let client = self.server().our_client()?;
            Ok(vec![Locator::new(&kind("client"), client, Some(&account))])
        })
    }

    fn answers(&self) -> Soon<'_, Result<(), Why>> {
        Box::pin(async move { self.server().metadata().await.map(drop) })
    }

    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        let each = named.iter().map(move |one| self.find(one));
        Box::pin(stream::iter(each).buffered(4).collect())
    }

    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        let each = targets.iter().map(move |target| async move {
            Seen {
                target: target.clone(),
                at: self.server().clock().now(),
                fact: self.look(target).await.unwrap_or_else(Fact::Unreadable),
            }
        });
        Box::pin(stream::iter(each).buffered(4).collect())
    }

    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        Box::pin(async move {
            self.ours(&query.target)?;
            reading::read(self, query).await
        })
    }

    fn made<'a>(&'a self, _: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        Box::pin(async move {
            match self.ours(target) {
                Ok(()) if *target.kind() == kind("client") => {
                    secret::probe(self, target, with).await
                }
                Ok(()) => token::probe(self, target, with).await,
                Err(why) => Probe::Unclear(why),
            }
        })
    }

    fn clock_ahead(&self) -> Option<Duration> {
        self.server().ahead()
    }
}

impl Act for Handle {
    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>> {
        let each = calls.iter().map(move |call| perform(self, call));
        Box::pin(stream::iter(each).buffered(4).collect())
    }

    fn deliver<'a>(&'a self, _: &'a Call, _: &'a Secret) -> Soon<'a, Outcome> {
        let text = "an authorization server keeps no secrets for others";
        let why = Why::new(Because::NotImplemented, text);
        Box::pin(async move { Outcome::Refused(why) })
    }
}

async fn perform(on: &Handle, call: &Call) -> Outcome {
    let Some(action) = super::action::of(call) else {
        let text = format!("oauth has no action `{}`", call.action);
        return Outcome::Refused(Why::new(Because::NotImplemented, text));
    };
    if let Some(why) = barred(&(action.spec)(), call, on.acts.as_deref()) {
        return Outcome::Refused(why);
    }
    if let Err(why) = on.ours(&call.target) {
        return Outcome::Refused(why);
    }
    (action.perform)(on, call).await
}
