//! A pack as a provider: its settings, its hosts, its one client, and the two handles.
//!
//! Knows no vendor. Where the workspace configures nothing for a pack, its handles say so and send nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use reqwest::Url;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::alive::Alive;
use super::cel::Template;
use super::clean::Known;
use super::grant::Token;
use super::model::{File, Is};
use super::{Pack, act, connect, declare, place, told};
use crate::domain::seen::WAS_ALIVE;
use crate::domain::{
    Because, Bound, Call, Clock, Duration, Fields, Kind, KindId, Locator, Named, ReadKind, Secret,
    Seen, Spec, Time, Undo, Why,
};
use crate::provider::http::Place;
use crate::provider::{Act, Guardrail, Need, Observe, Provider, Settings};

/// How long an exchange may take.
const DEADLINE: Duration = Duration::from_secs(20);
/// The shortest time between two probes, where the pack says nothing.
const PROBE_PAUSE: Duration = Duration::from_secs(2);

/// A pack that is set up.
pub struct Packed {
    inner: Arc<Inner>,
}

struct Inner {
    pack: Arc<Pack>,
    settings: Option<Settings>,
    clock: Clock,
    /// By host, and by the scheme whose certificate is shown.
    clients: Mutex<BTreeMap<(String, String), reqwest::Client>>,
    /// The settings that are no secrets, as expressions see them.
    configured: OnceLock<Arc<Value>>,
    bases: Mutex<BTreeMap<String, Url>>,
    /// By scheme.
    tokens: tokio::sync::Mutex<BTreeMap<String, Token>>,
    account: OnceCell<String>,
    held: Mutex<BTreeMap<Locator, Secret>>,
    alive: Alive,
    /// What was seen to be there in this run, with the credentials of this run.
    seen: Mutex<BTreeSet<Locator>>,
    /// Every secret that was used: none of them is taken from an answer.
    known: Mutex<Known>,
    ahead_ms: AtomicI64,
    requests: AtomicU32,
}

impl Packed {
    /// Sets a pack up; nothing is read or sent yet. Without settings it is in the catalogue and asks nobody.
    #[must_use]
    pub fn new(pack: Arc<Pack>, settings: Option<Settings>, clock: Clock) -> Self {
        Self {
            inner: Arc::new(Inner {
                pack,
                settings,
                clock,
                clients: Mutex::default(),
                configured: OnceLock::new(),
                bases: Mutex::default(),
                tokens: tokio::sync::Mutex::default(),
                account: OnceCell::new(),
                held: Mutex::default(),
                alive: Alive::default(),
                seen: Mutex::default(),
                known: Mutex::default(),
                ahead_ms: AtomicI64::new(i64::MIN),
                requests: AtomicU32::new(0),
            }),
        }
    }

    /// Takes a token of a scheme as given, so that none is asked for; for rehearsals.
    pub async fn lend(&self, scheme: &str, token: &Secret) {
        let token = Token {
            secret: Secret::new(token.expose().to_owned()),
            until: Time::MAX,
            is_renewed: true,
        };
        let mut tokens = self.inner.tokens.lock().await;
        tokens.insert(scheme.to_owned(), token);
    }

    pub(super) fn handle(&self, acts: Option<&[String]>) -> Handle {
        Handle {
            inner: Arc::clone(&self.inner),
            acts: acts.map(<[String]>::to_vec),
        }
    }
}

impl Provider for Packed {
    fn name(&self) -> &str {
        &self.inner.pack.file.provider
    }

    fn kinds(&self) -> &[Kind] {
        &self.inner.pack.kinds
    }

    fn actions(&self) -> &[Spec] {
        &self.inner.pack.actions
    }

    fn endpoints(&self) -> BTreeMap<String, String> {
        let handle = self.handle(None);
        let hosts = self
            .inner
            .pack
            .file
            .hosts
            .iter()
            .filter_map(|(name, host)| {
                let url = handle.base(Some(name)).ok()?;
                let inside = place::sort(url.host_str().unwrap_or_default()) != Place::Public;
                let is_fixed = host.exprs().next().is_none();
                let other = if is_fixed {
                    host.source.trim_end_matches('/') != url.as_str().trim_end_matches('/')
                } else {
                    handle.has_default() && !handle.is_default(&url)
                };
                (inside || other).then(|| (name.clone(), url.to_string()))
            });
        hosts.collect()
    }

    fn audit_lag(&self) -> Bound {
        declare::bound(&self.inner.pack.file.audit_lag)
    }

    fn probe_pause(&self) -> Duration {
        let said = self.inner.pack.file.probe_pause.as_deref();
        said.map_or(PROBE_PAUSE, declare::length)
    }

    fn decode(&self, named: &Named) -> Named {
        named.clone()
    }

    fn id_of(&self, kind: &KindId, secret: &Secret) -> Option<String> {
        told::id(&self.handle(None), kind.noun(), secret.expose())
    }

    fn is_of(&self, kind: &KindId, secret: &Secret) -> bool {
        told::is_of(&self.handle(None), kind.noun(), secret.expose())
    }

    fn trace(&self, kind: &KindId) -> Option<String> {
        let part = self.inner.pack.file.kinds.get(kind.noun())?;
        part.trace.clone()
    }

    fn names(&self, kind: &KindId) -> bool {
        let part = self.inner.pack.file.kinds.get(kind.noun());
        part.is_some_and(|part| part.identify.is_some())
    }

    fn commands(&self, _: &Call) -> Vec<String> {
        Vec::new()
    }

    fn reads(&self, _: Option<ReadKind>) -> Vec<String> {
        self.inner.pack.file.permissions.clone()
    }

    fn permissions(&self, needs: &[Need<'_>]) -> Option<Value> {
        let all = needs.iter().flat_map(|need| need.permissions);
        let all: std::collections::BTreeSet<&String> = all.collect();
        // A plan that is about other vendors needs nothing of this one.
        (!all.is_empty()).then(|| json!({ "permissions": all }))
    }

    fn guardrail(&self) -> Option<Guardrail> {
        None
    }

    fn is_set_up(&self) -> bool {
        self.inner.settings.is_some()
    }

    fn hold(&self, target: &Locator, secret: &Secret) {
        let copy = Secret::new(secret.expose().to_owned());
        let mut held = self
            .inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        held.insert(target.clone(), copy);
    }

    fn recall(&self, call: &Call, before: &Seen, _: Option<Time>, with: Option<&Secret>) {
        let Some(fields) = before.fields() else {
            return;
        };
        let handle = self.handle(None);
        handle.saw(&call.target);
        if let Some(secret) = with.filter(|_| fields.get(WAS_ALIVE) == Some(&json!(true))) {
            handle.alive().note(&call.target, secret, true);
        }
    }

    fn bars_undo(&self, spec: &Spec, before: &Fields) -> Option<String> {
        let Undo::By(inverse) = &spec.undo else {
            return None;
        };
        let part = self.inner.pack.action(inverse)?;
        act::unlike(part, |field| before.get(field))
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
    pub(super) fn pack(&self) -> &Pack {
        &self.inner.pack
    }

    pub(super) fn file(&self) -> &File {
        &self.inner.pack.file
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// What people call the vendor.
    pub(super) fn title(&self) -> String {
        self.inner.pack.file.title.clone()
    }

    pub(super) fn may_act(&self) -> bool {
        self.acts.is_some()
    }

    /// The permissions that it was given to act.
    pub(super) fn acts(&self) -> Option<&[String]> {
        self.acts.as_deref()
    }

    fn settings(&self) -> Result<&Settings, Why> {
        let name = &self.file().provider;
        self.inner.settings.as_ref().ok_or_else(|| {
            let text = format!(
                "{name} is not configured: name its settings under providers.{name} in contain.yaml"
            );
            Why::new(Because::Unauthenticated, text)
        })
    }

    /// A setting that is no secret.
    pub(super) fn text(&self, name: &str) -> Result<String, Why> {
        self.said(name)?.ok_or_else(|| {
            let provider = &self.file().provider;
            let text = format!("contain.yaml says no providers.{provider}.{name}");
            Why::new(Because::Unauthenticated, text)
        })
    }

    /// A setting that is no secret, where it is said.
    pub(super) fn said(&self, name: &str) -> Result<Option<String>, Why> {
        let said = self.settings()?.texts.get(name);
        let default = || self.file().configuration.get(name)?.default.as_ref();
        Ok(said.or_else(default).cloned())
    }

    /// Whether the workspace says a setting, or it has a default; the credential itself is never one.
    pub(super) fn says(&self, name: &str) -> bool {
        let Ok(settings) = self.settings() else {
            return false;
        };
        settings.secrets.contains_key(name) || self.said(name).is_ok_and(|said| said.is_some())
    }

    /// A secret of the workspace.
    pub(super) fn secret(&self, name: &str) -> Result<Secret, Why> {
        let given = self.settings()?.secrets.get(name).ok_or_else(|| {
            let provider = &self.file().provider;
            let text = format!("contain.yaml says no providers.{provider}.{name}");
            Why::new(Because::Unauthenticated, text)
        })?;
        given().map_err(|why| Why::new(Because::Unauthenticated, why.text))
    }

    /// All settings that are no secrets, as expressions see them.
    pub(super) fn configured(&self) -> Arc<Value> {
        let read = || {
            let texts = self.file().configuration.iter();
            let texts = texts.filter(|(_, setting)| !setting.is.is_by_reference());
            let said = texts.filter_map(|(name, _)| {
                let text = self.said(name).ok()??;
                Some((name.clone(), Value::String(text)))
            });
            Arc::new(Value::Object(said.collect()))
        };
        Arc::clone(self.inner.configured.get_or_init(read))
    }

    /// The host of this name; the first, where none is named.
    fn host(&self, name: Option<&str>) -> Result<(&String, &Template), Why> {
        let hosts = &self.file().hosts;
        let found = match name {
            Some(name) => hosts.get_key_value(name),
            None => hosts.iter().next(),
        };
        found.ok_or_else(|| Why::new(Because::Invalid, "the pack names no such host"))
    }

    /// The name of a host of the pack.
    pub(super) fn host_name(&self, name: Option<&str>) -> Result<&str, Why> {
        self.host(name).map(|(name, _)| name.as_str())
    }

    /// The address of a host of the pack; the same for the run.
    pub(super) fn base(&self, name: Option<&str>) -> Result<Url, Why> {
        let (name, host) = self.host(name)?;
        let bases = &self.inner.bases;
        let mut bases = bases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(base) = bases.get(name) {
            return Ok(base.clone());
        }
        let base = self.address(name, host)?;
        bases.insert(name.clone(), base.clone());
        Ok(base)
    }

    fn address(&self, name: &str, host: &Template) -> Result<Url, Why> {
        let settings = self.settings()?;
        if let Some(instead) = settings.hosts.get(name) {
            return place::address(instead, settings.private);
        }
        let mut scope = super::cel::Scope::default();
        for (name, value) in self.configured().as_object().into_iter().flatten() {
            scope.set(name, value.clone());
        }
        let said = host.plain(&scope).ok_or_else(|| {
            let text = format!("contain.yaml does not say all that `{}` needs", host.source);
            Why::new(Because::Unauthenticated, text)
        })?;
        place::address(&said, settings.private)
    }

    /// Whether private addresses may be reached, and how long an exchange may take.
    pub(super) fn reach(&self) -> Result<(bool, Duration), Why> {
        let settings = self.settings()?;
        Ok((settings.private, settings.deadline.unwrap_or(DEADLINE)))
    }

    fn has_default(&self) -> bool {
        let mut settings = self.file().configuration.values();
        settings.any(|setting| setting.is == Is::Url && setting.default.is_some())
    }

    fn is_default(&self, url: &Url) -> bool {
        let defaults = self.file().configuration.values().filter_map(|setting| {
            let default = setting.default.as_deref();
            default.filter(|_| setting.is == Is::Url)
        });
        let mut defaults = defaults.filter_map(|said| place::address(said, false).ok());
        defaults.any(|default| default == *url)
    }

    /// The client for a host, with the certificate of a scheme where that is how we are known there.
    pub(super) fn client(
        &self,
        host: Option<&str>,
        shows: Option<&str>,
    ) -> Result<reqwest::Client, Why> {
        let key = (
            self.host_name(host)?.to_owned(),
            shows.unwrap_or_default().to_owned(),
        );
        let clients = &self.inner.clients;
        let mut clients = clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = connect::client(self, host, shows)?;
        clients.insert(key, client.clone());
        Ok(client)
    }

    /// Whether an id has the form of those of a kind.
    pub(super) fn has_form(&self, noun: &str, id: &str) -> bool {
        self.pack().has_form(noun, id)
    }

    /// What secrets of this vendor look like, anywhere in a text.
    pub(super) fn patterns(&self) -> &[regex::Regex] {
        self.pack().patterns()
    }

    /// The tokens that are kept, by scheme.
    pub(super) fn tokens(&self) -> &tokio::sync::Mutex<BTreeMap<String, Token>> {
        &self.inner.tokens
    }

    /// The account, asked once.
    pub(super) fn account(&self) -> &OnceCell<String> {
        &self.inner.account
    }

    /// The credential itself, where it was given; lent for as long as `with` runs.
    pub(super) fn held(&self, target: &Locator) -> Option<Secret> {
        let held = self
            .inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let held = held.get(target)?;
        Some(Secret::new(held.expose().to_owned()))
    }

    /// Which credentials were seen to work.
    pub(super) fn alive(&self) -> &Alive {
        &self.inner.alive
    }

    /// Whether the credential itself was seen to work in this run.
    pub(super) fn was_alive(&self, target: &Locator) -> bool {
        let held = self.held(target);
        held.is_some_and(|secret| self.alive().told(target, &secret) == Some(true))
    }

    /// Whether it was seen to be there in this run.
    pub(super) fn was_seen(&self, target: &Locator) -> bool {
        let seen = &self.inner.seen;
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.contains(target)
    }

    /// Keeps that it was there.
    pub(super) fn saw(&self, target: &Locator) {
        let seen = &self.inner.seen;
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(target.clone());
    }

    /// Keeps secrets that are used, so that no answer repeats them; gives what is taken from this one.
    pub(super) fn know(&self, ours: &[String], held: &[String]) -> Known {
        let known = &self.inner.known;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        known.add(ours, held);
        known.with(held)
    }

    /// Counts a request.
    pub(super) fn count(&self) {
        self.inner.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn requests(&self) -> u32 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    /// Takes the vendor's clock from an answer; it tells whole seconds, so less than two are none.
    pub(super) fn hear_date(&self, date: Option<&String>) {
        let Some(there) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) else {
            return;
        };
        let there: Time = there.timestamp();
        let ahead = there.duration_since(self.inner.clock.now()).as_millis();
        let ahead = i64::try_from(ahead).unwrap_or_default();
        let ahead = if ahead.abs() < 2_000 { 0 } else { ahead };
        self.inner.ahead_ms.store(ahead, Ordering::Relaxed);
    }

    pub(super) fn ahead(&self) -> Option<Duration> {
        let ahead = self.inner.ahead_ms.load(Ordering::Relaxed);
        (ahead != i64::MIN).then(|| Duration::from_millis(ahead))
    }
}
