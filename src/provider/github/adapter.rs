//! GitHub as a provider: its settings, its one server, and the two handles.
//!
//! Where the workspace configures nothing, its handles say so and send nothing but what needs no authority.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use reqwest::Url;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::authority::Sessions;
use super::taken::{Of, Taken};
use super::{actions, command, exchange, kinds, remit, token};
use crate::domain::{
    Because, Bound, Call, Clock, Duration, Kind, KindId, Locator, Named, Pass, ReadKind, Secret,
    Seen, Spec, Time, Why,
};
use crate::provider::http::{self, Place};
use crate::provider::{
    Act, Footing, Guardrail, Native, Need, Observe, Provider, Remit, Setting, Settings, Soon, Want,
    Wants,
};

/// The API of github.com.
const API: &str = "https://api.github.com";
/// How long an exchange may take.
const DEADLINE: Duration = Duration::from_secs(20);
/// GitHub turns away whoever comes with many bad credentials in a row, and says neither how many nor for how long.
const PROBE_PAUSE: Duration = Duration::from_secs(10);

/// What the workspace can tell.
const SETTINGS: &[Setting<'static>] = &[
    usual(
        "organizations",
        Wants::Text,
        "the organisations and users whose repositories are ours, separated by commas; nothing of anybody else's is touched",
    ),
    usual(
        "token",
        Wants::Secret,
        "a token of ours, where there is no app or it may not do something: of an owner, with admin:org, repo, admin:org_hook, admin:public_key and read:audit_log as far as they are needed",
    ),
    setting(
        "app_id",
        Wants::Text,
        "the id of a GitHub App of ours, installed on the organisations: what it may do is done as the app, narrowed to what is done",
    ),
    setting(
        "private_key",
        Wants::Secret,
        "a private key of that app, in PEM",
    ),
    setting(
        "app_keys",
        Wants::Secrets,
        "private keys of other apps of ours by the app's id: only an app's own key suspends its installations",
    ),
    setting(
        "oauth_apps",
        Wants::Secrets,
        "client secrets of OAuth apps of ours by client id: only they end the app's tokens",
    ),
    setting(
        "audit_log",
        Wants::Text,
        "`none` where the organisations are not on Enterprise Cloud: no log is asked for, and what is not seen without one is said each time",
    ),
    setting(
        "base_url",
        Wants::Address,
        "the API of an Enterprise Server, https://HOST/api/v3; without it that of github.com",
    ),
];

const fn setting(name: &'static str, wants: Wants, about: &'static str) -> Setting<'static> {
    Setting {
        name,
        wants,
        about,
        required: false,
        default: None,
        usual: false,
    }
}

/// One that most say.
const fn usual(name: &'static str, wants: Wants, about: &'static str) -> Setting<'static> {
    Setting {
        usual: true,
        ..setting(name, wants, about)
    }
}

/// How the workspace is told about GitHub.
pub const NATIVE: Native = Native {
    name: super::NAME,
    settings: SETTINGS,
    make: |settings, clock| Arc::new(GitHub::new(settings, clock)),
};

/// GitHub.
pub struct GitHub {
    kinds: Vec<Kind>,
    actions: Vec<Spec>,
    link: Arc<Link>,
}

pub(super) struct Link {
    pub(super) settings: Option<Settings>,
    clock: Clock,
    client: OnceLock<Result<reqwest::Client, Why>>,
    held: Mutex<BTreeMap<Locator, Secret>>,
    /// Every secret that was used: none of them is taken from an answer.
    known: Mutex<Vec<Secret>>,
    pub(super) sessions: Sessions,
    /// What was asked to be revoked: from then on it is tried whether it is dead.
    revoked: Mutex<BTreeSet<Locator>>,
    /// What was tried so far with its own text.
    tried: Mutex<BTreeSet<Locator>>,
    /// What this server took once, as this process saw or the journal says.
    taken: Taken,
    /// The organisations whose log we may not read, or that have none: they are not asked for each of many tokens.
    unread: Mutex<BTreeMap<String, Why>>,
    own: OnceCell<Vec<Locator>>,
    ahead_ms: AtomicI64,
    requests: AtomicU32,
}

impl GitHub {
    /// Sets GitHub up; nothing is read or sent yet. Without settings it is in the catalogue.
    #[must_use]
    pub fn new(settings: Option<Settings>, clock: Clock) -> Self {
        Self {
            kinds: kinds(),
            actions: actions(),
            link: Arc::new(Link {
                settings,
                clock,
                client: OnceLock::new(),
                held: Mutex::default(),
                known: Mutex::default(),
                sessions: Sessions::default(),
                revoked: Mutex::default(),
                tried: Mutex::default(),
                taken: Taken::default(),
                unread: Mutex::default(),
                own: OnceCell::new(),
                ahead_ms: AtomicI64::new(i64::MIN),
                requests: AtomicU32::new(0),
            }),
        }
    }

    fn handle(&self, acts: Option<&[String]>, remit: Option<&Remit>) -> Handle {
        Handle {
            link: Arc::clone(&self.link),
            acts: acts.map(<[String]>::to_vec),
            remit: remit.map(|remit| remit.policy.clone()),
        }
    }
}

impl Provider for GitHub {
    fn name(&self) -> &str {
        super::NAME
    }

    fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    fn actions(&self) -> &[Spec] {
        &self.actions
    }

    fn endpoints(&self) -> BTreeMap<String, String> {
        let base = self.link.base().ok();
        let base = base.filter(|base| base.as_str().trim_end_matches('/') != API);
        base.map(|base| ("api".to_owned(), base.to_string()))
            .into_iter()
            .collect()
    }

    fn audit_lag(&self) -> Bound {
        Bound::Assumed {
            within: Duration::from_mins(15),
            because: "GitHub publishes no figure for its audit log".to_owned(),
        }
    }

    fn probe_pause(&self) -> Duration {
        PROBE_PAUSE
    }

    fn decode(&self, named: &Named) -> Named {
        named.clone()
    }

    fn id_of(&self, kind: &KindId, secret: &Secret) -> Option<String> {
        token::id_of(kind, secret.expose())
    }

    fn commands(&self, call: &Call) -> Vec<String> {
        command::commands(&self.link, call)
    }

    fn reads(&self, asked: Option<ReadKind>) -> Vec<String> {
        remit::reads(asked)
    }

    fn permissions(&self, needs: &[Need<'_>]) -> Option<Value> {
        let all = needs.iter().flat_map(|need| need.permissions);
        let all: BTreeSet<&String> = all.collect();
        (!all.is_empty()).then(|| json!({ "permissions": all }))
    }

    fn guardrail(&self) -> Option<Guardrail> {
        None
    }

    fn is_set_up(&self) -> bool {
        self.link.settings.is_some()
    }

    fn footing(&self) -> Soon<'_, Vec<Footing>> {
        let on = self.handle(None, None);
        Box::pin(async move { super::footing::footing(&on).await })
    }

    fn hold(&self, target: &Locator, secret: &Secret) {
        let copy = Secret::new(secret.expose().to_owned());
        let mut held = self
            .link
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        held.insert(target.clone(), copy);
    }

    fn recall(&self, _: &Call, before: &Seen, _: Option<Time>, _: Option<&Secret>) {
        // A token's name holds the digest of its value.
        if before.text("status") == Some("active") {
            let told = before.fields().map(Of::read).unwrap_or_default();
            self.link.taken.note(&before.target, told);
        }
    }

    fn reader(&self, _: Option<&str>) -> Arc<dyn Observe> {
        Arc::new(self.handle(None, None))
    }

    fn actor(&self, _: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        Arc::new(self.handle(Some(only), None))
    }

    fn remits(&self, wants: &[Want<'_>]) -> Vec<Option<Arc<Remit>>> {
        remit::remits(&self.link, wants)
    }

    fn enter<'a>(
        &'a self,
        remit: &'a Remit,
        incident: &'a str,
    ) -> Soon<'a, Result<Vec<Pass>, Why>> {
        let on = self.handle(Some(&[]), Some(remit));
        Box::pin(async move { remit::enter(&on, remit, incident).await })
    }

    fn actor_under(&self, remit: &Remit, _: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        Arc::new(self.handle(Some(only), Some(remit)))
    }

    fn leave(&self) -> Soon<'_, Vec<Locator>> {
        let on = self.handle(Some(&[]), None);
        Box::pin(async move { remit::leave(&on).await })
    }
}

impl Link {
    pub(super) fn settings(&self) -> Result<&Settings, Why> {
        self.settings.as_ref().ok_or_else(|| {
            let text = "github is not configured: name its settings under providers.github in contain.yaml";
            Why::new(Because::Unauthenticated, text)
        })
    }

    /// The address of the API.
    pub(super) fn base(&self) -> Result<Url, Why> {
        let none = Settings::default();
        // What needs no authority of ours goes to github.com without any setting.
        let settings = self.settings.as_ref().unwrap_or(&none);
        let said = settings.hosts.get("api").or(settings.texts.get("base_url"));
        http::address(said.map_or(API, String::as_str), settings.private)
    }

    /// The account of all that is at this server: its name as people know it.
    pub(super) fn account(&self) -> Result<String, Why> {
        let base = self.base()?;
        let host = base.host_str().unwrap_or_default();
        // api.github.com, and api.SUBDOMAIN.ghe.com of data residency.
        let host = host.strip_prefix("api.").unwrap_or(host);
        let port = base.port().map(|port| format!(":{port}"));
        Ok(format!("{host}{}", port.unwrap_or_default()))
    }

    /// Whether the organisations are said to have no audit log.
    pub(super) fn has_no_log(&self) -> bool {
        let said = self.settings.as_ref();
        said.and_then(|settings| settings.texts.get("audit_log"))
            .is_some_and(|said| said == "none")
    }

    /// The organisations and users whose things are ours.
    pub(super) fn owners(&self) -> Vec<String> {
        let said = self.settings.as_ref();
        let said = said.and_then(|settings| settings.texts.get("organizations"));
        let owners = said.map_or("", String::as_str).split([',', ' ']);
        let owners = owners.filter(|owner| !owner.is_empty());
        owners.map(str::to_ascii_lowercase).collect()
    }
}

/// A handle: it reads, and acts where it was given permissions.
#[derive(Clone)]
pub(super) struct Handle {
    pub(super) link: Arc<Link>,
    acts: Option<Vec<String>>,
    /// The remit that it acts under.
    pub(super) remit: Option<String>,
}

impl Handle {
    pub(super) fn clock(&self) -> &Clock {
        &self.link.clock
    }

    pub(super) fn may_act(&self) -> bool {
        self.acts.is_some()
    }

    /// Whether it was given all of these permissions.
    pub(super) fn may(&self, permissions: &[String]) -> bool {
        let given = self.acts.as_deref().unwrap_or_default();
        permissions.iter().all(|wanted| given.contains(wanted))
    }

    /// The same handle without its remit, which reads.
    pub(super) fn reading(&self) -> Self {
        Self {
            link: Arc::clone(&self.link),
            acts: None,
            remit: None,
        }
    }

    /// The one client, and where it goes; loopback is reached only where the server is configured there.
    pub(super) fn door(&self) -> Result<(&reqwest::Client, Url), Why> {
        let base = self.link.base()?;
        let build = || {
            let settings = self.link.settings.as_ref();
            let inside = http::sort(base.host_str().unwrap_or_default()) == Place::Loopback;
            let deadline = settings.and_then(|settings| settings.deadline);
            let private = settings.is_some_and(|settings| settings.private);
            http::guarded(deadline.unwrap_or(DEADLINE), private || inside)
        };
        let client = self.link.client.get_or_init(build).as_ref();
        Ok((client.map_err(Clone::clone)?, base))
    }

    /// The path and the query of an address of this server.
    pub(super) fn below(&self, address: &str) -> Result<(String, Vec<(String, String)>), Why> {
        exchange::below(&self.link.base()?, address)
    }

    /// The credential itself, where it was given.
    pub(super) fn held(&self, target: &Locator) -> Option<Secret> {
        let held = self
            .link
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let held = held.get(target)?;
        Some(Secret::new(held.expose().to_owned()))
    }

    pub(super) fn was_revoked(&self, target: &Locator) -> bool {
        let revoked = self.link.revoked.lock();
        revoked
            .unwrap_or_else(PoisonError::into_inner)
            .contains(target)
    }

    pub(super) fn note_revoked(&self, target: &Locator) {
        let revoked = self.link.revoked.lock();
        let mut revoked = revoked.unwrap_or_else(PoisonError::into_inner);
        revoked.insert(target.clone());
    }

    /// Whether this server ever took a credential: only then it means something that it does not know it now.
    pub(super) fn was_taken(&self, target: &Locator) -> bool {
        self.link.taken.of(target).is_some()
    }

    pub(super) fn taken(&self) -> &Taken {
        &self.link.taken
    }

    /// Whether a credential is among the first that are tried again and again; of more, GitHub would turn us away.
    pub(super) fn may_try(&self, target: &Locator) -> bool {
        const MOST: usize = 20;
        let mut tried = self
            .link
            .tried
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        tried.contains(target) || (tried.len() < MOST && tried.insert(target.clone()))
    }

    /// Why the log of an organisation cannot be read, where that was answered before.
    pub(super) fn unread(&self, owner: &str) -> Option<Why> {
        let unread = self.link.unread.lock();
        let unread = unread.unwrap_or_else(PoisonError::into_inner);
        unread.get(owner).cloned()
    }

    pub(super) fn note_unread(&self, owner: &str, why: &Why) {
        if matches!(why.because, Because::Missing | Because::Denied) {
            let unread = self.link.unread.lock();
            let mut unread = unread.unwrap_or_else(PoisonError::into_inner);
            unread.insert(owner.to_owned(), why.clone());
        }
    }

    /// Who we are, asked once.
    pub(super) fn own(&self) -> &OnceCell<Vec<Locator>> {
        &self.link.own
    }

    /// Keeps secrets that are used, so that no answer repeats them; gives all that ever were.
    pub(super) fn know<'a>(&self, used: impl Iterator<Item = &'a Secret>) -> Vec<String> {
        // Of a batch no answer repeats one that does not look like a token, and looking for each takes too long.
        const MANY: usize = 64;
        let mut known = self
            .link
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for secret in used {
            let is_known = known.iter().any(|one| one.expose() == secret.expose());
            if !is_known && (known.len() < MANY || token::form(secret.expose()).is_none()) {
                known.push(Secret::new(secret.expose().to_owned()));
            }
        }
        known
            .iter()
            .map(|secret| secret.expose().to_owned())
            .collect()
    }

    /// Counts a request.
    pub(super) fn count(&self) {
        self.link.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn requests(&self) -> u32 {
        self.link.requests.load(Ordering::Relaxed)
    }

    /// Takes GitHub's clock from an answer; it tells whole seconds, so less than two are none.
    pub(super) fn hear_date(&self, date: Option<&String>) {
        let Some(there) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) else {
            return;
        };
        let there: Time = there.timestamp();
        let ahead = there.duration_since(self.link.clock.now()).as_millis();
        let ahead = i64::try_from(ahead).unwrap_or_default();
        let ahead = if ahead.abs() < 2_000 { 0 } else { ahead };
        self.link.ahead_ms.store(ahead, Ordering::Relaxed);
    }

    pub(super) fn ahead(&self) -> Option<Duration> {
        let ahead = self.link.ahead_ms.load(Ordering::Relaxed);
        (ahead != i64::MIN).then(|| Duration::from_millis(ahead))
    }
}
